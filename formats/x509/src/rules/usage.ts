import type { KeyUsageBit } from '../extensions.ts';
import { oid, oidName } from '../oids.ts';
import { type Fault, none, type Rule, unless } from './rule.ts';

const keyUsageClause = 'RFC 5280 §4.2.1.3';
const constraintsClause = 'RFC 5280 §4.2.1.9';
const purposeClause = 'RFC 5280 §4.2.1.12';

/** KeyUsage is there, critical, and has exactly these bits, or exactly those of one of the alternatives. */
export function keyUsage(clause: string, ...alternatives: (readonly KeyUsageBit[])[]): Rule {
  const text = alternatives.map((bits) => bits.join(' + ')).join(', or ');
  return {
    id: 'key-usage',
    clause,
    faults({ certificate }) {
      const present = certificate.keyUsage;
      if (!present) return unless(false, 'ku-missing', 'The certificate has no KeyUsage.');
      const faults: Fault[] = [];
      const holds = (bits: readonly KeyUsageBit[]) => bits.every((bit) => present.has(bit));
      if (!alternatives.some((bits) => bits.length === present.size && holds(bits))) {
        // More bits than needed can be tolerated in a foreign root, fewer cannot.
        faults.push({ code: 'ku-bits', detail: `KeyUsage must be ${text} only.`, tolerable: alternatives.some(holds) });
      }
      if (!certificate.extension(oid.keyUsage)?.critical) {
        faults.push({ code: 'ku-noncrit', detail: 'KeyUsage must be critical.', tolerable: true });
      }
      return faults;
    },
  };
}

/** KeyUsage of a responder: digitalSignature alone; whether it is marked critical is left open (Annex B). */
export const responderKeyUsage: Rule = {
  id: 'key-usage',
  clause: 'ISO/IEC 18013-5 B.1',
  faults({ certificate: { keyUsage: present } }) {
    if (!present) return unless(false, 'ku-missing', 'The certificate has no KeyUsage.', true);
    const signs = present.has('digitalSignature');
    return unless(signs && present.size === 1, 'ku-bits', 'KeyUsage must be digitalSignature only.', signs);
  },
};

/** KeyUsage of whoever signs CRLs: there, critical, with cRLSign. */
export const crlSign: Rule = {
  id: 'key-usage',
  clause: keyUsageClause,
  faults({ certificate }) {
    const present = certificate.keyUsage;
    if (!present) return unless(false, 'ku-missing', 'The certificate has no KeyUsage.');
    const faults: Fault[] = [];
    if (!present.has('cRLSign')) faults.push({ code: 'ku-bits', detail: 'KeyUsage must hold cRLSign.' });
    if (!certificate.extension(oid.keyUsage)?.critical) {
      faults.push({ code: 'ku-noncrit', detail: 'KeyUsage must be critical.', tolerable: true });
    }
    return faults;
  },
};

/** KeyUsage of whoever signs messages, where it is there: digitalSignature or nonRepudiation. */
export const signsMessages: Rule = {
  id: 'key-usage',
  clause: keyUsageClause,
  faults: ({ certificate: { keyUsage: present } }) =>
    unless(
      !present || present.has('digitalSignature') || present.has('nonRepudiation'),
      'ku-bits',
      'KeyUsage must hold digitalSignature or nonRepudiation.',
    ),
};

/** KeyUsage allows signing of data. */
export const digitalSignature: Rule = {
  id: 'key-usage',
  clause: keyUsageClause,
  faults({ certificate: { keyUsage: present } }) {
    if (!present) return unless(false, 'ku-missing', 'The certificate has no KeyUsage.', true);
    return unless(present.has('digitalSignature'), 'ku-bits', 'KeyUsage must hold digitalSignature.');
  },
};

function issuer(withoutKeyUsage: boolean): Rule {
  return {
    id: 'issuer',
    clause: 'RFC 5280 §6.1.4',
    faults: ({ certificate: { basicConstraints, keyUsage: present } }) =>
      unless(
        basicConstraints?.ca === true && (present?.has('keyCertSign') ?? withoutKeyUsage),
        'issuer-not-a-ca',
        'The issuer is not a CA, or its key may not sign certificates.',
      ),
  };
}

/** Whoever issued a certificate of a path is a CA that may sign certificates, and says so. */
export const issuesCertificates: Rule = issuer(false);

/** The same where a CA without keyUsage may do everything, as RFC 5280 has it. */
export const mayIssueCertificates: Rule = issuer(true);

/** BasicConstraints: a critical CA:TRUE, with the given path length where one is prescribed. */
export function certificateAuthority(pathLength?: number): Rule {
  return {
    id: 'basic-constraints',
    clause: constraintsClause,
    faults({ certificate }) {
      const constraints = certificate.basicConstraints;
      if (!constraints) return unless(false, 'bc-missing', 'The certificate has no BasicConstraints.');
      if (!constraints.ca) return unless(false, 'bc-notca', 'An issuer of certificates must say CA:TRUE.');
      const faults: Fault[] = [];
      if (pathLength !== undefined && constraints.pathLength !== pathLength) {
        faults.push({ code: 'pathlen', detail: `The path length must be ${pathLength}.`, tolerable: true });
      }
      if (!certificate.extension(oid.basicConstraints)?.critical) {
        faults.push({ code: 'bc-noncrit', detail: 'BasicConstraints must be critical.', tolerable: true });
      }
      return faults;
    },
  };
}

