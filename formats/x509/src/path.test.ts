import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { DerReader, der, tag } from '@tegata/der';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildJpkiCa, buildJpkiSign } from '@tegata/x509-build';
import { at, holder, type Link, makeChains } from './chains-for-tests.ts';
import { oid, type PathInput, type ProfileName, parseCertificate, verifyPath } from './index.ts';
import { type Alteration, adding, algorithmDer, changing, resign, without } from './resign-for-tests.ts';

const chains = await makeChains();
const random = seededRandom('path.test');
const otherRsa = softwareSigner(await generateSoftwareKey('RSA-2048'));
const otherP256 = softwareSigner(await generateSoftwareKey('P-256'));
const DAY = 86_400_000;

/** The codes of all failed checks. */
function failures(input: PathInput): (string | undefined)[] {
  return verifyPath(input)
    .checks.filter(({ result }) => result === 'failed')
    .map(({ code }) => code);
}

const profiles: Record<ProfileName, { leaf: Link; anchor: Link }> = {
  'jpki-ca': { leaf: chains.signCa, anchor: chains.signCa },
  'jpki-sign': { leaf: chains.sign, anchor: chains.signCa },
  'jpki-auth': { leaf: chains.auth, anchor: chains.authCa },
  'ocsp-signer': { leaf: chains.responder, anchor: chains.signCa },
  iaca: { leaf: chains.iaca, anchor: chains.iaca },
  ds: { leaf: chains.ds, anchor: chains.iaca },
  'key-attestation-root': { leaf: chains.root, anchor: chains.root },
  'key-attestation': { leaf: chains.attester, anchor: chains.root },
};
const isRoot = (profile: ProfileName) => profiles[profile].leaf === profiles[profile].anchor;

/** What is left of a path after one change to its leaf. */
async function afterChange(profile: ProfileName, change: Alteration, more: Partial<PathInput> = {}) {
  const { leaf, anchor } = profiles[profile];
  const changed = await resign(leaf.der, leaf.by, change);
  return failures({ leaf: changed, anchors: [isRoot(profile) ? changed : anchor.der], at, profile, ...more });
}

const ski = (value: Uint8Array) => changing(oid.subjectKeyIdentifier, { value: der.octetString(value) });
const eku = (critical: boolean, ...purposes: string[]) =>
  changing(oid.extKeyUsage, { critical, value: der.sequence(...purposes.map((id) => der.oid(id))) });
const ku = (...bits: number[]) => changing(oid.keyUsage, { value: der.namedBits(bits) });
const bc = (...members: Uint8Array[]) => changing(oid.basicConstraints, { value: der.sequence(...members) });
const uri = (text: string) => der.implicit(6, der.ia5(text));
const name = (...parts: [string, string][]) =>
  der.sequence(...parts.map(([type, text]) => der.setOf(der.sequence(der.oid(type), der.utf8(text)))));
const unknownCritical = adding('2.999.8.5.99', true, der.null());
const point = (...members: Uint8Array[]) =>
  changing(oid.cRLDistributionPoints, { value: der.sequence(der.sequence(...members)) });
const crlUri = der.explicit(0, der.explicit(0, uri('https://iaca.tegata.example/x.crl')));
const policies = (critical: boolean, ...ids: string[]) =>
  changing(oid.certificatePolicies, { critical, value: der.sequence(...ids.map((id) => der.sequence(der.oid(id)))) });
const rsa1024 = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' });
const rsaE3 = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({
  type: 'spki',
  format: 'der',
});
const sha1Rsa = der.sequence(der.oid('1.2.840.113549.1.1.5'), der.null());
const compressed = (() => {
  const jwk = chains.ds.key.publicKey.export({ format: 'jwk' });
  const x = Buffer.from(jwk.x as string, 'base64url');
  const odd = (Buffer.from(jwk.y as string, 'base64url').at(-1) as number) & 1;
  const algorithm = der.sequence(der.oid(oid.ecPublicKey), der.oid(oid.prime256v1));
  return der.sequence(algorithm, der.bitString(Uint8Array.of(2 + odd, ...x)));
})();

