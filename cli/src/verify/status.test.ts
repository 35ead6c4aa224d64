import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@tegata/cbor';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import {
  packStatuses,
  signIdentifierList,
  signStatusListCwt,
  signStatusListJwt,
  type TokenClaims,
} from '@tegata/status-list';
import { buildDocumentSigner } from '@tegata/x509-build';
import { b64u, checksThat, makeVerifySamples, NOW, run, type VerifySamples } from './samples-for-tests.ts';

const uri = 'https://status.tegata.example/lists/1';
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const listed = { status_list: { idx: 412, uri } };
const id = Uint8Array.of(1, 2, 3, 4);

/** A status list token in which the document's entry has this value. */
const token = (signer: Signer, value: number, claims: Partial<TokenClaims> = {}) =>
  signStatusListCwt({
    signer,
    list: { bits: 2, octets: packStatuses({ bits: 2, size: 1000, statuses: new Map([[412, value]]) }) },
    claims: { uri, issuedAt: later(-60), expiresAt: later(3600), ...claims },
  });

const samples = await makeVerifySamples({
  status: new Map([['status_list', new Map(Object.entries(listed.status_list))]]),
});

async function status(of: VerifySamples, tokens: readonly Uint8Array[], ...more: string[]) {
  const args = [
    '--json',
    '--trust',
    b64u(of.root),
    ...tokens.flatMap((bytes) => ['--status-token', b64u(bytes)]),
    ...more,
  ];
  const presented = await run([...args, '--response', b64u(of.response), '--transcript', b64u(of.transcript)]);
  const issued = await run([...args, '--issued', b64u(of.issuerSigned)]);
  const said = ({ code, result }: typeof issued) => {
    const check = result.documents[0]?.checks.find((one) => one.id === 'status-list');
    if (code !== 0) assert.deepEqual(result.documents[0]?.elements, {});
    return [code, [check?.result, check?.code].filter(Boolean).join(' '), check?.detail ?? ''] as const;
  };
  assert.deepEqual(
    said(issued).slice(0, 2),
    said(presented).slice(0, 2),
    'a stored mdoc and a presented one are judged alike',
  );
  return said(presented);
}
const outcome = async (...args: Parameters<typeof status>) => (await status(...args)).slice(0, 2);

