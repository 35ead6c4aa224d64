import { createHash } from 'node:crypto';
import { signatureFits, signatureKind } from './algorithm.ts';
import type { Certificate } from './certificate.ts';
import type { KeyUsageBit } from './extensions.ts';
import { keyKind } from './key-kind.ts';
import { nameValues, sameBytes } from './name.ts';
import { oid, oidName } from './oids.ts';
import type { Check } from './report.ts';

/** What a rule may look at. */
export interface RuleContext {
  readonly certificate: Certificate;
  /** The certificate above, once found; a root is its own. */
  readonly issuer?: Certificate;
  readonly at: Date;
  readonly policies: readonly string[];
  /** `interop`: deviations that real foreign roots show are warnings. */
  readonly mode: 'strict' | 'interop';
}

/** One rule of a profile. It never throws. */
export type Rule = (context: RuleContext) => Check;

const passed = (id: string, clause?: string): Check => ({ id, result: 'passed', clause });
const failed = (id: string, code: string, detail: string, clause?: string): Check => ({
  id,
  result: 'failed',
  code,
  detail,
  clause,
});

/** A fault that a root pinned by an operator may have in `interop` mode. */
function tolerated(mode: RuleContext['mode'], check: Check): Check {
  return mode === 'interop' && check.result === 'failed' ? { ...check, result: 'warning' } : check;
}

/** The serial number is positive and has at most 20 octets. */
export const serial: Rule = ({ certificate }) => {
  const clause = 'RFC 5280 §4.1.2.2';
  const octets = certificate.serial;
  const positive = (octets[0] as number) < 0x80 && octets.some((octet) => octet !== 0);
  return positive && octets.length <= 20
    ? passed('serial', clause)
    : failed('serial', 'serial', 'The serial number is not positive, or longer than 20 octets.', clause);
};

/** The algorithm outside of the signed part is the one inside, and is accepted at all. */
export const algorithm: Rule = ({ certificate }) => {
  const clause = 'RFC 5280 §4.1.1.2';
  if (!sameBytes(certificate.signatureAlgorithm.raw, certificate.innerAlgorithm.raw)) {
    return failed('algorithm', 'algorithm-mismatch', 'Inner and outer signature algorithms differ.', clause);
  }
  return signatureKind(certificate.signatureAlgorithm)
    ? passed('algorithm', clause)
    : failed('algorithm', 'algorithm', `${oidName(certificate.signatureAlgorithm.oid)} is not accepted.`, clause);
};

/** The time in question lies within notBefore … notAfter. */
export const validity: Rule = ({ certificate, at }) => {
  const clause = 'RFC 5280 §4.1.2.5';
  const { notBefore, notAfter } = certificate;
  if (at < notBefore) {
    return failed('validity', 'validity', `Not valid before ${notBefore.toISOString()}.`, clause);
  }
  return at > notAfter
    ? failed('validity', 'validity', `Not valid after ${notAfter.toISOString()}.`, clause)
    : passed('validity', clause);
};

/** The whole validity is no longer than the profile allows. */
export function lifetime(seconds: number, clause: string): Rule {
  return ({ certificate, mode }) => {
    const { notBefore, notAfter } = certificate;
    const length = (notAfter.getTime() - notBefore.getTime()) / 1000;
    const fits = length >= 0 && length <= seconds;
    return tolerated(
      mode,
      fits
        ? passed('lifetime', clause)
        : failed('lifetime', 'lifetime', `At most ${seconds / 86400} days of validity are allowed.`, clause),
    );
  };
}

/** The key is of a kind that the profile takes. */
export function key(kinds: readonly string[]): Rule {
  return ({ certificate }) => {
    const kind = keyKind(certificate);
    return kind !== undefined && kinds.includes(kind)
      ? passed('key')
      : failed('key', 'key', `The key is ${kind ?? 'malformed or of another kind'}; accepted: ${kinds.join(', ')}.`);
  };
}

/** Issuer and subject are one, and the signature is of the certificate's own key. */
export const selfIssued: Rule = ({ certificate }) => {
  if (!sameBytes(certificate.issuer.raw, certificate.subject.raw)) {
    return failed('self-signature', 'issuer-name', 'A root names itself as its issuer.', 'RFC 5280 §6.1');
  }
  return isSelfSigned(certificate)
    ? passed('self-signature')
    : failed('self-signature', 'signature', 'The signature is not of the certificate’s own key.');
};