/** A CA has BasicConstraints, and nobody else signs certificates (RFC 5280 §4.2.1.9). */
export const authorityWhereItIssues: Rule = {
  id: 'basic-constraints',
  clause: constraintsClause,
  faults(context) {
    const { basicConstraints, keyUsage: present } = context.certificate;
    return basicConstraints?.ca || present?.has('keyCertSign') ? certificateAuthority().faults(context) : none;
  },
};

/** The roots of JPKI do not limit the length of a path. */
export const noPathLength: Rule = {
  id: 'path-length-absent',
  clause: 'JPKI profile',
  faults: ({ certificate: { basicConstraints } }) =>
    unless(basicConstraints?.pathLength === undefined, 'pathlen', 'There must be no path length.', true),
};

/** An end entity says nothing of being a CA. */
export const notCa: Rule = {
  id: 'basic-constraints',
  clause: constraintsClause,
  faults: ({ certificate }) =>
    unless(!certificate.basicConstraints?.ca, 'bc-ca', 'The certificate belongs to a CA, not to an end entity.'),
};

/** What an ExtKeyUsage must be. */
export interface Purpose {
  readonly purpose: string;
  /** Whether the extension is marked critical; left out where both are accepted. */
  readonly critical?: boolean;
  /** The extension may be missing. */
  readonly optional?: boolean;
}

/** ExtKeyUsage holds this purpose, alone unless said otherwise. */
export function extendedKeyUsage({ purpose, critical, optional }: Purpose): Rule {
  return {
    id: 'extended-key-usage',
    clause: purposeClause,
    faults({ certificate }) {
      const purposes = certificate.extKeyUsage;
      if (!purposes) return unless(optional === true, 'eku-missing', `The purpose ${oidName(purpose)} is missing.`);
      const faults: Fault[] = [];
      if (!purposes.includes(purpose)) {
        faults.push({ code: 'eku', detail: `The purpose ${oidName(purpose)} is missing.` });
      } else if (purposes.length > 1) {
        faults.push({ code: 'eku', detail: `${oidName(purpose)} must be the only purpose.`, tolerable: true });
      }
      const marked = certificate.extension(oid.extKeyUsage)?.critical === true;
      if (critical === true && !marked) {
        faults.push({ code: 'eku-noncrit', detail: 'ExtKeyUsage must be critical.', tolerable: true });
      } else if (critical === false && marked) {
        faults.push({ code: 'eku', detail: 'ExtKeyUsage must not be critical.' });
      }
      return faults;
    },
  };
}

/** ExtKeyUsage is absent: a certificate made for another purpose does not do. */
export const noExtendedKeyUsage: Rule = {
  id: 'extended-key-usage',
  clause: purposeClause,
  faults: ({ certificate }) => unless(!certificate.extKeyUsage, 'eku', 'There must be no ExtKeyUsage here.'),
};

/** ExtKeyUsage holds none of these purposes. */
export function notForOtherPurposes(...others: readonly string[]): Rule {
  return {
    id: 'extended-key-usage',
    clause: purposeClause,
    faults({ certificate }) {
      const other = certificate.extKeyUsage?.find((purpose) => others.includes(purpose));
      return unless(other === undefined, 'eku', `The certificate is for ${oidName(other ?? '')}.`);
    },
  };
}

/** CertificatePolicies is critical and names one of the accepted policies and no other. */
export const policy: Rule = {
  id: 'policy',
  clause: 'RFC 5280 §4.2.1.4',
  faults({ certificate, policies }) {
    const present = certificate.policies ?? [];
    if (present.length === 0 || !present.every((item) => policies.includes(item.oid))) {
      const found = present.map((item) => item.oid).join(', ') || 'none';
      return unless(false, 'policy', `Policy found: ${found}; accepted: ${policies.join(', ')}.`);
    }
    const critical = certificate.extension(oid.certificatePolicies)?.critical === true;
    return unless(critical, 'policy', 'CertificatePolicies must be critical.');
  },
};

/** The responder's own status: nobody need ask for it (ocsp-nocheck), or a CRL tells it. */
export const responderStatus: Rule = {
  id: 'ocsp-nocheck',
  clause: 'RFC 6960 §4.2.2.2.1',
  faults({ certificate }) {
    if (certificate.extension(oid.ocspNoCheck)) return none;
    const points = certificate.crlDistributionPoints;
    const detail = 'Without ocsp-nocheck the certificate must say where its CRL is.';
    return unless(points !== undefined, 'cdp-missing', detail, true);
  },
};
