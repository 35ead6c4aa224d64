import { criticalExtensions } from '../rules/extensions.ts';
import { key } from '../rules/frame.ts';
import { notSelfSigned, selfIssued } from '../rules/names.ts';
import type { Rule } from '../rules/rule.ts';
import {
  authorityWhereItIssues,
  certificateAuthority,
  crlSign,
  digitalSignature,
  issuesCertificates,
  noExtendedKeyUsage,
  notCa,
  signsMessages,
} from '../rules/usage.ts';
import type { Profile } from './profile.ts';
import { dataKeys, everywhere, plainCa, rsa } from './rows.ts';

const attestationRoot: readonly Rule[] = [
  ...everywhere,
  key(['P-256', 'P-384']),
  selfIssued,
  issuesCertificates,
  certificateAuthority(),
  criticalExtensions(),
];

/** Profiles of signers that belong to no hierarchy of their own: of CRLs, of CMS messages, of key attestations. */
export const signerProfiles = {
  // A CA that signs its own list, or one to which it has given that task alone.
  'crl-signer': {
    anchor: plainCa,
    pinnable: true,
    rfc5280: true,
    maxIntermediates: 2,
    rules: [...everywhere, key([...rsa, ...dataKeys]), crlSign, authorityWhereItIssues, criticalExtensions()],
  },
  'cms-signer': {
    anchor: plainCa,
    pinnable: true,
    rfc5280: true,
    maxIntermediates: 4,
    rules: [...everywhere, key([...rsa, ...dataKeys]), signsMessages, criticalExtensions()],
  },
  'key-attestation-root': { end: true, maxIntermediates: 0, rules: attestationRoot },
  'key-attestation': {
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
} as const satisfies Record<string, Profile>;