/** An end entity must not have signed itself: neither under its own name nor with its own key. */
export const notSelfSigned: Rule = ({ certificate, issuer }) => {
  const ownName = sameBytes(certificate.issuer.raw, certificate.subject.raw);
  const ownKey = issuer !== undefined && sameBytes(certificate.spki.raw, issuer.spki.raw);
  return ownName || ownKey
    ? failed('self-signed', 'self-signed', 'The certificate is signed by itself.')
    : passed('self-signed');
};

// An anchor is asked once per path that ends at it, and its own signature cannot change.
const selfSigned = new WeakMap<Certificate, boolean>();

function isSelfSigned(certificate: Certificate): boolean {
  const known = selfSigned.get(certificate);
  if (known !== undefined) return known;
  let fits = false;
  try {
    const { signatureAlgorithm, publicKey, tbs, signature } = certificate;
    fits = signatureFits(signatureAlgorithm, publicKey, tbs, signature);
  } catch {
    // A key that cannot be imported has signed nothing; the rule `key` names the fault.
  }
  selfSigned.set(certificate, fits);
  return fits;
}

/** KeyUsage is there, critical, and has exactly these bits. */
export function keyUsage(bits: readonly KeyUsageBit[], clause: string): Rule {
  return ({ certificate, mode }) => {
    const present = certificate.keyUsage;
    if (!present) return failed('key-usage', 'ku-missing', 'The certificate has no KeyUsage.', clause);
    if (bits.some((bit) => !present.has(bit))) {
      return failed('key-usage', 'ku-bits', `KeyUsage must be ${bits.join(' + ')}.`, clause);
    }
    if (present.size !== bits.length) {
      return tolerated(mode, failed('key-usage', 'ku-bits', `KeyUsage must be ${bits.join(' + ')} only.`, clause));
    }
    return certificate.extension(oid.keyUsage)?.critical
      ? passed('key-usage', clause)
      : tolerated(mode, failed('key-usage', 'ku-critical', 'KeyUsage must be critical.', clause));
  };
}

/** KeyUsage allows signing of data. */
export const digitalSignature: Rule = ({ certificate }) => has(certificate, 'digitalSignature');

/** KeyUsage allows signing of certificates. */
export const signsCertificates: Rule = ({ certificate }) => has(certificate, 'keyCertSign');

function has(certificate: Certificate, bit: KeyUsageBit): Check {
  const clause = 'RFC 5280 §4.2.1.3';
  if (!certificate.keyUsage) return failed('key-usage', 'ku-missing', 'The certificate has no KeyUsage.', clause);
  return certificate.keyUsage.has(bit)
    ? passed('key-usage', clause)
    : failed('key-usage', 'ku-bits', `KeyUsage must hold ${bit}.`, clause);
}

/** BasicConstraints: a critical CA:TRUE, with the given path length where one is prescribed. */
export function certificateAuthority(pathLength?: number): Rule {
  return ({ certificate, mode }) => {
    const clause = 'RFC 5280 §4.2.1.9';
    const constraints = certificate.basicConstraints;
    if (!constraints?.ca) {
      return failed('basic-constraints', 'bc-ca', 'An issuer of certificates must say CA:TRUE.', clause);
    }
    if (pathLength !== undefined && constraints.pathLength !== pathLength) {
      return tolerated(
        mode,
        failed('basic-constraints', 'bc-path-length', `The path length must be ${pathLength}.`, clause),
      );
    }
    return certificate.extension(oid.basicConstraints)?.critical
      ? passed('basic-constraints', clause)
      : tolerated(mode, failed('basic-constraints', 'bc-critical', 'BasicConstraints must be critical.', clause));
  };
}

/** An end entity says nothing of being a CA. */
export const notCa: Rule = ({ certificate }) =>
  certificate.basicConstraints?.ca
    ? failed(
        'basic-constraints',
        'bc-ca',
        'The certificate belongs to a CA, not to an end entity.',
        'RFC 5280 §4.2.1.9',
      )
    : passed('basic-constraints', 'RFC 5280 §4.2.1.9');

