import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import { at } from './chains-for-tests.ts';
import {
  oid,
  type PathInput,
  type ProfileName,
  parseCertificate,
  profileNames,
  type RuleCode,
  verifyPath,
} from './index.ts';
import {
  after,
  chains,
  cn,
  crlUri,
  ecKey,
  everyRow,
  jp,
  keyed,
  ku,
  name,
  point,
  profiles,
  type Row,
  sha1Rsa,
  spki,
  table,
  uri,
} from './profile-rows-for-tests.ts';
import { type Alteration, adding, resign, without } from './resign-for-tests.ts';

/** The codes of all failed checks. */
function failures(input: PathInput): (string | undefined)[] {
  return verifyPath(input)
    .checks.filter(({ result }) => result === 'failed')
    .map(({ code }) => code);
}

const isRoot = (profile: ProfileName) => profiles[profile].leaf === profiles[profile].anchor;

/** What is left of a path after one change to its leaf. */
async function afterChange(profile: ProfileName, change: Alteration, by?: Signer) {
  const { leaf, anchor } = profiles[profile];
  const changed = await resign(leaf.der, by ?? leaf.by, change);
  return failures({ leaf: changed, anchors: [isRoot(profile) ? changed : anchor.der], at, profile });
}

/** A root of another kind of key, signed by itself. */
async function rootOf(kind: 'rsa' | 'secp256k1' | 'brainpoolP384r1' | 'ed25519') {
  const pair = (
    {
      rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
      secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
      brainpoolP384r1: () => generateKeyPairSync('ec', { namedCurve: 'brainpoolP384r1' }),
      ed25519: () => generateKeyPairSync('ed25519'),
    } as const
  )[kind]();
  const hash = kind === 'ed25519' ? null : 'sha256';
  const signer: Signer = {
    algorithm: kind === 'rsa' ? 'RS256' : 'ES256',
    publicKey: pair.publicKey,
    sign: async (data) => sign(hash, data, pair.privateKey),
  };
  const edwards = der.sequence(der.oid(oid.ed25519));
  const algorithms = kind === 'ed25519' ? { innerAlgorithm: edwards, outerAlgorithm: edwards } : {};
  return resign(chains.iaca.der, signer, { ...keyed(spki(pair.publicKey), true), ...algorithms });
}

/** Whose certificates a profile takes besides its own. */
const alsoTakes: Partial<Record<ProfileName, readonly ProfileName[]>> = {
  // Roots are told apart by the lists in which they stand, and so is what stands under them for no purpose of its own.
  'key-attestation': ['status-signer', 'cms-signer'],
  // Whoever signs documents may sign their status.
  'status-signer': ['ds'],
  'crl-signer': ['jpki-ca', 'iaca', 'iaca-link', 'key-attestation-root'],
  // Messages are signed by anybody who has a key for signing.
  'cms-signer': profileNames.filter((name) => !['iaca', 'iaca-link', 'jpki-ca', 'crl-signer'].includes(name)),
};

/** `spki: ''` in a row stands for the key of the issuer, with its identifier. */
function filled(profile: ProfileName, change: Alteration): Alteration {
  if (change.spki?.length !== 0) return change;
  const raw = spki(profiles[profile].anchor.key.publicKey);
  const hasSki = parseCertificate(profiles[profile].leaf.der).ski !== undefined;
  return hasSki ? keyed(raw) : { spki: raw };
}

