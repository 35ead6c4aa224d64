import { createHash } from 'node:crypto';
import { der } from '@tegata/der';
import type { Hash, SeededKey } from './seeded-key.ts';

/** An extension; `value` is the DER inside its OCTET STRING. */
export interface Extension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

const NAME_TYPES = { CN: '2.5.4.3', C: '2.5.4.6', ST: '2.5.4.8', O: '2.5.4.10' } as const;
/** A name as pairs, in the order of the encoding. */
export type NameParts = readonly (readonly [keyof typeof NAME_TYPES, string])[];

/** DER of a Name: C as PrintableString, the rest as UTF8String. */
export function nameDer(parts: NameParts): Uint8Array {
  const text = (type: string, value: string) => (type === 'C' ? der.printable(value) : der.utf8(value));
  return der.sequence(
    ...parts.map(([type, value]) => der.setOf(der.sequence(der.oid(NAME_TYPES[type]), text(type, value)))),
  );
}

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest();

/** Names of extensions, to find them by. */
export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  freshestCrl: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  policyMappings: '2.5.29.33',
} as const;

const uri = (address: string) => der.implicit(6, der.ia5(address));

/** Bits of KeyUsage that are used here. */
export const BIT = { digitalSignature: 0, nonRepudiation: 1, keyAgreement: 4, keyCertSign: 5, cRLSign: 6 } as const;

/** Makers of extensions. */
export const extension = {
  keyUsage: (bits: readonly number[], critical = true): Extension => ({
    oid: OID.keyUsage,
    critical,
    value: der.namedBits(bits),
  }),
  basicConstraints: (ca: boolean, pathLength?: number, critical = true): Extension => ({
    oid: OID.basicConstraints,
    critical,
    value: der.sequence(
      ...(ca ? [der.boolean(true)] : []),
      ...(pathLength === undefined ? [] : [der.integer(pathLength)]),
    ),
  }),
  extKeyUsage: (purposes: readonly string[], critical = true): Extension => ({
    oid: OID.extKeyUsage,
    critical,
    value: der.sequence(...purposes.map(der.oid)),
  }),
  subjectKeyIdentifier: (key: SeededKey): Extension => ({
    oid: OID.subjectKeyIdentifier,
    value: der.octetString(sha1(key.bits)),
  }),
  authorityKeyIdentifier: (key: SeededKey): Extension => ({
    oid: OID.authorityKeyIdentifier,
    value: der.sequence(der.implicit(0, der.octetString(sha1(key.bits)))),
  }),
  issuerAltName: (name: Uint8Array = uri('https://tegata.example/'), critical = false): Extension => ({
    oid: OID.issuerAltName,
    critical,
    value: der.sequence(name),
  }),
  /** More members of the DistributionPoint: reasons `[1]`, cRLIssuer `[2]`. */
  crlDistributionPoint: (more: readonly Uint8Array[] = [], critical = false): Extension => ({
    oid: OID.crlDistributionPoints,
    critical,
    value: der.sequence(
      der.sequence(der.explicit(0, der.explicit(0, uri('https://iaca.tegata.example/test.crl'))), ...more),
    ),
  }),
} as const;

const SIGNATURE_OID: Record<Hash, string> = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};

/** AlgorithmIdentifier of ECDSA with a hash. */
export const ecdsaWith = (hash: Hash): Uint8Array => der.sequence(der.oid(SIGNATURE_OID[hash]));

/** Everything that a certificate says, each part free to be wrong. */
export interface CertificateParts {
  readonly version?: number;
  /** Content octets of the INTEGER. */
  readonly serial: Uint8Array;
  readonly hash: Hash;
  readonly innerAlgorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  readonly issuer: NameParts;
  readonly subject: NameParts;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly signer: SeededKey;
}

/** DER of r ‖ s. */
export function signatureDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return der.sequence(der.integer(raw.slice(0, half)), der.integer(raw.slice(half)));
}

/** Signs what the parts say. */
export function makeCertificate(parts: CertificateParts): Uint8Array {
  const algorithm = ecdsaWith(parts.hash);
  const version = parts.version ?? 2;
  const extensions = parts.extensions.map(({ oid, critical, value }) =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
  );
  const tbs = der.sequence(
    ...(version === 0 ? [] : [der.explicit(0, der.integer(version))]),
    der.element(0x02, parts.serial),
    parts.innerAlgorithm ?? algorithm,
    nameDer(parts.issuer),
    der.sequence(der.time(parts.notBefore), der.time(parts.notAfter)),
    nameDer(parts.subject),
    parts.spki,
    ...(extensions.length > 0 ? [der.explicit(3, der.sequence(...extensions))] : []),
  );
  const signature = signatureDer(parts.signer.sign(tbs, parts.hash));
  return der.sequence(tbs, parts.outerAlgorithm ?? algorithm, der.bitString(signature));
}

/** The extensions without those of this name. */
export const without = (extensions: readonly Extension[], oid: string): readonly Extension[] =>
  extensions.filter((extension) => extension.oid !== oid);

/** The extensions with one in the place of its namesake, or behind them. */
export const replacing = (extensions: readonly Extension[], one: Extension): readonly Extension[] =>
  extensions.some(({ oid }) => oid === one.oid)
    ? extensions.map((extension) => (extension.oid === one.oid ? one : extension))
    : [...extensions, one];
