import { oid } from '../oids.ts';
import {
  authorityKeyIdentifier,
  authorityKeyIdentifierIfAny,
  criticalExtensions,
  distributionPoint,
  issuerAltName,
  issuerAltNameAsIssuer,
  subjectKeyIdentifier,
} from '../rules/extensions.ts';
import { key, lifetime, responderLifetime, validity, withinIssuer } from '../rules/frame.ts';
import {
  commonName,
  country,
  countryIfAny,
  linksNewKey,
  notSelfSigned,
  sameCountry,
  selfIssued,
} from '../rules/names.ts';
import type { Rule } from '../rules/rule.ts';
import {
  certificateAuthority,
  extendedKeyUsage,
  keyUsage,
  noExtendedKeyUsage,
  notCa,
  notForOtherPurposes,
  responderKeyUsage,
  responderStatus,
} from '../rules/usage.ts';
import type { Profile } from './profile.ts';
import { caBits, curves, dataKeys, everywhere, plainCa, rsa, signing } from './rows.ts';

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

/** Rules that all end entities of Annex B share. */
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

const underIaca = { anchor: iaca, link: linkRows, binaryNames: true, maxIntermediates: 1 } as const;

/** Profiles of ISO/IEC 18013-5 Annex B and C. */
export const mdocProfiles = {
  iaca: { end: true, maxIntermediates: 0, rules: iaca },
  'iaca-link': {
    anchor: iaca,
    binaryNames: true,
    foreign: true,
    maxIntermediates: 0,
    rules: [...linkRows, extendedKeyUsage({ purpose: oid.mdlIacaLink, critical: true, optional: true })],
  },
  ds: {
    ...underIaca,
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
    ...underIaca,
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
  'ocsp-signer': {
    // Its anchor is the CA that issued the certificate in question, which has its own profile and was checked by it.
    anchor: [validity],
    foreign: true,
    maxIntermediates: 0,
    rules: [
      ...everywhere,
      key([...rsa, ...dataKeys]),
      responderLifetime,
      notCa,
      notSelfSigned,
      responderKeyUsage,
      extendedKeyUsage({ purpose: oid.ocspSigning, critical: true }),
      responderStatus,
      commonName,
      subjectKeyIdentifier,
      authorityKeyIdentifier,
      criticalExtensions({ annexB: true }),
    ],
  },
} as const satisfies Record<string, Profile>;