/** ExtKeyUsage holds this purpose; with `critical`, alone and marked so. */
export function extendedKeyUsage(purpose: string, options: { readonly critical?: boolean } = {}): Rule {
  return ({ certificate }) => {
    const clause = 'RFC 5280 §4.2.1.12';
    const purposes = certificate.extKeyUsage ?? [];
    if (!purposes.includes(purpose)) {
      return failed('extended-key-usage', 'eku', `The purpose ${oidName(purpose)} is missing.`, clause);
    }
    if (options.critical === undefined) return passed('extended-key-usage', clause);
    if (purposes.length > 1) {
      return failed('extended-key-usage', 'eku', `${oidName(purpose)} must be the only purpose.`, clause);
    }
    return certificate.extension(oid.extKeyUsage)?.critical === options.critical
      ? passed('extended-key-usage', clause)
      : failed('extended-key-usage', 'eku', `ExtKeyUsage must ${options.critical ? '' : 'not '}be critical.`, clause);
  };
}

/** ExtKeyUsage is absent, as in the signature certificates of JPKI: a certificate made for another purpose does not do. */
export const noExtendedKeyUsage: Rule = ({ certificate }) =>
  certificate.extKeyUsage
    ? failed('extended-key-usage', 'eku', 'There must be no ExtKeyUsage here.', 'RFC 5280 §4.2.1.12')
    : passed('extended-key-usage', 'RFC 5280 §4.2.1.12');

/** CertificatePolicies is critical and names one of the accepted policies and no other. */
export const policy: Rule = ({ certificate, policies }) => {
  const clause = 'RFC 5280 §4.2.1.4';
  const present = certificate.policies ?? [];
  if (present.length === 0 || !present.every((item) => policies.includes(item.oid))) {
    const found = present.map((item) => item.oid).join(', ') || 'none';
    return failed('policy', 'policy', `Policy found: ${found}; accepted: ${policies.join(', ')}.`, clause);
  }
  return certificate.extension(oid.certificatePolicies)?.critical
    ? passed('policy', clause)
    : failed('policy', 'policy', 'CertificatePolicies must be critical.', 'JPKI profile');
};

/** The responder is trusted for the lifetime of its certificate: we have no CRL to check it by. */
export const ocspNoCheck: Rule = ({ certificate }) =>
  certificate.extension(oid.ocspNoCheck)
    ? passed('ocsp-nocheck', 'RFC 6960 §4.2.2.2.1')
    : failed(
        'ocsp-nocheck',
        'ocsp-nocheck',
        'The responder’s certificate lacks ocsp-nocheck, and its own status cannot be asked.',
        'RFC 6960 §4.2.2.2.1',
      );

/** C is there once, two upper-case letters. */
export const country: Rule = ({ certificate }) => {
  const values = nameValues(certificate.subject, oid.countryName);
  return values.length === 1 && /^[A-Z]{2}$/.test(values[0] as string)
    ? passed('country', 'ISO/IEC 18013-5 B.1')
    : failed('country', 'country', 'The subject must name one country by two capital letters.', 'ISO/IEC 18013-5 B.1');
};

/** CN is there. */
export const commonName: Rule = ({ certificate }) =>
  nameValues(certificate.subject, oid.commonName).length === 1
    ? passed('common-name', 'ISO/IEC 18013-5 B.1')
    : failed('common-name', 'common-name', 'The subject must have one common name.', 'ISO/IEC 18013-5 B.1');

/** C equals the issuer's, and ST where the issuer has one. */
export const sameCountry: Rule = ({ certificate, issuer }) => {
  const clause = 'ISO/IEC 18013-5 B.1.4';
  if (!issuer) return { id: 'same-country', result: 'not_performed', clause };
  const equal = (type: string) =>
    nameValues(certificate.subject, type).join('\0') === nameValues(issuer.subject, type).join('\0');
  if (!equal(oid.countryName)) {
    return failed('same-country', 'country', 'The country differs from the issuer’s.', clause);
  }
  const hasState = nameValues(issuer.subject, oid.stateOrProvinceName).length > 0;
  return hasState && !equal(oid.stateOrProvinceName)
    ? failed('same-country', 'state', 'The state or province differs from the issuer’s.', clause)
    : passed('same-country', clause);
};

