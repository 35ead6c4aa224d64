import { createVerify, type Verify } from 'node:crypto';
import { signatureFits, signatureKind } from './algorithm.ts';
import { asCertificate, type Certificate } from './certificate.ts';
import { asCrl, type Crl, type OpenedCrl, openCrl } from './crl.ts';
import { type CrlEntryFound, findEntry, readEntryAt } from './crl-entries.ts';
import { X509Error } from './error.ts';
import type { DistributionPoint } from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { sameBytes, sameName } from './name.ts';
import { oid, oidName } from './oids.ts';
import { type Check, report } from './report.ts';

/** Why a CRL decides nothing, or what it says. */
export type CrlCode =
  | 'good'
  | 'revoked'
  | 'der'
  | 'no-crl'
  | 'issuer-name'
  | 'issuer-key'
  | 'signature'
  | 'ku-bits'
  | 'validity'
  | 'not-yet-valid'
  | 'expired'
  | 'no-next-update'
  | 'unknown-critical'
  | 'entry-unknown-critical'
  | 'indirect'
  | 'scope'
  | 'partition'
  | 'reasons'
  | 'delta'
  | 'version'
  | 'lifetime'
  | 'aki-missing'
  | 'aki-mismatch'
  | 'crl-number-missing';

/** A CRL and the question that is asked of it. */
export interface CrlQuestion {
  readonly crl: Crl | Uint8Array;
  /** The complete CRL that a delta CRL adds to. */
  readonly base?: Crl | Uint8Array;
  readonly certificate: Certificate | Uint8Array;
  /** The CA that issued it, already verified as an anchor or on a path. */
  readonly issuer: Certificate | Uint8Array;
  readonly at: Date;
  /** `mdoc` adds the rows of ISO/IEC 18013-5 B.1: version 2, AKI, CRLNumber, at most 90 days, names octet for octet. */
  readonly profile?: CrlProfile;
}

/** The rules that a CRL has to follow. */
export type CrlProfile = 'rfc5280' | 'mdoc';

/** What a CRL proves. `unusable` is never good: `code` says which rule failed. */
export interface CrlResult {
  readonly status: 'good' | 'revoked' | 'unusable';
  readonly code: CrlCode;
  readonly checks: readonly Check[];
  readonly revokedAt?: Date;
  /** Reason of revocation by its name in RFC 5280 §5.3.1. */
  readonly reason?: string;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
}

const understood: ReadonlySet<string> = new Set([
  oid.authorityKeyIdentifier,
  oid.cRLNumber,
  oid.deltaCRLIndicator,
  oid.issuingDistributionPoint,
]);

const NINETY_DAYS = 90 * 86_400_000;

/**
 * Decides what a CRL says of a certificate (RFC 5280 §6.3): `good` and `revoked` only when every rule holds. A certificate on
 * hold counts as revoked. Delta CRLs are used with their base alone, indirect CRLs never.
 * @throws {X509Error} when `certificate` or `issuer` cannot be read: these are the caller's own
 * @example
 * const { status, code } = checkCrl({ crl, certificate: ds, issuer: iaca, at: clock.now(), profile: 'mdoc' });
 */
export function checkCrl(question: CrlQuestion): CrlResult {
  const certificate = asCertificate(question.certificate);
  const issuer = asCertificate(question.issuer);
  let crl: Crl;
  let base: Crl | undefined;
  try {
    crl = question.crl instanceof Uint8Array ? readOnce(openCrl(question.crl), certificate, issuer) : question.crl;
    base = question.base && asCrl(question.base);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return unusable([{ id: 'der', result: 'failed', code: 'der', detail: error.message, clause: 'X.690 §10' }]);
  }
  const about: About = { certificate, issuer, at: question.at, profile: question.profile ?? 'rfc5280' };
  if (crl.baseNumber === undefined) return decide(crl, about);
  if (!base) return unusable([failed('delta', 'delta', 'A delta CRL was given without its base.', '§5.2.4')]);
  return decideByDelta(crl, base, about);
}

interface About {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly at: Date;
  readonly profile: CrlProfile;
}

function failed(id: string, code: CrlCode, detail: string, section: string): Check {
  return { id, result: 'failed', code, detail, clause: `RFC 5280 ${section}` };
}

function unusable(checks: readonly Check[]): CrlResult {
  return { status: 'unusable', code: report(checks).code as CrlCode, checks };
}

function decide(crl: Crl, about: About): CrlResult {
  const checks = usability(crl, about);
  if (report(checks).result === 'failed') return unusable(checks);
  const found = entryOf(crl, about.certificate);
  const { thisUpdate, nextUpdate } = crl;
  if (found) return { status: 'revoked', code: 'revoked', checks, ...found, thisUpdate, nextUpdate };
  // A list for some reasons proves what stands on it, and nothing of what does not.
  if (crl.distribution?.onlySomeReasons) {
    return unusable([
      ...checks,
      failed('reasons', 'reasons', 'The CRL covers some reasons of revocation only.', '§5.2.5'),
    ]);
  }
  return { status: 'good', code: 'good', checks, thisUpdate, nextUpdate };
}

