import type { KeyUsageBit } from './extensions.ts';
import { oid } from './oids.ts';
import {
  authorityKeyIdentifier,
  authorityKeyIdentifierIfAny,
  criticalExtensions,
  distributionPoint,
  issuerAltName,
  issuerAltNameAsIssuer,
  subjectKeyIdentifier,
} from './rules/extensions.ts';
import {
  algorithm,
  encoding,
  key,
  lifetime,
  responderLifetime,
  serial,
  validity,
  withinIssuer,
} from './rules/frame.ts';
import {
  commonName,
  country,
  countryIfAny,
  linksNewKey,
  notSelfSigned,
  sameCountry,
  selfIssued,
} from './rules/names.ts';
import type { Rule } from './rules/rule.ts';
import {
  certificateAuthority,
  digitalSignature,
  extendedKeyUsage,
  issuesCertificates,
  keyUsage,
  noExtendedKeyUsage,
  notCa,
  notForOtherPurposes,
  policy,
  responderStatus,
} from './rules/usage.ts';

/** What a certificate is used for; each profile is a list of rules. */
export type ProfileName =
  | 'jpki-ca'
  | 'jpki-sign'
  | 'jpki-auth'
  | 'ocsp-signer'
  | 'iaca'
  | 'iaca-link'
  | 'ds'
  | 'reader-auth'
  | 'vical-signer'
  | 'status-signer'
  | 'key-attestation-root'
  | 'key-attestation';

/** The rules of a use. */
export interface Profile {
  readonly name: ProfileName;
  readonly rules: readonly Rule[];
  /** Rules for the anchor at the end of the path; none where the certificate is itself the anchor. */
  readonly anchor?: readonly Rule[];
  /** The certificate is itself one of the trusted ones. */
  readonly end?: true;
  /** Rules for certificates between leaf and anchor, besides those of every path. */
  readonly between?: readonly Rule[];
  /** Certificates allowed between leaf and anchor. */
  readonly maxIntermediates: number;
  /** Whether `interop` loosens the rules for the certificate itself too, and not for its anchor alone. */
  readonly foreign?: true;
  /** Issuer and subject are compared octet for octet (ISO/IEC 18013-5), not by RFC 5280 §7.1. */
  readonly binaryNames?: true;
  /** Policies that are accepted under an arc; checked only where present. */
  readonly policies?: (arc: string) => readonly string[];
}

const curves = ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP320r1', 'brainpoolP384r1', 'brainpoolP512r1'];
// Annex B signs certificates with ECDSA alone; the keys that sign data may also be Edwards keys (COSE EdDSA).
const dataKeys = [...curves, 'Ed25519', 'Ed448'];
const rsa = ['RSA-2048', 'RSA-3072', 'RSA-4096'];
// The next card signs with P-384 (jpki.md §10): the algorithm is a row here, not a constant in the flow.
const jpkiKeys = ['RSA-2048', 'P-384'];

const everywhere: readonly Rule[] = [encoding, serial, algorithm, validity];
const caBits: readonly KeyUsageBit[] = ['keyCertSign', 'cRLSign'];
const signing: readonly KeyUsageBit[] = ['digitalSignature'];

// A URI; the certificates printed in Annex D write a host name in its place.
const uriPoint = distributionPoint('uri', 'dns');

/** Rows that a root and its link certificate share (Annex B.1.2, B.1.3). */
const iacaRows = (clause: string): readonly Rule[] => [
  ...everywhere,
  key(curves),
  lifetime({ years: 20 }, clause),
  keyUsage(clause, caBits),
  certificateAuthority(0),
  country,
  commonName,
  subjectKeyIdentifier,
  issuerAltName,
  uriPoint,
  criticalExtensions({ annexB: true }),
];

const iaca: readonly Rule[] = [
  ...iacaRows('ISO/IEC 18013-5 B.1.2'),
  selfIssued,
  noExtendedKeyUsage,
  authorityKeyIdentifierIfAny,
];

/** Between what an IACA issues and its old root stands at most the certificate that links the new root to it. */
const linkRows: readonly Rule[] = [
  ...iacaRows('ISO/IEC 18013-5 B.1.3'),
  linksNewKey,
  withinIssuer,
  authorityKeyIdentifier,
];

/** Rows that all end entities of Annex B share. */
const annexBEntity = (clause: string, days: number): readonly Rule[] => [
  ...everywhere,
  key(dataKeys),
  lifetime({ days }, clause),
  notCa,
  notSelfSigned,
  commonName,
  subjectKeyIdentifier,
  authorityKeyIdentifier,
  criticalExtensions({ annexB: true }),
];

/** A CA of somebody else's making: it must be one, and no more is asked. */
const plainCa: readonly Rule[] = [...everywhere, key([...curves, ...rsa]), criticalExtensions()];

const jpkiEntity: readonly Rule[] = [...everywhere, key(jpkiKeys), notCa, notSelfSigned];
const jpkiCa: readonly Rule[] = [
  ...everywhere,
  key(jpkiKeys),
  selfIssued,
  keyUsage('JPKI profile', caBits),
  certificateAuthority(),
  criticalExtensions(),
];

const attestationRoot: readonly Rule[] = [
  ...everywhere,
  key(['P-256', 'P-384']),
  selfIssued,
  issuesCertificates,
  certificateAuthority(),
  criticalExtensions(),
];