/** SKI is the SHA-1 of the key bits and not critical. */
export const subjectKeyIdentifier: Rule = ({ certificate, mode }) => {
  const clause = 'ISO/IEC 18013-5 B.1';
  const expected = createHash('sha1').update(certificate.spki.key.bytes).digest();
  const sound =
    certificate.ski !== undefined &&
    sameBytes(certificate.ski, expected) &&
    !certificate.extension(oid.subjectKeyIdentifier)?.critical;
  return tolerated(
    mode,
    sound
      ? passed('subject-key-identifier', clause)
      : failed('subject-key-identifier', 'ski', 'SKI must be the SHA-1 of the key bits, not critical.', clause),
  );
};

/** AKI names the issuer's key. */
export const authorityKeyIdentifier: Rule = ({ certificate, issuer }) => {
  const clause = 'RFC 5280 §4.2.1.1';
  const named = certificate.aki?.keyIdentifier;
  if (!named) return failed('authority-key-identifier', 'aki', 'The authority key identifier is missing.', clause);
  if (!issuer) return { id: 'authority-key-identifier', result: 'not_performed', clause };
  return issuer.ski && sameBytes(named, issuer.ski)
    ? passed('authority-key-identifier', clause)
    : failed('authority-key-identifier', 'aki', 'The authority key identifier names another key.', clause);
};

/** IssuerAltName: an e-mail address or URI, not critical. */
export const issuerAltName: Rule = ({ certificate, mode }) => {
  const clause = 'ISO/IEC 18013-5 B.1';
  const reachable = certificate.issuerAltName?.some(({ type }) => type === 'uri' || type === 'email');
  return tolerated(
    mode,
    reachable && !certificate.extension(oid.issuerAltName)?.critical
      ? passed('issuer-alt-name', clause)
      : failed('issuer-alt-name', 'ian', 'IssuerAltName must hold an e-mail address or URI, not critical.', clause),
  );
};

/** CRLDistributionPoints: a URI, without reasons or cRLIssuer, not critical. */
export const distributionPoint: Rule = ({ certificate, mode }) => {
  const clause = 'ISO/IEC 18013-5 B.1';
  const points = certificate.crlDistributionPoints;
  const sound = points?.every(
    (point) => !point.reasons && !point.crlIssuer && point.fullName?.some(({ type }) => type === 'uri'),
  );
  return tolerated(
    mode,
    sound && !certificate.extension(oid.cRLDistributionPoints)?.critical
      ? passed('distribution-point', clause)
      : failed('distribution-point', 'crldp', 'A distribution point must be a URI alone, not critical.', clause),
  );
};

const understood: ReadonlySet<string> = new Set([
  oid.keyUsage,
  oid.extKeyUsage,
  oid.basicConstraints,
  oid.subjectAltName,
  oid.issuerAltName,
  oid.certificatePolicies,
  oid.cRLDistributionPoints,
  oid.authorityKeyIdentifier,
  oid.subjectKeyIdentifier,
  oid.authorityInfoAccess,
  oid.ocspNoCheck,
]);

const forbiddenByAnnexB: ReadonlySet<string> = new Set([
  oid.policyMappings,
  oid.nameConstraints,
  oid.policyConstraints,
  oid.inhibitAnyPolicy,
  oid.freshestCRL,
]);

/** No critical extension that is not processed here; with `annexB` none of those that ISO/IEC 18013-5 forbids. */
export function criticalExtensions(options: { readonly annexB?: boolean } = {}): Rule {
  return ({ certificate }) => {
    const clause = 'RFC 5280 §4.2';
    const unknown = certificate.extensions.find((item) => item.critical && !understood.has(item.oid));
    if (unknown) {
      const detail = `The critical extension ${oidName(unknown.oid)} is not understood.`;
      return failed('critical-extensions', 'unknown-critical', detail, clause);
    }
    const forbidden = options.annexB && certificate.extensions.find((item) => forbiddenByAnnexB.has(item.oid));
    return forbidden
      ? failed(
          'critical-extensions',
          'forbidden-extension',
          `${oidName(forbidden.oid)} is not allowed here.`,
          'ISO/IEC 18013-5 B.1',
        )
      : passed('critical-extensions', clause);
  };
}
