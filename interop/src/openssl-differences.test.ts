import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type OpensslFolder, opensslFolder, pemOf, withoutOpenssl } from './openssl-command.ts';
import { type DifferenceCase, type Differences, makeDifferences } from './openssl-differences-cases.ts';
import { differenceRows, ourAnswer } from './openssl-differences-table.ts';

describe('what OpenSSL says of messages that we refuse', { skip: withoutOpenssl }, () => {
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
    const trusted = ['-CAfile', 'ca.pem'];
    const asked: Record<DifferenceCase['kind'], () => string[]> = {
      certificate: () => ['verify', ...trusted, folder.write('case.pem', pemOf('CERTIFICATE', bytes))],
      crl: () => {
        folder.write('case.pem', pemOf('X509 CRL', bytes));
        return ['verify', '-crl_check', ...trusted, '-CRLfile', 'case.pem', 'leaf.pem'];
      },
      ocsp: () => [
        ...['ocsp', '-respin', 'case.der', '-issuer', 'ca.pem', '-sha256', '-cert', 'leaf.pem', '-no_nonce'],
        ...trusted,
      ],
      cms: () => [
        'cms',
        '-verify',
        '-inform',
        'DER',
        '-binary',
        '-in',
        'case.der',
        '-purpose',
        'any',
        ...trusted,
        '-out',
        'out',
      ],
    };
    const { status, text } = await folder.run(...asked[kind]());
    if (kind === 'ocsp') return status === 0 && /Response verify OK/.test(text) && /leaf\.pem: good/.test(text);
    return status === 0;
  };

  it('accepts with us the sound message of each kind', async () => {
    for (const [kind, bytes] of Object.entries(made.sound) as [DifferenceCase['kind'], Uint8Array][]) {
      assert.deepEqual([await accepts({ kind, bytes }), ourAnswer(made, { kind, bytes })], [true, 'good'], kind);
    }
  });
  it('has a row for each message, and a message for each row', () => {
    assert.deepEqual(
      made.cases.map(({ id }) => id),
      differenceRows().map(({ id }) => id),
    );
  });
  for (const { id, code, openssl } of differenceRows()) {
    it(`${openssl} ${id}, which we refuse by ${code}`, async (context) => {
      const { text } = await folder.run('version');
      const found = made.cases.find((item) => item.id === id);
      assert.ok(found);
      assert.equal(ourAnswer(made, found), code);
      if (!/^OpenSSL 3\.0\./.test(text)) return context.skip(`the table is of OpenSSL 3.0, here is ${text.trim()}`);
      assert.equal(await accepts(found), openssl === 'accepts');
    });
  }
});
