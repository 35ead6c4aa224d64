import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gnutlsVersion, withoutGnutls } from './gnutls-command.ts';
import { type OpensslFolder, opensslFolder, pemOf } from './openssl-command.ts';
import { type DifferenceCase, type Differences, makeDifferences } from './openssl-differences-cases.ts';
import { differenceRows, ourAnswer } from './openssl-differences-table.ts';

describe('what GnuTLS says of messages that we refuse', { skip: withoutGnutls }, () => {
  let folder: OpensslFolder;
  let made: Differences;
  before(async () => {
    folder = opensslFolder();
    made = await makeDifferences();
    folder.pem('ca.pem', made.ca.raw);
    folder.pem('leaf.pem', made.leaf.raw);
  });
  after(() => folder.remove());

  const accepts = async ({ kind, bytes }: Omit<DifferenceCase, 'id'>) => {
    folder.write('case.der', bytes);
    const certtool = (...args: string[]) => folder.exec('certtool', ...args);
    const trusted = ['--load-ca-certificate', 'ca.pem'];
    const asked: Record<DifferenceCase['kind'], () => Promise<{ status: number; text: string }>> = {
      certificate: () =>
        certtool('--verify', ...trusted, '--infile', folder.write('case.pem', pemOf('CERTIFICATE', bytes))),
      crl: () => {
        folder.write('case.pem', pemOf('X509 CRL', bytes));
        return certtool('--verify', ...trusted, '--load-crl', 'case.pem', '--infile', 'leaf.pem');
      },
      ocsp: () => folder.exec('ocsptool', '-e', '--load-trust', 'ca.pem', '--load-response', 'case.der'),
      cms: () => certtool('--p7-verify', '--inder', ...trusted, '--infile', 'case.der'),
    };
    const { status, text } = await asked[kind]();
    return status === 0 && /Verified\. The certificate is trusted|Response: Success|Signature status: ok/.test(text);
  };

  it('accepts with us the sound message of each kind', async () => {
    for (const [kind, bytes] of Object.entries(made.sound) as [DifferenceCase['kind'], Uint8Array][]) {
      assert.deepEqual([await accepts({ kind, bytes }), ourAnswer(made, { kind, bytes })], [true, 'good'], kind);
    }
  });
  for (const { id, gnutls } of differenceRows()) {
    it(`${gnutls} ${id}`, async (context) => {
      const version = gnutlsVersion();
      if (!version.startsWith('3.7.')) return context.skip(`the table is of GnuTLS 3.7, here is ${version}`);
      const found = made.cases.find((item) => item.id === id);
      assert.ok(found);
      assert.equal(await accepts(found), gnutls === 'accepts');
    });
  }
});