for (const [profile, rows] of Object.entries(table) as [ProfileName, readonly Row[]][]) {
  describe(`the profile ${profile}`, () => {
    const { leaf, anchor } = profiles[profile];
    it('passes a certificate that follows it', () => {
      const result = verifyPath({ leaf: leaf.der, anchors: [anchor.der], at, profile });
      assert.deepEqual(
        result.checks.filter((check) => check.result !== 'passed'),
        [],
      );
      assert.equal(result.result, 'passed');
      assert.deepEqual(result.anchor?.raw, anchor.der);
    });
    it('refuses the certificates of all other uses', () => {
      for (const other of Object.keys(profiles) as ProfileName[]) {
        const byList = isRoot(profile) && isRoot(other);
        if (profile === other || byList || alsoTakes[profile]?.includes(other)) continue;
        const input = { leaf: profiles[other].leaf.der, anchors: [profiles[other].anchor.der], at, profile };
        assert.notDeepEqual(failures(input), [], other);
      }
    });
    const attestationRoot = profile === 'key-attestation-root';
    // A correspondent's certificate may leave keyUsage out.
    const ofAll = everyRow.filter(([, , code]) => profile !== 'cms-signer' || code !== 'ku-missing');
    for (const [title, change, code] of [...ofAll, ...rows]) {
      // A plain root of key attestation has one row for its keyUsage.
      const expected = attestationRoot && code === 'ku-missing' ? 'issuer-not-a-ca' : code;
      it(`refuses one with ${title} by ${expected} alone`, async () => {
        const found = [...new Set(await afterChange(profile, filled(profile, change)))];
        const both = attestationRoot && code.startsWith('bc-') && code !== 'bc-noncrit';
        assert.deepEqual(found, both ? ['issuer-not-a-ca', code] : [expected]);
      });
    }
  });
}