/** One change per row, and the only code that it may cause. */
const rows: readonly (readonly [string, ProfileName, Alteration, string])[] = [
  ['a serial number of 21 octets', 'jpki-sign', { serial: new Uint8Array(21).fill(1) }, 'serial'],
  ['a serial number of zero', 'jpki-sign', { serial: Uint8Array.of(0) }, 'serial'],
  ['a negative serial number', 'jpki-sign', { serial: Uint8Array.of(0x80) }, 'serial'],
  ['another algorithm inside than outside', 'jpki-sign', { innerAlgorithm: sha1Rsa }, 'algorithm-mismatch'],
  [
    'an end before the time in question',
    'jpki-sign',
    { notAfter: der.time(new Date(at.getTime() - 1000)) },
    'validity',
  ],
  ['a beginning after the time in question', 'ds', { notBefore: der.time(new Date(at.getTime() + 1000)) }, 'validity'],
  ['another issuer', 'jpki-sign', { issuer: name([oid.commonName, 'x']) }, 'issuer-name'],
  ['an RSA key of 1024 bits', 'jpki-sign', { spki: rsa1024 }, 'key'],
  ['an RSA key with the exponent 3', 'jpki-auth', { spki: rsaE3 }, 'key'],
  ['no keyUsage', 'jpki-sign', { extensions: without(oid.keyUsage) }, 'ku-missing'],
  ['keyUsage without nonRepudiation', 'jpki-sign', { extensions: ku(0) }, 'ku-bits'],
  ['keyUsage with one bit more', 'jpki-auth', { extensions: ku(0, 1) }, 'ku-bits'],
  [
    'keyUsage that is not critical',
    'jpki-sign',
    { extensions: changing(oid.keyUsage, { critical: false }) },
    'ku-critical',
  ],
  [
    'CA:TRUE in an end entity',
    'jpki-sign',
    { extensions: adding(oid.basicConstraints, true, der.sequence(der.boolean(true))) },
    'bc-ca',
  ],
  [
    'an extKeyUsage',
    'jpki-sign',
    { extensions: adding(oid.extKeyUsage, false, der.sequence(der.oid(oid.clientAuth))) },
    'eku',
  ],
  ['another purpose than clientAuth', 'jpki-auth', { extensions: eku(false, oid.serverAuth) }, 'eku'],
  ['a second purpose', 'jpki-auth', { extensions: eku(false, oid.clientAuth, oid.serverAuth) }, 'eku'],
  ['no policy', 'jpki-sign', { extensions: without(oid.certificatePolicies) }, 'policy'],
  ['the policy of the other kind', 'jpki-sign', { extensions: policies(true, '2.999.8.5.1.3.30') }, 'policy'],
  ['a further policy', 'jpki-auth', { extensions: policies(true, '2.999.8.5.1.3.30', '2.999.8.5.1.9') }, 'policy'],
  ['a policy that is not critical', 'jpki-auth', { extensions: policies(false, '2.999.8.5.1.3.30') }, 'policy'],
  ['an unknown critical extension', 'jpki-sign', { extensions: unknownCritical }, 'unknown-critical'],
  ['no CA:TRUE', 'jpki-ca', { extensions: bc() }, 'bc-ca'],
  [
    'CA:TRUE that is not critical',
    'jpki-ca',
    { extensions: changing(oid.basicConstraints, { critical: false }) },
    'bc-critical',
  ],
  ['keyUsage with digitalSignature', 'jpki-ca', { extensions: ku(0, 5, 6) }, 'ku-bits'],
  ['keyUsage without cRLSign', 'jpki-ca', { extensions: ku(5) }, 'ku-bits'],
  ['an unknown critical extension', 'jpki-ca', { extensions: unknownCritical }, 'unknown-critical'],
  ['no id-kp-OCSPSigning', 'ocsp-signer', { extensions: eku(false, oid.clientAuth) }, 'eku'],
  ['no ocsp-nocheck', 'ocsp-signer', { extensions: without(oid.ocspNoCheck) }, 'ocsp-nocheck'],
  ['keyUsage without digitalSignature', 'ocsp-signer', { extensions: ku(2) }, 'ku-bits'],
  [
    'CA:TRUE',
    'ocsp-signer',
    { extensions: adding(oid.basicConstraints, true, der.sequence(der.boolean(true))) },
    'bc-ca',
  ],
  ['more than 20 years', 'iaca', { notAfter: der.time(new Date(at.getTime() + 7321 * DAY)) }, 'lifetime'],
  ['no path length', 'iaca', { extensions: bc(der.boolean(true)) }, 'bc-path-length'],
  ['the path length 1', 'iaca', { extensions: bc(der.boolean(true), der.integer(1)) }, 'bc-path-length'],
  ['a key identifier that is not SHA-1 of the key', 'iaca', { extensions: ski(new Uint8Array(20)) }, 'ski'],
  ['no issuerAltName', 'iaca', { extensions: without(oid.issuerAltName) }, 'ian'],
  ['a critical issuerAltName', 'iaca', { extensions: changing(oid.issuerAltName, { critical: true }) }, 'ian'],
  [
    'a distribution point with reasons',
    'iaca',
    { extensions: point(crlUri, der.implicit(1, der.namedBits([1]))) },
    'crldp',
  ],
  ['no distribution point', 'iaca', { extensions: without(oid.cRLDistributionPoints) }, 'crldp'],
  [
    'nameConstraints',
    'iaca',
    { extensions: adding(oid.nameConstraints, false, der.sequence()) },
    'forbidden-extension',
  ],
  ['458 days', 'ds', { notAfter: der.time(new Date(at.getTime() + 458 * DAY)) }, 'lifetime'],
  ['an extKeyUsage that is not critical', 'ds', { extensions: eku(false, oid.mdlDs) }, 'eku'],
  ['the purpose of a reader', 'ds', { extensions: eku(true, oid.mdlReaderAuth) }, 'eku'],
  ['no extKeyUsage', 'ds', { extensions: without(oid.extKeyUsage) }, 'eku'],
  ['keyUsage with keyCertSign', 'ds', { extensions: ku(0, 5) }, 'ku-bits'],
  ['keyUsage that is not critical', 'ds', { extensions: changing(oid.keyUsage, { critical: false }) }, 'ku-critical'],
  ['no common name', 'ds', { subject: name([oid.countryName, 'JP']) }, 'common-name'],
  [
    'another country than the root’s',
    'ds',
    { subject: name([oid.commonName, 'x'], [oid.countryName, 'FR']) },
    'country',
  ],
  ['no authority key identifier', 'ds', { extensions: without(oid.authorityKeyIdentifier) }, 'aki'],
  [
    'an authority key identifier of another key',
    'ds',
    {
      extensions: changing(oid.authorityKeyIdentifier, {
        value: der.sequence(der.implicit(0, der.octetString(new Uint8Array(20)))),
      }),
    },
    'aki',
  ],
  ['no issuerAltName', 'ds', { extensions: without(oid.issuerAltName) }, 'ian'],
  ['a CRL issuer', 'ds', { extensions: point(crlUri, der.explicit(2, uri('https://x.example/'))) }, 'crldp'],
  ['freshestCRL', 'ds', { extensions: adding(oid.freshestCRL, false, der.sequence()) }, 'forbidden-extension'],
  ['an unknown critical extension', 'ds', { extensions: unknownCritical }, 'unknown-critical'],
  ['no keyUsage', 'key-attestation', { extensions: without(oid.keyUsage) }, 'ku-missing'],
  [
    'CA:TRUE',
    'key-attestation',
    { extensions: adding(oid.basicConstraints, true, der.sequence(der.boolean(true))) },
    'bc-ca',
  ],
  ['an RSA key', 'key-attestation', { spki: otherRsa.publicKey.export({ type: 'spki', format: 'der' }) }, 'key'],
];

