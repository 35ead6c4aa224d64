import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildAttestationRoot, buildAttestationSigner } from '@tegata/x509-build';
import { p256Jwk } from './jwk.ts';
import { signJwt } from './jws.ts';
import { type KeyAttestationOptions, signKeyAttestation, verifyKeyAttestation } from './key-attestation.ts';

const clock = adjustableClock(new Date('2026-04-01T00:00:00Z'));
const random = seededRandom('key-attestation');
const notBefore = clock.now();
const fresh = async () => softwareSigner(await generateSoftwareKey('P-256'));
const rootSigner = await fresh();
const signer = await fresh();
const root = await buildAttestationRoot({ signer: rootSigner, random, notBefore });
const leaf = await buildAttestationSigner({
  issuer: { certificate: root, signer: rootSigner },
  publicKey: signer.publicKey,
  random,
  notBefore,
});
const nonce = Buffer.from(random.bytes(32)).toString('base64url');
const device = p256Jwk((await fresh()).publicKey);
const options: KeyAttestationOptions = {
  signer,
  certificateChain: [leaf],
  attestedKeys: [device],
  nonce,
  keyStorage: ['iso_18045_basic'],
  userAuthentication: ['iso_18045_basic'],
  lifetimeSeconds: 3600,
  clock,
  random,
};
const sign = async (change: Partial<KeyAttestationOptions> = {}) =>
  (await signKeyAttestation({ ...options, ...change })).attestation;
const check = { trustAnchors: [root], clock, nonce };
const failures = (attestation: string, change: Partial<typeof check> & { leastResistance?: 'iso_18045_high' } = {}) => {
  const report = verifyKeyAttestation({ attestation, ...check, ...change });
  assert.equal(report.verified === undefined, report.result === 'failed');
  return report.checks.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id}:${code}`);
};

describe('a key attestation', () => {
  it('passes every check and then gives its content', async () => {
    const { attestation, id } = await signKeyAttestation(options);
    const report = verifyKeyAttestation({ attestation, ...check });
    assert.deepEqual(
      report.checks.map((entry) => [entry.id, entry.result]),
      [
        ['structure', 'passed'],
        ['chain', 'passed'],
        ['signature', 'passed'],
        ['time', 'passed'],
        ['nonce', 'passed'],
        ['attested-keys', 'passed'],
        ['key-storage', 'passed'],
        ['user-authentication', 'passed'],
      ],
    );
    assert.deepEqual(report.verified, {
      id,
      attestedKeys: [device],
      keyStorage: ['iso_18045_basic'],
      userAuthentication: ['iso_18045_basic'],
      issuedAt: clock.now(),
      expiresAt: new Date(clock.now().getTime() + 3_600_000),
    });
  });

  it('of another wallet provider fails on the chain alone', async () => {
    const other = await fresh();
    const otherRoot = await buildAttestationRoot({ signer: other, random, notBefore });
    assert.deepEqual(
      failures(await sign(), { trustAnchors: [otherRoot] }).map((entry) => entry.split(':')[0]),
      ['chain'],
    );
    assert.deepEqual(
      failures(await sign(), { trustAnchors: [] }).map((entry) => entry.split(':')[0]),
      ['chain'],
    );
  });

  it('that brings its own root fails on the chain', async () => {
    assert.deepEqual(failures(await sign({ certificateChain: [leaf, root] })), ['chain:anchor-in-chain']);
  });

  it('signed by another key than the certificate’s fails on the signature', async () => {
    assert.deepEqual(failures(await sign({ signer: await fresh() })), ['signature:signature']);
  });

  it('is good until its end and not after it', async () => {
    const attestation = await sign();
    const at = (seconds: number) => ({ clock: adjustableClock(new Date(clock.now().getTime() + seconds * 1000)) });
    assert.deepEqual(failures(attestation, at(3599)), []);
    assert.deepEqual(failures(attestation, at(3600)), ['time:time']);
    assert.deepEqual(failures(await sign({ lifetimeSeconds: 86_401 })), ['time:time']);
    const early = await sign({ clock: adjustableClock(new Date(clock.now().getTime() + 61_000)) });
    assert.deepEqual(failures(early), ['time:time']);
  });

  it('for another challenge fails on the nonce', async () => {
    assert.deepEqual(failures(await sign(), { nonce: nonce.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) }), [
      'nonce:nonce',
    ]);
  });

  it('with one key twice, or with a private part, fails on the keys', async () => {
    assert.deepEqual(failures(await sign({ attestedKeys: [device, device] })), ['attested-keys:repeated-key']);
    const header = { typ: 'key-attestation+jwt', x5c: [Buffer.from(leaf).toString('base64')] };
    const iat = clock.now().getTime() / 1000;
    const claims = {
      jti: 'a'.repeat(22),
      iat,
      exp: iat + 60,
      nonce,
      key_storage: ['iso_18045_basic'],
      user_authentication: ['iso_18045_basic'],
    };
    const leaking = await signJwt({ signer, header, claims: { ...claims, attested_keys: [{ ...device, d: 'AAAA' }] } });
    assert.deepEqual(failures(leaking), ['attested-keys:jose-key']);
    const none = await signJwt({ signer, header, claims: { ...claims, attested_keys: [] } });
    assert.deepEqual(failures(none), ['attested-keys:jose-key']);
  });

  it('of a weaker guard than asked for fails on storage and user', async () => {
    assert.deepEqual(failures(await sign(), { leastResistance: 'iso_18045_high' }), [
      'key-storage:too-weak',
      'user-authentication:too-weak',
    ]);
  });

  it('of another type or without certificates fails on its structure, and nothing else is performed', async () => {
    const x5c = [Buffer.from(leaf).toString('base64')];
    const hostile = [
      'a.b.c',
      await signJwt({ signer, header: { typ: 'jwt', x5c }, claims: {} }),
      await signJwt({ signer, header: { typ: 'key-attestation+jwt' }, claims: {} }),
      await signJwt({ signer, header: { typ: 'key-attestation+jwt', x5c: [] }, claims: {} }),
      await signJwt({ signer, header: { typ: 'key-attestation+jwt', x5c: ['AAAA'] }, claims: {} }),
      await signJwt({ signer, header: { typ: 'key-attestation+jwt', x5c: [1] }, claims: {} }),
    ];
    for (const attestation of hostile) {
      const report = verifyKeyAttestation({ attestation, ...check });
      assert.equal(report.checks[0]?.result, 'failed');
      assert.deepEqual([...new Set(report.checks.slice(1).map(({ result }) => result))], ['not_performed']);
    }
  });
});
