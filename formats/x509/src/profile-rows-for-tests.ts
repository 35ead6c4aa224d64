import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { DerReader, der } from '@tegata/der';
import { at, type Link, makeChains } from './chains-for-tests.ts';
import { oid, type ProfileName, parseCertificate, type RuleCode } from './index.ts';
import { type Alteration, adding, changing, without } from './resign-for-tests.ts';

/** One sound chain per profile. */
export const chains = await makeChains();
const DAY = 86_400_000;

/** Leaf and anchor of each profile. */
export const profiles: Record<ProfileName, { leaf: Link; anchor: Link }> = {
  'jpki-ca': { leaf: chains.signCa, anchor: chains.signCa },
  'jpki-sign': { leaf: chains.sign, anchor: chains.signCa },
  'jpki-auth': { leaf: chains.auth, anchor: chains.authCa },
  'jpki-phone-sign': { leaf: chains.phoneSign, anchor: chains.signCa },
  'jpki-phone-auth': { leaf: chains.phoneAuth, anchor: chains.authCa },
  'ocsp-signer': { leaf: chains.responder, anchor: chains.signCa },
  'crl-signer': { leaf: chains.lister, anchor: chains.signCa },
  'cms-signer': { leaf: chains.correspondent, anchor: chains.signCa },
  iaca: { leaf: chains.iaca, anchor: chains.iaca },
  'iaca-link': { leaf: chains.link, anchor: chains.iaca },
  ds: { leaf: chains.ds, anchor: chains.iaca },
  'reader-auth': { leaf: chains.reader, anchor: chains.readerRoot },
  'vical-signer': { leaf: chains.vical, anchor: chains.readerRoot },
  'status-signer': { leaf: chains.status, anchor: chains.iaca },
  'key-attestation-root': { leaf: chains.root, anchor: chains.root },
  'key-attestation': { leaf: chains.attester, anchor: chains.root },
};
export const after = (days: number, seconds = 0) => der.time(new Date(at.getTime() + days * DAY + seconds * 1000));
const ext = (extensions: Alteration['extensions']): Alteration => ({ extensions });
const uncritical = (id: string) => ext(changing(id, { critical: false }));
const critical = (id: string) => ext(changing(id, { critical: true }));
const missing = (id: string) => ext(without(id));
export const name = (...parts: [string, string][]) =>
  der.sequence(...parts.map(([type, text]) => der.setOf(der.sequence(der.oid(type), der.utf8(text)))));
const named = (...parts: [string, string][]): Alteration => ({ subject: name(...parts) });
const rootNamed = (...parts: [string, string][]): Alteration => ({ subject: name(...parts), issuer: name(...parts) });
export const ku = (...bits: number[]) => ext(changing(oid.keyUsage, { value: der.namedBits(bits) }));
const bc = (...members: Uint8Array[]) => ext(changing(oid.basicConstraints, { value: der.sequence(...members) }));
const asCa = ext(adding(oid.basicConstraints, true, der.sequence(der.boolean(true))));
const eku = (...purposes: string[]) =>
  ext(changing(oid.extKeyUsage, { value: der.sequence(...purposes.map((id) => der.oid(id))) }));
const ski = ext(changing(oid.subjectKeyIdentifier, { value: der.octetString(new Uint8Array(20)) }));
const otherAki = der.sequence(der.implicit(0, der.octetString(new Uint8Array(20))));
const aki = ext(changing(oid.authorityKeyIdentifier, { value: otherAki }));
const akiWithoutKey = ext(
  changing(oid.authorityKeyIdentifier, { value: der.sequence(der.implicit(2, der.integer(1))) }),
);
const dnsName = der.implicit(2, der.ia5('tegata.example'));
const ianDns = ext(changing(oid.issuerAltName, { value: der.sequence(dnsName) }));
export const uri = der.implicit(6, der.ia5('https://iaca.tegata.example/x.crl'));
export const crlUri = der.explicit(0, der.explicit(0, uri));
export const point = (...members: Uint8Array[]) =>
  ext(changing(oid.cRLDistributionPoints, { value: der.sequence(der.sequence(...members)) }));
const unknownCritical = ext(adding('2.999.8.5.99', true, der.null()));
const forbidden = (id: string, marked = false) => ext(adding(id, marked, der.sequence()));
const policies = (marked: boolean, ...ids: string[]) =>
  ext(
    changing(oid.certificatePolicies, {
      critical: marked,
      value: der.sequence(...ids.map((id) => der.sequence(der.oid(id)))),
    }),
  );