describe('a sound path', () => {
  for (const [profile, { leaf, anchor }] of Object.entries(profiles) as [ProfileName, { leaf: Link; anchor: Link }][]) {
    it(`of the profile ${profile} passes`, () => {
      const result = verifyPath({ leaf: leaf.der, anchors: [anchor.der], at, profile });
      assert.deepEqual(
        result.checks.filter((check) => check.result !== 'passed'),
        [],
      );
      assert.equal(result.result, 'passed');
      assert.deepEqual(result.anchor?.raw, anchor.der);
    });
    it(`of the profile ${profile} does not pass for the profile of another use`, () => {
      for (const other of Object.keys(profiles) as ProfileName[]) {
        // Roots are told apart by the lists in which they stand.
        const alike = profile === other || (isRoot(profile) && isRoot(other));
        if (!alike)
          assert.notDeepEqual(failures({ leaf: leaf.der, anchors: [anchor.der], at, profile: other }), [], other);
      }
    });
  }
});

describe('a certificate', () => {
  for (const [title, profile, change, code] of rows) {
    it(`with ${title} fails the profile ${profile} by ${code} alone`, async () => {
      assert.deepEqual([...new Set(await afterChange(profile, change))], [code]);
    });
  }

  it('with a compressed point fails by key and key identifier', async () => {
    assert.deepEqual(await afterChange('ds', { spki: compressed }), ['key', 'ski']);
  });
  it('signed with SHA-1 fails by algorithm and signature', async () => {
    const change = { innerAlgorithm: sha1Rsa, outerAlgorithm: sha1Rsa };
    assert.deepEqual(await afterChange('jpki-sign', change), ['signature', 'algorithm']);
  });
  it('with RSA parameters that are absent fails by algorithm', async () => {
    const absent = der.sequence(der.oid(oid.sha256WithRSAEncryption));
    assert.deepEqual(await afterChange('jpki-sign', { innerAlgorithm: absent, outerAlgorithm: absent }), [
      'signature',
      'algorithm',
    ]);
  });
  it('with one octet of the signature changed fails by signature', async () => {
    const signature = (sound: Uint8Array) => sound.with(100, (sound[100] as number) ^ 1);
    assert.deepEqual(await afterChange('jpki-sign', { signature }), ['signature']);
  });
  it('with an octet after its end fails by der', () => {
    const leaf = new Uint8Array([...chains.sign.der, 0]);
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], at, profile: 'jpki-sign' }), ['der']);
  });
  it('that signed itself is no end entity', async () => {
    const { sign } = chains;
    const leaf = await resign(sign.der, sign.key, { issuer: parseCertificate(sign.der).subject.raw });
    const codes = failures({ leaf, anchors: [chains.signCa.der, leaf], at, profile: 'jpki-sign' });
    assert.equal(codes[0], 'self-signed');
  });
  it('that carries the key of its issuer is no end entity', async () => {
    const spki = chains.signCa.key.publicKey.export({ type: 'spki', format: 'der' });
    assert.deepEqual(await afterChange('jpki-sign', { spki }), ['self-signed']);
  });
  it('of a state other than that of its root fails by state', async () => {
    const state = (text: string, common = 'root') =>
      name([oid.commonName, common], [oid.stateOrProvinceName, text], [oid.countryName, 'JP']);
    const root = await resign(chains.iaca.der, chains.iaca.key, { subject: state('A'), issuer: state('A') });
    const of = (text: string) =>
      resign(chains.ds.der, chains.iaca.key, { issuer: state('A'), subject: state(text, 'signer') });
    assert.deepEqual(failures({ leaf: await of('A'), anchors: [root], at, profile: 'ds' }), []);
    assert.deepEqual(failures({ leaf: await of('B'), anchors: [root], at, profile: 'ds' }), ['state']);
  });
  it('that ends before it begins fails by validity and lifetime', async () => {
    const notAfter = der.time(new Date(at.getTime() - 1000));
    assert.deepEqual(await afterChange('ds', { notAfter }), ['validity', 'lifetime']);
  });
  it('of 457 days is still a document signer', async () => {
    const notAfter = der.time(new Date(at.getTime() + 457 * DAY));
    assert.deepEqual(await afterChange('ds', { notAfter }), []);
  });
});