describe('a profile', () => {
  it('refuses by every code of the public list that belongs to one certificate', () => {
    const met = new Set([...everyRow, ...Object.values(table).flat()].map(([, , code]) => code));
    const elsewhere: RuleCode[] = ['st-mismatch', 'no-path-to-anchor', 'issuer-not-a-ca'];
    const all: Record<RuleCode, true> = {
      der: true,
      'self-signed': true,
      'issuer-name': true,
      signature: true,
      'no-path-to-anchor': true,
      'issuer-not-a-ca': true,
      validity: true,
      lifetime: true,
      'outlives-root': true,
      keytype: true,
      curve: true,
      'no-country': true,
      'country-case': true,
      'country-mismatch': true,
      'st-mismatch': true,
      'no-cn': true,
      ski: true,
      'aki-missing': true,
      'aki-mismatch': true,
      'ku-missing': true,
      'ku-noncrit': true,
      'ku-bits': true,
      'bc-missing': true,
      'bc-noncrit': true,
      'bc-notca': true,
      'bc-ca': true,
      pathlen: true,
      eku: true,
      'eku-missing': true,
      'eku-noncrit': true,
      'ian-missing': true,
      'ian-type': true,
      'cdp-missing': true,
      'cdp-critical': true,
      'cdp-reasons': true,
      'cdp-crlissuer': true,
      policy: true,
      forbidden: true,
      'unknown-critical': true,
    };
    assert.deepEqual([...met, ...elsewhere].sort(), Object.keys(all).sort());
  });
  it('of document signers lets no certificate outlast its root', async () => {
    const root = await resign(chains.iaca.der, chains.iaca.key, { notAfter: after(100) });
    assert.deepEqual(failures({ leaf: chains.ds.der, anchors: [root], at, profile: 'ds' }), ['outlives-root']);
  });
  it('of document signers wants the state of the root, where the root has one', async () => {
    const state = (text: string, common = 'root') =>
      name([oid.commonName, common], [oid.stateOrProvinceName, text], jp);
    const root = await resign(chains.iaca.der, chains.iaca.key, { subject: state('A'), issuer: state('A') });
    const of = (text: string) =>
      resign(chains.ds.der, chains.iaca.key, { issuer: state('A'), subject: state(text, 'signer') });
    assert.deepEqual(failures({ leaf: await of('A'), anchors: [root], at, profile: 'ds' }), []);
    assert.deepEqual(failures({ leaf: await of('B'), anchors: [root], at, profile: 'ds' }), ['st-mismatch']);
  });
  it('of document signers takes brainpool and Edwards keys, and no other', async () => {
    const kinds = [
      'brainpoolP256r1',
      'brainpoolP320r1',
      'brainpoolP384r1',
      'brainpoolP512r1',
      'secp384r1',
      'secp521r1',
    ];
    const keys = [
      ...kinds.map(ecKey),
      generateKeyPairSync('ed25519').publicKey,
      generateKeyPairSync('ed448').publicKey,
    ];
    for (const key of keys) assert.deepEqual(await afterChange('ds', keyed(spki(key))), []);
    const x25519 = generateKeyPairSync('x25519').publicKey;
    assert.deepEqual(await afterChange('ds', keyed(spki(x25519))), ['keytype']);
  });
  it('of roots takes ECDSA alone', async () => {
    const expected = { rsa: ['keytype'], ed25519: ['keytype'], secp256k1: ['curve'], brainpoolP384r1: [] } as const;
    for (const kind of ['rsa', 'ed25519', 'secp256k1', 'brainpoolP384r1'] as const) {
      const root = await rootOf(kind);
      assert.deepEqual(failures({ leaf: root, anchors: [root], at, profile: 'iaca' }), [...expected[kind]], kind);
    }
  });
  it('of responders takes 457 days where a CRL tells of revocation', async () => {
    const { leaf } = profiles['ocsp-signer'];
    const withCrl = (days: number) =>
      resign(leaf.der, leaf.by, {
        notAfter: after(days),
        extensions: (list) => [
          ...without(oid.ocspNoCheck)(list),
          { oid: oid.cRLDistributionPoints, critical: false, value: der.sequence(der.sequence(crlUri)) },
        ],
      });
    const ask = async (days: number) =>
      failures({ leaf: await withCrl(days), anchors: [chains.signCa.der], at, profile: 'ocsp-signer' });
    assert.deepEqual(await ask(457), []);
    assert.deepEqual(await ask(458), ['lifetime']);
  });
  it('of readers wants the issuerAltName that the CA has', async () => {
    const alternative = adding(oid.issuerAltName, false, der.sequence(uri));
    const { reader, readerRoot } = chains;
    const root = await resign(readerRoot.der, readerRoot.key, { extensions: alternative });
    const ask = (leaf: Uint8Array) => failures({ leaf, anchors: [root], at, profile: 'reader-auth' });
    assert.deepEqual(ask(reader.der), ['ian-missing']);
    assert.deepEqual(ask(await resign(reader.der, readerRoot.key, { extensions: alternative })), []);
  });
  it('of VICAL signers takes the key usage and the directory name of the list that is in use', async () => {
    assert.deepEqual(await afterChange('vical-signer', ku(1)), []);
    const directory = der.explicit(0, der.explicit(0, der.explicit(4, name(cn))));
    assert.deepEqual(await afterChange('vical-signer', point(directory)), []);
  });
  it('takes the last instant of each bound', async () => {
    assert.deepEqual(await afterChange('ds', { notAfter: after(457) }), []);
    assert.deepEqual(await afterChange('reader-auth', { notAfter: after(1187) }), []);
    assert.deepEqual(await afterChange('iaca', { notAfter: after(7305) }), []);
    assert.deepEqual(await afterChange('ds', { notBefore: after(-1), notAfter: after(0) }), []);
  });
  it('refuses a certificate that ends before it begins by validity and lifetime', async () => {
    assert.deepEqual(await afterChange('ds', { notAfter: after(0, -1) }), ['validity', 'lifetime']);
  });
  it('refuses a signature by SHA-1, and RSA parameters that are absent, by signature', async () => {
    const absent = der.sequence(der.oid(oid.sha256WithRSAEncryption));
    for (const odd of [sha1Rsa, absent]) {
      const change = { innerAlgorithm: odd, outerAlgorithm: odd };
      assert.deepEqual(await afterChange('jpki-sign', change), ['signature', 'signature']);
    }
  });
});