export const spki = (key: KeyObject): Uint8Array => key.export({ type: 'spki', format: 'der' });
const rsaKey = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey;
export const ecKey = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey;

/** The octets of the BIT STRING of a SubjectPublicKeyInfo. */
function keyBits(raw: Uint8Array): Uint8Array {
  const inner = DerReader.over(raw).sequence();
  inner.element();
  return inner.bitString().bytes;
}

/** A key together with the key identifier that belongs to it; a root names itself by it too. */
export function keyed(raw: Uint8Array, root = false): Alteration {
  const identifier = createHash('sha1').update(keyBits(raw)).digest();
  const own = changing(oid.subjectKeyIdentifier, { value: der.octetString(identifier) });
  const above = changing(oid.authorityKeyIdentifier, {
    value: der.sequence(der.implicit(0, der.octetString(identifier))),
  });
  return { spki: raw, extensions: (list) => (root ? above(own(list)) : own(list)) };
}

const compressed = (() => {
  const jwk = chains.ds.key.publicKey.export({ format: 'jwk' });
  const x = Buffer.from(jwk.x as string, 'base64url');
  const odd = (Buffer.from(jwk.y as string, 'base64url').at(-1) as number) & 1;
  const algorithm = der.sequence(der.oid(oid.ecPublicKey), der.oid(oid.prime256v1));
  return der.sequence(algorithm, der.bitString(Uint8Array.of(2 + odd, ...x)));
})();
const offCurve = (() => {
  const raw = Uint8Array.from(spki(ecKey('prime256v1')));
  raw[raw.length - 1] = (raw[raw.length - 1] as number) ^ 1;
  return raw;
})();
const explicitCurve = generateKeyPairSync('ec', { namedCurve: 'prime256v1', paramEncoding: 'explicit' }).publicKey;
export const sha1Rsa = der.sequence(der.oid('1.2.840.113549.1.1.5'), der.null());
export const jp: [string, string] = [oid.countryName, 'JP'];
export const cn: [string, string] = [oid.commonName, 'Tegata TEST x'];

/** What is changed, and the one code that it causes. */
export type Row = readonly [title: string, change: Alteration, code: RuleCode];

/** Rows that hold for every profile. */
export const everyRow: readonly Row[] = [
  ['a serial number of 21 octets', { serial: new Uint8Array(21).fill(1) }, 'der'],
  ['a serial number of zero', { serial: Uint8Array.of(0) }, 'der'],
  ['a negative serial number', { serial: Uint8Array.of(0x80) }, 'der'],
  ['another algorithm inside than outside', { innerAlgorithm: sha1Rsa }, 'signature'],
  ['a beginning after the time in question', { notBefore: after(0, 1) }, 'validity'],
  ['an end before the time in question', { notBefore: after(-2), notAfter: after(0, -1) }, 'validity'],
  [
    'one octet of the signature changed',
    { signature: (sound) => sound.with(40, (sound[40] as number) ^ 1) },
    'signature',
  ],
  ['no keyUsage', missing(oid.keyUsage), 'ku-missing'],
  ['an unknown critical extension', unknownCritical, 'unknown-critical'],
];