const profiles: Readonly<Record<ProfileName, Profile>> = {
  'jpki-ca': { name: 'jpki-ca', end: true, maxIntermediates: 0, rules: jpkiCa },
  'jpki-sign': {
    name: 'jpki-sign',
    anchor: jpkiCa,
    maxIntermediates: 0,
    policies: (arc) => [`${arc}.1.1.20`, `${arc}.1.1.40`],
    rules: [
      ...jpkiEntity,
      keyUsage('JPKI profile', ['digitalSignature', 'nonRepudiation']),
      noExtendedKeyUsage,
      policy,
      criticalExtensions(),
    ],
  },
  'jpki-auth': {
    name: 'jpki-auth',
    anchor: jpkiCa,
    maxIntermediates: 0,
    policies: (arc) => [`${arc}.1.3.30`, `${arc}.1.3.40`],
    rules: [
      ...jpkiEntity,
      keyUsage('JPKI profile', signing),
      extendedKeyUsage({ purpose: oid.clientAuth, critical: false }),
      policy,
      criticalExtensions(),
    ],
  },
  'ocsp-signer': {
    name: 'ocsp-signer',
    // Its anchor is the CA that issued the certificate in question, which has its own profile and was checked by it.
    anchor: [],
    foreign: true,
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      key([...rsa, ...dataKeys]),
      responderLifetime,
      notCa,
      notSelfSigned,
      digitalSignature,
      extendedKeyUsage({ purpose: oid.ocspSigning, critical: true }),
      responderStatus,
      commonName,
      subjectKeyIdentifier,
      authorityKeyIdentifier,
      criticalExtensions({ annexB: true }),
    ],
  },
  iaca: { name: 'iaca', end: true, maxIntermediates: 0, rules: iaca },
  'iaca-link': {
    name: 'iaca-link',
    anchor: iaca,
    binaryNames: true,
    foreign: true,
    maxIntermediates: 0,
    rules: [...linkRows, extendedKeyUsage({ purpose: oid.mdlIacaLink, critical: true, optional: true })],
  },
  ds: {
    name: 'ds',
    anchor: iaca,
    between: linkRows,
    binaryNames: true,
    maxIntermediates: 1,
    rules: [
      ...annexBEntity('ISO/IEC 18013-5 B.1.4', 457),
      keyUsage('ISO/IEC 18013-5 B.1.4', signing),
      extendedKeyUsage({ purpose: oid.mdlDs, critical: true }),
      withinIssuer,
      country,
      sameCountry,
      issuerAltName,
      uriPoint,
    ],
  },
  'reader-auth': {
    name: 'reader-auth',
    anchor: plainCa,
    binaryNames: true,
    maxIntermediates: 2,
    rules: [
      ...annexBEntity('ISO/IEC 18013-5 B.1.7', 1187),
      keyUsage('ISO/IEC 18013-5 B.1.7', signing),
      extendedKeyUsage({ purpose: oid.mdlReaderAuth, critical: true }),
      issuerAltNameAsIssuer,
      uriPoint,
    ],
  },
  'vical-signer': {
    name: 'vical-signer',
    anchor: plainCa,
    foreign: true,
    binaryNames: true,
    maxIntermediates: 2,
    rules: [
      ...annexBEntity('ISO/IEC 18013-5 C.1.7', 1187),
      countryIfAny,
      // The one list that is in use is signed by a key for nonRepudiation, and names its CRL by a directoryName.
      keyUsage('ISO/IEC 18013-5 C.1.7', signing, ['nonRepudiation'], ['digitalSignature', 'nonRepudiation']),
      extendedKeyUsage({ purpose: oid.mdlVicalSigner, critical: true }),
      distributionPoint('uri', 'dns', 'directoryName'),
    ],
  },
  'status-signer': {
    name: 'status-signer',
    anchor: iaca,
    between: linkRows,
    binaryNames: true,
    maxIntermediates: 1,
    rules: [
      ...annexBEntity('ISO/IEC 18013-5 B.1', 457),
      keyUsage('Token Status List §10', signing),
      // The purpose of its own has no number yet, so that the purposes of others are what can be refused.
      notForOtherPurposes(
        oid.serverAuth,
        oid.clientAuth,
        oid.ocspSigning,
        oid.mdlJwsSigner,
        oid.mdlIacaLink,
        oid.mdlReaderAuth,
        oid.mdlVicalSigner,
        oid.mdlTlsClient,
      ),
      withinIssuer,
    ],
  },
  'key-attestation-root': { name: 'key-attestation-root', end: true, maxIntermediates: 0, rules: attestationRoot },
  'key-attestation': {
    name: 'key-attestation',
    anchor: attestationRoot,
    maxIntermediates: 2,
    rules: [
      ...everywhere,
      key(['P-256', 'P-384']),
      notCa,
      notSelfSigned,
      digitalSignature,
      noExtendedKeyUsage,
      criticalExtensions(),
    ],
  },
};

/** The names of all profiles. */
export const profileNames = Object.keys(profiles) as readonly ProfileName[];

/** Whether there is a profile of that name. */
export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** The profile of that name. */
export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

/** Rules for every certificate between leaf and anchor. */
export const betweenAlways: readonly Rule[] = [...everywhere, certificateAuthority(), criticalExtensions()];
