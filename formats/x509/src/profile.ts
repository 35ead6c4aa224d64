import { oid } from './oids.ts';
import type { Rule } from './rules.ts';
import * as rules from './rules.ts';

/** What a certificate is used for; each profile is a list of rules. */
export type ProfileName =
  | 'jpki-ca'
  | 'jpki-sign'
  | 'jpki-auth'
  | 'ocsp-signer'
  | 'iaca'
  | 'ds'
  | 'key-attestation-root'
  | 'key-attestation';

/** The rules of a use. */
export interface Profile {
  readonly name: ProfileName;
  readonly rules: readonly Rule[];
  /** Rules for the anchor at the end of the path; none for profiles whose certificate is itself the anchor. */
  readonly anchor?: ProfileName;
  /** Certificates allowed between leaf and anchor. */
  readonly maxIntermediates: number;
  /** Policies that are accepted under an arc; checked only where present. */
  readonly policies?: (arc: string) => readonly string[];
}

const day = 24 * 60 * 60;
const dsKeys = ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP320r1', 'brainpoolP384r1', 'brainpoolP512r1'];
// The next card signs with P-384 (jpki.md §10): the algorithm is a row here, not a constant in the flow.
const jpkiKeys = ['RSA-2048', 'P-384'];

const everywhere: readonly Rule[] = [rules.serial, rules.algorithm, rules.validity];

const jpkiEndEntity: readonly Rule[] = [...everywhere, rules.key(jpkiKeys), rules.notCa, rules.notSelfSigned];

const profiles: Readonly<Record<ProfileName, Profile>> = {
  'jpki-ca': {
    name: 'jpki-ca',
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      rules.key(jpkiKeys),
      rules.selfIssued,
      rules.keyUsage(['keyCertSign', 'cRLSign'], 'JPKI profile'),
      rules.certificateAuthority(),
      rules.criticalExtensions(),
    ],
  },
  'jpki-sign': {
    name: 'jpki-sign',
    anchor: 'jpki-ca',
    maxIntermediates: 0,
    policies: (arc) => [`${arc}.1.1.20`, `${arc}.1.1.40`],
    rules: [
      ...jpkiEndEntity,
      rules.keyUsage(['digitalSignature', 'nonRepudiation'], 'JPKI profile'),
      rules.noExtendedKeyUsage,
      rules.policy,
      rules.criticalExtensions(),
    ],
  },
  'jpki-auth': {
    name: 'jpki-auth',
    anchor: 'jpki-ca',
    maxIntermediates: 0,
    policies: (arc) => [`${arc}.1.3.30`, `${arc}.1.3.40`],
    rules: [
      ...jpkiEndEntity,
      rules.keyUsage(['digitalSignature'], 'JPKI profile'),
      rules.extendedKeyUsage(oid.clientAuth, { critical: false }),
      rules.policy,
      rules.criticalExtensions(),
    ],
  },
  'ocsp-signer': {
    name: 'ocsp-signer',
    // Its anchor is the CA that issued the certificate in question, which has its own profile and was checked by it.
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      rules.key(['RSA-2048', 'RSA-3072', 'RSA-4096', ...dsKeys]),
      rules.notCa,
      rules.notSelfSigned,
      rules.digitalSignature,
      rules.extendedKeyUsage(oid.ocspSigning),
      rules.ocspNoCheck,
      rules.criticalExtensions(),
    ],
  },
  iaca: {
    name: 'iaca',
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      rules.key(dsKeys),
      rules.lifetime(20 * 366 * day, 'ISO/IEC 18013-5 B.1.2'),
      rules.selfIssued,
      rules.keyUsage(['keyCertSign', 'cRLSign'], 'ISO/IEC 18013-5 B.1.2'),
      rules.certificateAuthority(0),
      rules.country,
      rules.commonName,
      rules.subjectKeyIdentifier,
      rules.issuerAltName,
      rules.distributionPoint,
      rules.criticalExtensions({ annexB: true }),
    ],
  },
  ds: {
    name: 'ds',
    anchor: 'iaca',
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      rules.key(dsKeys),
      rules.lifetime(457 * day, 'ISO/IEC 18013-5 B.1.4'),
      rules.notCa,
      rules.notSelfSigned,
      rules.keyUsage(['digitalSignature'], 'ISO/IEC 18013-5 B.1.4'),
      rules.extendedKeyUsage(oid.mdlDs, { critical: true }),
      rules.country,
      rules.sameCountry,
      rules.commonName,
      rules.subjectKeyIdentifier,
      rules.authorityKeyIdentifier,
      rules.issuerAltName,
      rules.distributionPoint,
      rules.criticalExtensions({ annexB: true }),
    ],
  },
  'key-attestation-root': {
    name: 'key-attestation-root',
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      rules.key(['P-256', 'P-384']),
      rules.selfIssued,
      rules.signsCertificates,
      rules.certificateAuthority(),
      rules.criticalExtensions(),
    ],
  },
  'key-attestation': {
    name: 'key-attestation',
    anchor: 'key-attestation-root',
    maxIntermediates: 2,
    rules: [
      ...everywhere,
      rules.key(['P-256', 'P-384']),
      rules.notCa,
      rules.notSelfSigned,
      rules.digitalSignature,
      rules.noExtendedKeyUsage,
      rules.criticalExtensions(),
    ],
  },
};

/** The profile of that name. */
export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}