describe('trust', () => {
  const base = { at, profile: 'jpki-sign' as const };

  it('comes from the caller’s list alone', () => {
    const input = { leaf: chains.sign.der, intermediates: [chains.signCa.der], anchors: [], ...base };
    assert.deepEqual(failures(input), ['no-path-to-anchor']);
  });
  it('in a root is a match of all its octets', async () => {
    const twin = await resign(chains.signCa.der, chains.signCa.key, { serial: Uint8Array.of(1) });
    assert.deepEqual(failures({ leaf: twin, anchors: [chains.signCa.der], at, profile: 'jpki-ca' }), [
      'no-path-to-anchor',
    ]);
  });
  it('in a root does not replace its own signature', async () => {
    const forged = await resign(chains.signCa.der, otherRsa, {});
    assert.deepEqual(failures({ leaf: forged, anchors: [forged], at, profile: 'jpki-ca' }), ['signature']);
  });
  it('among generations of one name is decided by the signature', async () => {
    const generations = [otherRsa, chains.signCa.key].map((signer) =>
      buildJpkiCa({ ca: 'sign', signer, random, notBefore: at }),
    );
    const [older, newer] = (await Promise.all(generations)) as [Uint8Array, Uint8Array];
    const path = verifyPath({ leaf: chains.sign.der, anchors: [older, newer], ...base });
    assert.equal(path.result, 'passed');
    assert.deepEqual(path.anchor?.raw, newer);
    assert.deepEqual(failures({ leaf: chains.sign.der, anchors: [older], ...base }), ['signature']);
  });
  it('does not outlast the root', () => {
    const later = parseCertificate(chains.iaca.der).notAfter;
    const codes = failures({
      leaf: chains.ds.der,
      anchors: [chains.iaca.der],
      at: new Date(later.getTime() + 1000),
      profile: 'ds',
    });
    assert.deepEqual(codes, ['validity', 'validity']);
  });
  it('in a root that breaks its own profile is refused under the name of the anchor’s check', async () => {
    const root = await resign(chains.iaca.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    const path = verifyPath({ leaf: chains.ds.der, anchors: [root], at, profile: 'ds' });
    assert.equal(path.code, 'ian');
    assert.equal(path.checks.find(({ result }) => result === 'failed')?.id, 'anchor.issuer-alt-name');
  });
  it('in a foreign root may be pinned with its deviations, which are then warnings', async () => {
    const root = await resign(chains.iaca.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    const path = verifyPath({ leaf: chains.ds.der, anchors: [root], at, profile: 'ds', mode: 'interop' });
    assert.equal(path.result, 'passed');
    assert.deepEqual(
      path.checks.flatMap(({ result, code }) => (result === 'warning' ? [code] : [])),
      ['ian'],
    );
  });
  it('in a foreign root does not loosen the rules for document signers', async () => {
    const leaf = await resign(chains.ds.der, chains.iaca.key, { extensions: without(oid.issuerAltName) });
    assert.deepEqual(failures({ leaf, anchors: [chains.iaca.der], at, profile: 'ds', mode: 'interop' }), ['ian']);
  });
  it('accepts the policies of another arc only when told so', async () => {
    const leaf = await buildJpkiSign({
      issuer: { certificate: chains.signCa.der, signer: chains.signCa.key },
      publicKey: chains.sign.key.publicKey,
      holder,
      random,
      at,
      oids: 'jpki-test',
    });
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], ...base }), ['policy']);
    const told = ['1.2.392.200149.8.5.1.0.20'];
    assert.deepEqual(failures({ leaf, anchors: [chains.signCa.der], ...base, policies: told }), []);
  });
});