function decideByDelta(delta: Crl, base: Crl, about: About): CrlResult {
  const checks = usability(delta, about);
  const scope = (crl: Crl) => crl.extensions.find(({ oid: id }) => id === oid.issuingDistributionPoint)?.value;
  const [own, other] = [scope(delta), scope(base)];
  const fits =
    base.baseNumber === undefined &&
    base.number !== undefined &&
    delta.number !== undefined &&
    base.number >= (delta.baseNumber as bigint) &&
    base.number <= delta.number &&
    (own === undefined ? other === undefined : other !== undefined && sameBytes(own, other));
  if (!fits) checks.push(failed('delta', 'delta', 'The delta CRL does not belong to this base.', '§5.2.4'));
  if (report(checks).result === 'failed') return unusable(checks);
  const before = decide(base, about);
  if (before.status === 'unusable') return before;
  const found = entryOf(delta, about.certificate);
  const { thisUpdate, nextUpdate } = delta;
  if (!found) return { ...before, thisUpdate, nextUpdate };
  if (found.reason === 'removeFromCRL') return { status: 'good', code: 'good', checks, thisUpdate, nextUpdate };
  return { status: 'revoked', code: 'revoked', checks, ...found, thisUpdate, nextUpdate };
}

/** All that must hold before an entry, or that there is none, means anything. */
function usability(crl: Crl, about: About): Check[] {
  const { certificate, issuer, at, profile } = about;
  const checks: Check[] = [];
  const rule = (id: string, holds: boolean, code: CrlCode, detail: string, section: string) => {
    checks.push(holds ? { id, result: 'passed', clause: `RFC 5280 ${section}` } : failed(id, code, detail, section));
  };
  const named =
    profile === 'mdoc'
      ? sameBytes(crl.issuer.raw, certificate.issuer.raw) && sameBytes(crl.issuer.raw, issuer.subject.raw)
      : sameName(crl.issuer, certificate.issuer) && sameName(crl.issuer, issuer.subject);
  rule('issuer-name', named, 'issuer-name', 'The CRL is of another issuer than the certificate.', '§6.3.3');
  // RFC 5280 §6.3.3 (f): where keyUsage is there it must allow it; an issuer of ISO/IEC 18013-5 always has one.
  const may = issuer.keyUsage?.has('cRLSign') ?? profile === 'rfc5280';
  rule('key-usage', may, 'ku-bits', 'The issuer’s key may not sign CRLs.', '§4.2.1.3');
  const valid = issuer.notBefore <= at && at <= issuer.notAfter;
  rule('validity', valid, 'validity', 'The certificate of the CRL’s issuer is not valid now.', '§6.3.3');
  if (named && may)
    rule('signature', isSigned(crl, issuer), 'signature', 'The signature is not the issuer’s.', '§6.3.3');
  else checks.push({ id: 'signature', result: 'not_performed', clause: 'RFC 5280 §6.3.3' });
  rule('this-update', crl.thisUpdate <= at, 'not-yet-valid', 'The CRL is of the future.', '§5.1.2.4');
  const { nextUpdate } = crl;
  rule(
    'next-update',
    nextUpdate !== undefined,
    'no-next-update',
    'The CRL does not say when the next is due.',
    '§5.1.2.5',
  );
  if (nextUpdate) rule('expiry', at < nextUpdate, 'expired', 'A newer CRL is due.', '§5.1.2.5');
  const unknown = crl.extensions.find((item) => item.critical && !understood.has(item.oid));
  const unknownDetail = `The critical extension ${oidName(unknown?.oid ?? '')} is not understood.`;
  rule('critical-extensions', !unknown, 'unknown-critical', unknownDetail, '§5.2');
  const { unknownCritical } = crl.summary;
  const entryDetail = `The critical entry extension ${oidName(unknownCritical ?? '')} is not understood.`;
  rule('entry-extensions', unknownCritical === undefined, 'entry-unknown-critical', entryDetail, '§5.3');
  scopeChecks(crl, certificate, rule);
  if (profile === 'mdoc') mdocChecks(crl, issuer, rule);
  return checks;
}

type RuleOf = (id: string, holds: boolean, code: CrlCode, detail: string, section: string) => void;

/** Whether the CRL speaks of this certificate at all: a clean list of another partition proves nothing. */
function scopeChecks({ distribution }: Crl, certificate: Certificate, rule: RuleOf): void {
  const section = '§5.2.5';
  const indirect = distribution?.indirect === true;
  rule('indirect', !indirect, 'indirect', 'The CRL is an indirect one, which is not followed.', section);
  const isCa = certificate.basicConstraints?.ca === true;
  const only = distribution?.only;
  const covered = only === undefined || only === (isCa ? 'ca' : 'user');
  rule('scope', covered, 'scope', 'The CRL is for another kind of certificate.', section);
  const points = certificate.crlDistributionPoints ?? [];
  const named = distribution?.fullName !== undefined || distribution?.relativeName === true;
  const matches = !named || points.some((point) => samePoint(point, distribution?.fullName ?? []));
  rule('partition', matches, 'partition', 'The CRL is another partition than the one the certificate names.', section);
}