const noCritical: Row = ['keyUsage that is not critical', uncritical(oid.keyUsage), 'ku-noncrit'];
const endEntity: readonly Row[] = [
  ['CA:TRUE', asCa, 'bc-ca'],
  ['the key of its issuer under its own name', { spki: new Uint8Array() }, 'self-signed'],
];
const authority: readonly Row[] = [
  noCritical,
  ['keyUsage with digitalSignature', ku(0, 5, 6), 'ku-bits'],
  ['keyUsage without cRLSign', ku(5), 'ku-bits'],
  ['keyUsage without keyCertSign', ku(6), 'ku-bits'],
  ['no basicConstraints', missing(oid.basicConstraints), 'bc-missing'],
  ['basicConstraints of an end entity', bc(), 'bc-notca'],
  ['basicConstraints that are not critical', uncritical(oid.basicConstraints), 'bc-noncrit'],
];
const annexB: readonly Row[] = [
  ['no subjectKeyIdentifier', missing(oid.subjectKeyIdentifier), 'ski'],
  ['a key identifier that is not SHA-1 of the key', ski, 'ski'],
  ['a critical subjectKeyIdentifier', critical(oid.subjectKeyIdentifier), 'ski'],
  ['policyMappings', forbidden(oid.policyMappings), 'forbidden'],
  ['nameConstraints', forbidden(oid.nameConstraints, true), 'forbidden'],
  ['policyConstraints', forbidden(oid.policyConstraints, true), 'forbidden'],
  ['inhibitAnyPolicy', forbidden(oid.inhibitAnyPolicy, true), 'forbidden'],
  ['freshestCRL', forbidden(oid.freshestCRL), 'forbidden'],
];
const directory = der.explicit(0, der.explicit(0, der.explicit(4, name(cn))));
const pointsNamed = (named: Uint8Array): readonly Row[] => [
  ['no distribution point', missing(oid.cRLDistributionPoints), 'cdp-missing'],
  ['a critical distribution point', critical(oid.cRLDistributionPoints), 'cdp-critical'],
  ['a distribution point for some reasons', point(named, der.implicit(1, der.namedBits([1]))), 'cdp-reasons'],
  ['a distribution point with a CRL issuer', point(named, der.explicit(2, uri)), 'cdp-crlissuer'],
];
const points = pointsNamed(crlUri);
const uriPoints: readonly Row[] = [...points, ['a distribution point that is no URI', point(directory), 'cdp-missing']];
const directoryPoints: readonly Row[] = [
  ...pointsNamed(directory),
  ['a distribution point that is a URI', point(crlUri), 'cdp-missing'],
];
const alternativeNames: readonly Row[] = [
  ['no issuerAltName', missing(oid.issuerAltName), 'ian-missing'],
  ['an issuerAltName of a host', ianDns, 'ian-type'],
  ['a critical issuerAltName', critical(oid.issuerAltName), 'ian-type'],
];
const akis: readonly Row[] = [
  ['no authorityKeyIdentifier', missing(oid.authorityKeyIdentifier), 'aki-missing'],
  ['an authorityKeyIdentifier without the key', akiWithoutKey, 'aki-missing'],
  ['an authorityKeyIdentifier of another key', aki, 'aki-mismatch'],
];
const elliptic: readonly Row[] = [
  ['an RSA key', keyed(spki(rsaKey(2048))), 'keytype'],
  ['a key on secp256k1', keyed(spki(ecKey('secp256k1'))), 'curve'],
  ['a curve written out', keyed(spki(explicitCurve)), 'curve'],
  ['a compressed point', keyed(compressed), 'curve'],
  ['a point that is not on its curve', keyed(offCurve), 'curve'],
];
const purpose = (id: string): readonly Row[] => [
  ['no extKeyUsage', missing(oid.extKeyUsage), 'eku-missing'],
  ['an extKeyUsage that is not critical', uncritical(oid.extKeyUsage), 'eku-noncrit'],
  ['another purpose', eku(oid.clientAuth), 'eku'],
  ['a second purpose', eku(id, oid.clientAuth), 'eku'],
];
const dataSigner: readonly Row[] = [
  noCritical,
  ...endEntity,
  ['keyUsage with keyCertSign', ku(0, 5), 'ku-bits'],
  ...annexB,
  ...akis,
  ...elliptic,
];
const jpkiKeys: readonly Row[] = [
  ['an RSA key of 1024 bits', { spki: spki(rsaKey(1024)) }, 'keytype'],
  ['an RSA key with the exponent 3', { spki: spki(rsaKey(2048, 3)) }, 'keytype'],
  ['an Edwards key', { spki: spki(generateKeyPairSync('ed25519').publicKey) }, 'keytype'],
  ['a key on P-256', { spki: spki(ecKey('prime256v1')) }, 'curve'],
];
const jpkiEntity: readonly Row[] = [
  noCritical,
  ...endEntity,
  ...jpkiKeys,
  ...directoryPoints,
  ['no issuerAltName', missing(oid.issuerAltName), 'ian-missing'],
  ['an issuerAltName that is a URI', ext(changing(oid.issuerAltName, { value: der.sequence(uri) })), 'ian-type'],
  ['a critical issuerAltName', critical(oid.issuerAltName), 'ian-type'],
  ['no country', named(cn), 'no-country'],
  ['a country in small letters', named([oid.countryName, 'jp'], cn), 'country-case'],
  ['another country than the CA’s', named([oid.countryName, 'FR'], cn), 'country-mismatch'],
  ['no common name', named(jp), 'no-cn'],
  ['a second more than five years and a day', { notAfter: after(1827, 1) }, 'lifetime'],
  ['no policy', missing(oid.certificatePolicies), 'policy'],
  ['another issuer', { issuer: name(cn) }, 'issuer-name'],
];
const jpkiSign = (own: string, others: readonly string[]): readonly Row[] => [
  ...jpkiEntity,
  ['keyUsage without nonRepudiation', ku(0), 'ku-bits'],
  ['keyUsage without digitalSignature', ku(1), 'ku-bits'],
  ['an extKeyUsage', ext(adding(oid.extKeyUsage, false, der.sequence(der.oid(oid.clientAuth)))), 'eku'],
  ...others.map((id): Row => [`the policy ${id}`, policies(true, id), 'policy']),
  ['a policy that is not critical', policies(false, own), 'policy'],
];
const jpkiAuth = (own: string, others: readonly string[]): readonly Row[] => [
  ...jpkiEntity,
  ['keyUsage with one bit more', ku(0, 1), 'ku-bits'],
  ['no extKeyUsage', missing(oid.extKeyUsage), 'eku-missing'],
  ['another purpose than clientAuth', eku(oid.serverAuth), 'eku'],
  ['a second purpose', eku(oid.clientAuth, oid.serverAuth), 'eku'],
  ['a critical extKeyUsage', critical(oid.extKeyUsage), 'eku'],
  ['a further policy', policies(true, own, '2.999.8.5.1.9'), 'policy'],
  ...others.map((id): Row => [`the policy ${id}`, policies(true, id), 'policy']),
  ['a policy that is not critical', policies(false, own), 'policy'],
];
const policy = {
  sign: '2.999.8.5.1.1.20',
  phoneSign: '2.999.8.5.1.1.40',
  auth: '2.999.8.5.1.3.30',
  phoneAuth: '2.999.8.5.1.3.40',
  // Of real cards and of J-LIS's tests: neither is ours.
  real: ['1.2.392.200149.8.5.1.1.20', '1.2.392.200149.8.5.1.3.30', '1.2.392.200149.8.5.1.0.20', oid.anyPolicy],
};

