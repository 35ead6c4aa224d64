import { signatureKind } from '../algorithm.ts';
import { keyKind } from '../key-kind.ts';
import { sameBytes } from '../name.ts';
import { oid, oidName } from '../oids.ts';
import { none, type Rule, unless } from './rule.ts';

/** The serial number is positive and has at most 20 octets: anything else is no encoding of one. */
export const serial: Rule = {
  id: 'serial',
  clause: 'RFC 5280 §4.1.2.2',
  faults({ certificate }) {
    const octets = certificate.serial;
    const positive = (octets[0] as number) < 0x80 && octets.some((octet) => octet !== 0);
    const sound = positive && octets.length <= 20;
    return unless(sound, 'der', 'The serial number is not positive, or longer than 20 octets.');
  },
};

/** Only a certificate that was read with BER booleans, so only a foreign root, can fail it. */
export const encoding: Rule = {
  id: 'encoding',
  clause: 'X.690 §11.1',
  faults: ({ certificate }) => unless(certificate.irregular === 0, 'der', 'A BOOLEAN is not in DER.', true),
};

/** The algorithm outside of the signed part is the one inside, and is accepted at all. */
export const algorithm: Rule = {
  id: 'algorithm',
  clause: 'RFC 5280 §4.1.1.2',
  faults({ certificate: { signatureAlgorithm, innerAlgorithm } }) {
    if (!sameBytes(signatureAlgorithm.raw, innerAlgorithm.raw)) {
      return unless(false, 'signature', 'Inner and outer signature algorithms differ.');
    }
    if (signatureKind(signatureAlgorithm) !== undefined) return none;
    return unless(false, 'signature', `${oidName(signatureAlgorithm.oid)} is not accepted.`);
  },
};

/** The certificate is signed with one of these algorithms. */
export function algorithmIs(...accepted: readonly string[]): Rule {
  return {
    id: 'signature-algorithm',
    clause: 'JPKI profile',
    faults({ certificate: { signatureAlgorithm } }) {
      // Of an algorithm that nobody takes the rule before has said so.
      if (accepted.includes(signatureAlgorithm.oid) || signatureKind(signatureAlgorithm) === undefined) return none;
      const detail = `The signature algorithm is ${oidName(signatureAlgorithm.oid)}; accepted: ${accepted.map(oidName).join(', ')}.`;
      return unless(false, 'signature', detail);
    },
  };
}

/** The time in question lies within notBefore … notAfter. */
export const validity: Rule = {
  id: 'validity',
  timed: true,
  clause: 'RFC 5280 §4.1.2.5',
  faults({ certificate: { notBefore, notAfter }, at }) {
    if (notBefore <= at && at <= notAfter) return none;
    if (at < notBefore) return unless(false, 'validity', `Not valid before ${notBefore.toISOString()}.`);
    return unless(false, 'validity', `Not valid after ${notAfter.toISOString()}.`);
  },
};

/** A length of time: years of the calendar and days. */
export interface Span {
  readonly years?: number;
  readonly days?: number;
}

/** The whole validity is no longer than the profile allows. */
export function lifetime(longest: Span, clause: string): Rule {
  return lifetimeByKey(longest, {}, clause);
}

/** As {@link lifetime}, with another length for keys of some algorithms. */
export function lifetimeByKey(longest: Span, byAlgorithm: Readonly<Record<string, Span>>, clause: string): Rule {
  return {
    id: 'lifetime',
    clause,
    faults({ certificate }) {
      const { notBefore, notAfter } = certificate;
      const span = byAlgorithm[certificate.spki.algorithm.oid] ?? longest;
      const fits = notBefore <= notAfter && notAfter.getTime() <= endOf(notBefore, span);
      return fits ? none : unless(false, 'lifetime', `At most ${textOf(span)} of validity are allowed.`, true);
    },
  };
}

function endOf(start: Date, { years = 0, days = 0 }: Span): number {
  return new Date(start.getTime()).setUTCFullYear(start.getUTCFullYear() + years) + days * 86_400_000;
}

function textOf({ years, days }: Span): string {
  const part = (count: number | undefined, unit: string) =>
    count === undefined ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`];
  return [...part(years, 'year'), ...part(days, 'day')].join(' and ');
}

/** A responder is trusted for the whole life of its certificate only if that is short; else its CRL must be at hand. */
export const responderLifetime: Rule = {
  id: 'lifetime',
  clause: 'ISO/IEC 18013-5 B.1',
  faults({ certificate }) {
    const days = certificate.extension(oid.ocspNoCheck) ? 90 : 457;
    const length = certificate.notAfter.getTime() - certificate.notBefore.getTime();
    const fits = length >= 0 && length <= days * 86_400_000;
    return unless(fits, 'lifetime', `At most ${days} days of validity are allowed.`, true);
  },
};

/** The certificate does not end after its issuer's. */
export const withinIssuer: Rule = {
  id: 'within-issuer',
  clause: 'ISO/IEC 18013-5 B.1',
  needsIssuer: true,
  faults: ({ certificate, issuer }) =>
    unless(
      issuer === undefined || certificate.notAfter <= issuer.notAfter,
      'outlives-root',
      'The certificate ends after the one of its issuer.',
    ),
};

const isCurve = (kind: string) => kind.startsWith('P-') || kind.startsWith('brainpool');

/**
 * The key is of a kind that the profile takes, or the caller in its place: `curve` names an elliptic-curve key on another curve or in another
 * form.
 */
export function key(ofProfile: readonly string[]): Rule {
  return {
    id: 'key',
    faults({ certificate, keys: kinds = ofProfile }) {
      const kind = keyKind(certificate);
      if (kind !== undefined && kinds.includes(kind)) return none;
      const accepted = kinds.join(', ');
      const elliptic = certificate.spki.algorithm.oid === oid.ecPublicKey && kinds.some(isCurve);
      const found = kind ?? 'malformed or of another kind';
      return unless(false, elliptic ? 'curve' : 'keytype', `The key is ${found}; accepted: ${accepted}.`);
    },
  };
}