function samePoint(point: DistributionPoint, names: readonly GeneralName[]): boolean {
  // A cRLIssuer leads to an indirect CRL, and reasons to one of several: neither is this CRL.
  if (point.crlIssuer || point.reasons) return false;
  return (point.fullName ?? []).some((own) => names.some((name) => sameGeneralName(own, name)));
}

function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.type === 'directoryName' && b.type === 'directoryName') return sameName(a.name, b.name);
  if (a.type === 'uri' && b.type === 'uri') return a.value === b.value;
  if (a.type === 'dns' && b.type === 'dns') return a.value.toLowerCase() === b.value.toLowerCase();
  return false;
}

function mdocChecks(crl: Crl, issuer: Certificate, rule: RuleOf): void {
  rule('version', crl.version === 2, 'version', 'The CRL is not of version 2.', '§5.1.2.1');
  rule('crl-number', crl.number !== undefined, 'crl-number-missing', 'The CRL has no number.', '§5.2.3');
  const named = crl.aki?.keyIdentifier;
  rule('authority-key-identifier', named !== undefined, 'aki-missing', 'The CRL does not name its key.', '§5.2.1');
  if (named) {
    const fits = issuer.ski !== undefined && sameBytes(named, issuer.ski);
    rule('authority-key', fits, 'aki-mismatch', 'The CRL names another key than the issuer’s.', '§5.2.1');
  }
  const length = (crl.nextUpdate?.getTime() ?? 0) - crl.thisUpdate.getTime();
  rule('lifetime', length <= NINETY_DAYS, 'lifetime', 'At most 90 days lie between two CRLs.', '§5.1.2.5');
}

// A CRL is asked for many certificates, and its signature is over all of it.
const verdicts = new WeakMap<Crl, WeakMap<Certificate, boolean>>();

function remember(crl: Crl, issuer: Certificate, fits: boolean): boolean {
  const known = verdicts.get(crl) ?? new WeakMap<Certificate, boolean>();
  verdicts.set(crl, known);
  known.set(issuer, fits);
  return fits;
}

/** Whether the CRL is signed by the key of that certificate. The answer is kept as long as both objects live. */
export function isSigned(crl: Crl, issuer: Certificate): boolean {
  const before = verdicts.get(crl)?.get(issuer);
  if (before !== undefined) return before;
  let fits = false;
  try {
    fits =
      sameBytes(crl.innerAlgorithm.raw, crl.signatureAlgorithm.raw) &&
      signatureFits(crl.signatureAlgorithm, issuer.publicKey, crl.tbs, crl.signature);
  } catch {
    // A key that cannot be imported has signed nothing.
  }
  return remember(crl, issuer, fits);
}

// The entries of certificates that were met on the first way through a list.
const met = new WeakMap<Crl, { readonly certificate: Certificate; readonly at?: number }>();

function entryOf(crl: Crl, certificate: Certificate): CrlEntryFound | undefined {
  const known = met.get(crl);
  if (known?.certificate !== certificate) return findEntry(crl.entries, certificate.serial);
  return known.at === undefined ? undefined : readEntryAt(crl.entries, known.at);
}

/**
 * Reads a CRL for the sake of one certificate: on one way through the octets the entries are walked over, the serial number is looked for, and
 * what is signed is hashed. Each further way through a list of 40 MB, out of the processor's cache, would cost a third more.
 */
export function readOnce(opened: OpenedCrl, certificate: Certificate, issuer: Certificate | undefined): Crl {
  const { tbs, entries, signature } = opened;
  const verifier = issuer && verifierOf(opened, issuer);
  const begin = entries.byteOffset - tbs.byteOffset;
  let hashed = 0;
  const passed = (octets: number) => {
    verifier?.update(tbs.subarray(hashed, begin + octets));
    hashed = begin + octets;
  };
  const { summary, foundAt } = opened.walk({ serial: certificate.serial, passed });
  const { walk: _, ...rest } = opened;
  const crl: Crl = { ...rest, summary };
  met.set(crl, foundAt === undefined ? { certificate } : { certificate, at: foundAt });
  if (verifier && issuer) {
    verifier.update(tbs.subarray(hashed));
    remember(crl, issuer, fitsKey(verifier, issuer, signature));
  }
  return crl;
}

/** Nothing for a signature that has to be verified in one piece, and for one that cannot be the issuer's. */
function verifierOf(
  { innerAlgorithm, signatureAlgorithm, entries }: OpenedCrl,
  issuer: Certificate,
): Verify | undefined {
  const kind = signatureKind(signatureAlgorithm);
  if (!kind?.hash || entries.length === 0 || !sameBytes(innerAlgorithm.raw, signatureAlgorithm.raw)) return undefined;
  try {
    return issuer.publicKey.asymmetricKeyType === kind.key ? createVerify(kind.hash) : undefined;
  } catch {
    return undefined;
  }
}

function fitsKey(verifier: Verify, issuer: Certificate, signature: Uint8Array): boolean {
  try {
    return verifier.verify(issuer.publicKey, signature);
  } catch {
    return false;
  }
}