export const table: Readonly<Record<ProfileName, readonly Row[]>> = {
  'jpki-ca': [
    ...authority,
    ...directoryPoints,
    ['no subjectKeyIdentifier', missing(oid.subjectKeyIdentifier), 'ski'],
    ['a key identifier that is not SHA-1 of the key', ski, 'ski'],
    ['a path length', bc(der.boolean(true), der.integer(0)), 'pathlen'],
    ['no country', rootNamed(cn), 'no-country'],
    ['a country in small letters', rootNamed([oid.countryName, 'jp'], cn), 'country-case'],
    ['a second more than ten years and a day', { notAfter: after(3654, 1) }, 'lifetime'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
  ],
  'jpki-sign': jpkiSign(policy.sign, [policy.auth, policy.phoneSign, policy.phoneAuth, ...policy.real]),
  'jpki-phone-sign': jpkiSign(policy.phoneSign, [policy.sign, policy.auth, policy.phoneAuth, ...policy.real]),
  'jpki-auth': jpkiAuth(policy.auth, [policy.sign, policy.phoneAuth, policy.phoneSign, ...policy.real]),
  'jpki-phone-auth': jpkiAuth(policy.phoneAuth, [policy.auth, policy.sign, policy.phoneSign, ...policy.real]),
  'ocsp-signer': [
    ...endEntity,
    ...annexB,
    ...akis,
    ...purpose(oid.ocspSigning),
    ['no common name', named(jp), 'no-cn'],
    ['neither ocsp-nocheck nor a distribution point', missing(oid.ocspNoCheck), 'cdp-missing'],
    ['keyUsage without digitalSignature', ku(2), 'ku-bits'],
    ['keyUsage with keyCertSign', ku(0, 5), 'ku-bits'],
    ['a second more than 90 days and ocsp-nocheck', { notAfter: after(90, 1) }, 'lifetime'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
  ],
  'crl-signer': [
    noCritical,
    ['keyUsage without cRLSign', ku(0), 'ku-bits'],
    ['keyUsage with keyCertSign and no basicConstraints', ku(5, 6), 'bc-missing'],
    [
      'CA:TRUE that is not critical',
      ext(adding(oid.basicConstraints, false, der.sequence(der.boolean(true)))),
      'bc-noncrit',
    ],
    ['an RSA key of 1024 bits', { spki: spki(rsaKey(1024)) }, 'keytype'],
    ['a key on secp256k1', { spki: spki(ecKey('secp256k1')) }, 'curve'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
  ],
  'cms-signer': [
    ['keyUsage for encipherment', ku(2), 'ku-bits'],
    ['an RSA key of 1024 bits', { spki: spki(rsaKey(1024)) }, 'keytype'],
    ['a key on secp256k1', { spki: spki(ecKey('secp256k1')) }, 'curve'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
  ],
  iaca: [
    ...authority,
    ...annexB,
    ...uriPoints,
    ...alternativeNames,
    ['more than 20 years', { notAfter: after(7305, 1) }, 'lifetime'],
    ['no path length', bc(der.boolean(true)), 'pathlen'],
    ['the path length 1', bc(der.boolean(true), der.integer(1)), 'pathlen'],
    ['no country', rootNamed(cn), 'no-country'],
    ['two countries', rootNamed(cn, jp, jp), 'no-country'],
    ['a country in small letters', rootNamed(cn, [oid.countryName, 'jp']), 'country-case'],
    ['a country of three letters', rootNamed(cn, [oid.countryName, 'JPN']), 'country-case'],
    ['no common name', rootNamed(jp), 'no-cn'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
    ['an authorityKeyIdentifier of another key', aki, 'aki-mismatch'],
    ['an authorityKeyIdentifier without the key', akiWithoutKey, 'aki-missing'],
    ['an extKeyUsage', ext(adding(oid.extKeyUsage, true, der.sequence(der.oid(oid.mdlDs)))), 'eku'],
  ],
  'iaca-link': [
    ...authority,
    ...annexB,
    ...uriPoints,
    ...alternativeNames,
    ...akis,
    ...elliptic,
    ['an Edwards key', keyed(spki(generateKeyPairSync('ed25519').publicKey)), 'keytype'],
    ['an end after that of the old root', { notAfter: after(2000) }, 'outlives-root'],
    ['no path length', bc(der.boolean(true)), 'pathlen'],
    ['another subject than its issuer', named(cn, jp), 'issuer-name'],
    ['the key of the old root', { spki: new Uint8Array() }, 'self-signed'],
    ['another purpose', eku(oid.mdlDs), 'eku'],
    ['an extKeyUsage that is not critical', uncritical(oid.extKeyUsage), 'eku-noncrit'],
  ],
  ds: [
    ...dataSigner,
    ...purpose(oid.mdlDs),
    ...uriPoints,
    ...alternativeNames,
    ['the purpose of a reader', eku(oid.mdlReaderAuth), 'eku'],
    ['a second more than 457 days', { notAfter: after(457, 1) }, 'lifetime'],
    ['no country', named(cn), 'no-country'],
    ['a country in small letters', named(cn, [oid.countryName, 'jp']), 'country-case'],
    ['another country than the root’s', named(cn, [oid.countryName, 'FR']), 'country-mismatch'],
    ['no common name', named(jp), 'no-cn'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
    ['itself as its issuer', { issuer: parseCertificate(chains.ds.der).subject.raw }, 'self-signed'],
  ],
  'reader-auth': [
    ...dataSigner,
    ...purpose(oid.mdlReaderAuth),
    ...uriPoints,
    ['an issuerAltName of a host', ext(adding(oid.issuerAltName, false, der.sequence(dnsName))), 'ian-type'],
    ['a second more than 1187 days', { notAfter: after(1187, 1) }, 'lifetime'],
    ['no common name', named(jp), 'no-cn'],
    ['another issuer', { issuer: name(cn) }, 'issuer-name'],
  ],
  'vical-signer': [
    ...dataSigner,
    ...purpose(oid.mdlVicalSigner),
    ...points,
    ['keyUsage with keyAgreement', ku(0, 4), 'ku-bits'],
    ['a country in small letters', named(cn, [oid.countryName, 'jp']), 'country-case'],
    ['a second more than 1187 days', { notAfter: after(1187, 1) }, 'lifetime'],
    ['no common name', named(jp), 'no-cn'],
  ],
  'status-signer': [
    ...dataSigner,
    ['the purpose of a reader', ext(adding(oid.extKeyUsage, true, der.sequence(der.oid(oid.mdlReaderAuth)))), 'eku'],
    ['the purpose of a server', ext(adding(oid.extKeyUsage, false, der.sequence(der.oid(oid.serverAuth)))), 'eku'],
    ['a second more than 457 days', { notAfter: after(457, 1) }, 'lifetime'],
    ['no common name', named(jp), 'no-cn'],
  ],
  'key-attestation-root': authority.filter(([, , code]) => !code.startsWith('ku-')),
  'key-attestation': [
    ...endEntity,
    ['an RSA key', { spki: spki(rsaKey(2048)) }, 'keytype'],
    ['a key on P-521', { spki: spki(ecKey('secp521r1')) }, 'curve'],
    ['keyUsage without digitalSignature', ku(2), 'ku-bits'],
    ['an extKeyUsage', ext(adding(oid.extKeyUsage, false, der.sequence(der.oid(oid.clientAuth)))), 'eku'],
  ],
};