describe('a path with certificates in between', () => {
  const { root, attester } = chains;
  const rootName = parseCertificate(root.der).subject.raw;
  const middleName = name([oid.commonName, 'middle']);
  const spki = otherP256.publicKey.export({ type: 'spki', format: 'der' });
  const openRoot = (pathLength?: number) =>
    resign(root.der, root.key, {
      extensions: bc(der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(pathLength)])),
    });
  const middle = (change: Alteration = {}) =>
    resign(root.der, root.key, { issuer: rootName, subject: middleName, spki, serial: Uint8Array.of(7), ...change });
  const leaf = () => resign(attester.der, otherP256, { issuer: middleName });
  const ask = async (anchor: Uint8Array, between: Uint8Array[]) =>
    failures({ leaf: await leaf(), intermediates: between, anchors: [anchor], at, profile: 'key-attestation' });

  it('passes when each signs the next and the root allows it', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle()]), []);
    assert.deepEqual(await ask(await openRoot(1), [await middle()]), []);
  });
  it('fails when the root’s path length is too short', async () => {
    assert.deepEqual(await ask(root.der, [await middle()]), ['bc-path-length']);
  });
  it('fails when the one in between is no CA', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle({ extensions: bc() })]), ['bc-ca']);
  });
  it('fails when the one in between may not sign certificates', async () => {
    assert.deepEqual(await ask(await openRoot(), [await middle({ extensions: ku(0) })]), ['ku-bits']);
  });
  it('fails when the one in between is not valid at the time', async () => {
    const notAfter = der.time(new Date(at.getTime() - 1000));
    assert.deepEqual(await ask(await openRoot(), [await middle({ notAfter })]), ['validity']);
  });
  it('fails when the one in between is missing', async () => {
    assert.deepEqual(await ask(await openRoot(), []), ['issuer-name']);
  });
  it('fails when it ends at nobody the caller trusts', async () => {
    const stranger = await resign(root.der, otherP256, { subject: name([oid.commonName, 'z']), issuer: rootName });
    assert.deepEqual(await ask(stranger, [await middle()]), ['no-path-to-anchor']);
  });
  it('is not used by profiles that have none', async () => {
    const input = { leaf: await leaf(), intermediates: [await middle()], anchors: [await openRoot()], at };
    assert.deepEqual(failures({ ...input, profile: 'ocsp-signer' })[0], 'issuer-name');
  });
});

describe('the algorithms of a path', () => {
  it('are those of the key: an ECDSA identifier does not go with an RSA signature', async () => {
    const ecdsa = algorithmDer(otherP256);
    const input = { innerAlgorithm: ecdsa, outerAlgorithm: ecdsa };
    assert.deepEqual(await afterChange('jpki-sign', input), ['signature']);
  });
  it('leave no room for an ECDSA signature that is not DER', async () => {
    const padded = (sound: Uint8Array) => {
      const pair = DerReader.over(sound).sequence();
      const [r, s] = [pair.integerBytes(), pair.integerBytes()];
      return der.sequence(der.element(tag.integer, Uint8Array.of(0), r), der.element(tag.integer, s));
    };
    assert.deepEqual(await afterChange('ds', { signature: padded }), ['signature']);
  });
});