describe('tegata verify --status-token', () => {
  it('accepts what the list calls valid, by the document’s own signer', async () => {
    const crl = b64u(await samples.crl(false));
    const hard = ['--revocation', 'hard', '--crl', crl];
    assert.deepEqual(await outcome(samples, [await token(samples.dsSigner, 0)], ...hard), [0, 'passed']);
    assert.deepEqual(await outcome(samples, [await token(samples.dsSigner, 0)]), [0, 'passed']);
  });

  it('refuses what is revoked, suspended, or of a meaning that the application gives it', async () => {
    for (const [value, code] of [
      [1, 'revoked'],
      [2, 'suspended'],
      [3, 'status-application-specific'],
    ] as const) {
      assert.deepEqual(await outcome(samples, [await token(samples.dsSigner, value)]), [1, `failed ${code}`]);
    }
    const both = [await token(samples.dsSigner, 0), await token(samples.dsSigner, 1)];
    assert.deepEqual(await outcome(samples, both), [1, 'failed revoked'], 'one list that says so is enough');
    assert.deepEqual(await outcome(samples, both, '--revocation', 'off'), [0, 'not_performed revocation-off']);
  });

  it('says so when there is no token, and fails for it where it is hard', async () => {
    assert.deepEqual(await outcome(samples, []), [0, 'not_performed status-no-data']);
    const hard = ['--revocation', 'hard', '--crl', b64u(await samples.crl(false))];
    assert.deepEqual(await outcome(samples, [], ...hard), [1, 'failed status-undetermined']);
  });

  it('is undetermined, never good, for a token in any doubt', async () => {
    const stranger = softwareSigner(await generateSoftwareKey('P-256'));
    const { dsSigner } = samples;
    const jwt = await signStatusListJwt({
      signer: dsSigner,
      list: { bits: 2, octets: new Uint8Array(250) },
      claims: { uri, issuedAt: NOW },
    });
    const cases: [Uint8Array, string][] = [
      [await token(stranger, 0), 'signature'],
      [await token(dsSigner, 0, { expiresAt: later(-1) }), 'expired'],
      [await token(dsSigner, 0, { uri: `${uri}0` }), 'subject'],
      [await token(dsSigner, 0, { issuedAt: later(3600), expiresAt: later(7200) }), 'not-yet-valid'],
      [new Uint8Array(Buffer.from(jwt)), 'wrong-form'],
      [(await token(dsSigner, 0)).slice(0, -1), 'structure'],
      [new Uint8Array(0), 'structure'],
    ];
    const hard = ['--revocation', 'hard', '--crl', b64u(await samples.crl(false))];
    for (const [bytes, code] of cases) {
      const [exit, said, detail] = await status(samples, [bytes]);
      assert.deepEqual([exit, said], [0, 'warning status-undetermined'], code);
      assert.ok(detail.includes(`(${code})`), `${code}: ${detail}`);
      assert.deepEqual(await outcome(samples, [bytes], ...hard), [1, 'failed status-undetermined'], code);
    }
    const good = await token(dsSigner, 0);
    assert.deepEqual(await outcome(samples, [cases[2]![0], good], ...hard), [0, 'passed'], 'another list does no harm');
  });

  it('trusts a signer of statuses under the same root, and nobody under another', async () => {
    const signer = softwareSigner(await generateSoftwareKey('P-256'));
    const certificate = (of: VerifySamples) =>
      buildDocumentSigner({
        issuer: { certificate: of.root, signer: of.rootSigner },
        publicKey: signer.publicKey,
        random: seededRandom('status signer'),
        notBefore: later(-3600),
      });
    const own = await token(signer, 0, { x5chain: [await certificate(samples)] });
    assert.deepEqual(await outcome(samples, [own]), [0, 'passed']);
    const other = await makeVerifySamples();
    const foreign = await status(samples, [await token(signer, 1, { x5chain: [await certificate(other)] })]);
    assert.deepEqual(foreign.slice(0, 2), [0, 'warning status-undetermined']);
    assert.match(foreign[2], /signer-untrusted/);
  });

  it('reads identifier lists: who is listed is revoked', async () => {
    const named = await makeVerifySamples({
      status: new Map([
        [
          'identifier_list',
          new Map<string, string | Uint8Array>([
            ['id', id],
            ['uri', uri],
          ]),
        ],
      ]),
    });
    const claims = { uri, issuedAt: later(-60), expiresAt: later(3600) };
    const list = (identifiers: Uint8Array[]) => signIdentifierList({ signer: named.dsSigner, identifiers, claims });
    assert.deepEqual(await outcome(named, [await list([Uint8Array.of(9)])]), [0, 'passed']);
    assert.deepEqual(await outcome(named, [await list([Uint8Array.of(9), id])]), [1, 'failed revoked']);
    assert.deepEqual(await outcome(named, [await token(named.dsSigner, 0)]), [0, 'warning status-undetermined']);
  });

  it('is asked only of a document whose other checks passed, and not where there is no status', async () => {
    const revoked = b64u(await token(samples.dsSigner, 1));
    const late = await run([
      ...['--json', '--issued', b64u(samples.issuerSigned), '--trust', b64u(samples.root), '--status-token', revoked],
      ...['--at', '2027-01-24T00:00:00Z'],
    ]);
    assert.deepEqual(checksThat('failed', late.result), ['validity: expired']);
    assert.ok(checksThat('not_performed', late.result).includes('status-list: not-reached'));
    const plain = await makeVerifySamples();
    assert.deepEqual(await outcome(plain, [await token(plain.dsSigner, 1)]), [0, 'not_performed no-status']);
    const odd = await makeVerifySamples({ status: encode(1) });
    assert.match((await status(odd, [new Uint8Array(1)]))[2], /\(reference\)/);
  });
});
