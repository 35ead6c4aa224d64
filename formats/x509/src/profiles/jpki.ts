import { oid } from '../oids.ts';
import {
  criticalExtensions,
  distributionPoint,
  issuerDirectoryName,
  subjectKeyIdentifier,
} from '../rules/extensions.ts';
import { algorithmIs, key, lifetimeByKey } from '../rules/frame.ts';
import { commonName, country, notSelfSigned, sameCountry, selfIssued } from '../rules/names.ts';
import type { Rule } from '../rules/rule.ts';
import {
  certificateAuthority,
  extendedKeyUsage,
  keyUsage,
  noExtendedKeyUsage,
  noPathLength,
  notCa,
  policy,
} from '../rules/usage.ts';
import type { Profile } from './profile.ts';
import { caBits, everywhere, signing } from './rows.ts';

const clause = 'JPKI profile';

// The next card signs with P-384 and SHA-384 (jpki.md §10): the algorithm is a row here, not a constant in the flow.
const jpkiKeys = ['RSA-2048', 'P-384'];
const jpkiAlgorithm = algorithmIs(oid.sha256WithRSAEncryption, oid.ecdsaWithSHA384);
const directoryPoint = distributionPoint('directoryName');

/** What makes a root one of JPKI; a root that stands above a path was chosen by its owner, and is asked for no more. */
const root: readonly Rule[] = [
  ...everywhere,
  jpkiAlgorithm,
  key(jpkiKeys),
  selfIssued,
  keyUsage(clause, caBits),
  certificateAuthority(),
  criticalExtensions(),
];

/** Rows that signature and authentication certificates share. The fifth birthday after issue ends within five years and a day. */
const entity: readonly Rule[] = [
  ...everywhere,
  jpkiAlgorithm,
  key(jpkiKeys),
  lifetimeByKey({ years: 5, days: 1 }, { [oid.ecPublicKey]: { years: 10, days: 32 } }, clause),
  notCa,
  notSelfSigned,
  country,
  sameCountry,
  commonName,
  issuerDirectoryName,
  directoryPoint,
];

const sign: readonly Rule[] = [
  ...entity,
  keyUsage(clause, ['digitalSignature', 'nonRepudiation']),
  noExtendedKeyUsage,
  policy,
  criticalExtensions(),
];

const auth: readonly Rule[] = [
  ...entity,
  keyUsage(clause, signing),
  extendedKeyUsage({ purpose: oid.clientAuth, critical: false }),
  policy,
  criticalExtensions(),
];

const under = { anchor: root, maxIntermediates: 0 } as const;

// The hierarchy of tests has one policy for signatures that is known, and one for authentication that we chose (jpki.md §5).
const testSign = ['1.2.392.200149.8.5.1.0.20'];
const testAuth = ['2.999.8.5.1.0.30'];

/** Profiles of the public certificate service: certificates of the card, and those of the phone. */
export const jpkiProfiles = {
  'jpki-ca': {
    end: true,
    maxIntermediates: 0,
    rules: [
      ...root,
      noPathLength,
      country,
      lifetimeByKey({ years: 10, days: 1 }, {}, clause),
      subjectKeyIdentifier,
      directoryPoint,
    ],
  },
  'jpki-sign': { ...under, rules: sign, policies: (arc) => [`${arc}.1.1.20`], testPolicies: testSign },
  'jpki-auth': { ...under, rules: auth, policies: (arc) => [`${arc}.1.3.30`], testPolicies: testAuth },
  'jpki-phone-sign': { ...under, rules: sign, policies: (arc) => [`${arc}.1.1.40`], testPolicies: testSign },
  'jpki-phone-auth': { ...under, rules: auth, policies: (arc) => [`${arc}.1.3.40`], testPolicies: testAuth },
} as const satisfies Record<string, Profile>;
