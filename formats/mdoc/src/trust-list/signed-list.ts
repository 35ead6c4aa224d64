import { type CborValue, DateTime } from '@tegata/cbor';
import { CoseError, type CoseMessage, HEADER, parseSign1, verifySign1, x5chain } from '@tegata/cose';
import { type Certificate, type Check, parseCertificate, sameBytes, verifyPath, X509Error } from '@tegata/x509';
import { MdocError } from '../error.ts';
import { decodeFor, Shape } from '../shape.ts';
import type { ListMode } from './list-certificate.ts';

/** A list as it is signed, taken apart. */
export interface SignedList {
  readonly message: CoseMessage;
  readonly sign1: CborValue;
  readonly content: Shape;
  readonly certificates: readonly Uint8Array[];
  readonly deviations: readonly string[];
}

const MAX_LIST_BYTES = 4 * 1024 * 1024;

/**
 * Takes the COSE_Sign1 of a list apart; its signature is not verified here.
 * @param chainIn the header in which the standard puts the certificates
 * @throws {MdocError} `trust-list`
 */
export function openSignedList(
  bytes: Uint8Array,
  what: string,
  chainIn: 'protected' | 'unprotected',
  mode: ListMode,
): SignedList {
  if (bytes.length > MAX_LIST_BYTES) {
    throw new MdocError('trust-list', 'The list is larger than allowed.', { rule: 'too-large' });
  }
  const sign1 = decodeFor('trust-list', what, bytes);
  try {
    const message = parseSign1(sign1, mode === 'interop' ? 'allow' : 'refuse');
    const deviations = Array.isArray(sign1) ? [] : ['tagged'];
    const own = chainIn === 'protected' ? message.protectedHeaders : message.unprotectedHeaders;
    if (!own.has(HEADER.x5chain)) deviations.push('x5chain-header');
    if (message.payload === null) throw new MdocError('trust-list', 'The list is empty.', { rule: 'payload-missing' });
    const content = new Shape('trust-list', what, decodeFor('trust-list', what, message.payload));
    return { message, sign1, content, certificates: x5chain(message), deviations };
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('trust-list', `The list: ${error.message}`, { rule: error.code }, error);
  }
}

/** A date of a list; fractions and offsets are read in `interop` mode and noted. */
export function readListDate(shape: Shape, mode: ListMode, deviations: string[]): Date {
  const value = shape.is(DateTime, 'a date and time (tag 0)');
  if (!value.strict) {
    if (mode === 'strict') shape.fail('member-type', 'whole seconds and Z are expected');
    deviations.push('tdate-form');
  }
  try {
    return value.toDate({ lenient: true });
  } catch {
    return shape.fail('member-type', 'the date is not in the calendar');
  }
}

/** Who may sign lists, and what is known of the last one. */
export interface ListTrust {
  /** Roots of the provider; the path is checked by the profile of VICAL signers. */
  readonly signerAnchors: readonly (Certificate | Uint8Array)[];
  /** Certificates of signers accepted as they are (DER); reported as a warning. */
  readonly pinnedSigners?: readonly Uint8Array[];
  readonly now: Date;
  /** The list that was accepted last: an older one is a rollback. Keep what the report gives as `accepted`. */
  readonly lastAccepted?: AcceptedList;
  readonly mode?: ListMode;
  /** How far the provider's clock may be ahead, in seconds (default 300). */
  readonly skewSeconds?: number;
}

/** What the caller remembers between two lists. */
export interface AcceptedList {
  readonly provider: string;
  readonly date: Date;
}

const passed = (id: string, clause: string): Check => ({ id, result: 'passed', clause });

/** Verifies signature and signer of a list. */
export function checkSigner(list: SignedList, trust: ListTrust, clause: string): Check[] {
  const signer = (result: Check['result'], code: string, detail?: string): Check => ({
    id: 'list-signer',
    result,
    code,
    ...(detail === undefined ? {} : { detail }),
    clause,
  });
  let chain: Certificate[];
  try {
    chain = list.certificates.map(parseCertificate);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return [signer('failed', error.code, error.message)];
  }
  const [leaf, ...intermediates] = chain as [Certificate, ...Certificate[]];
  const checks: Check[] = [];
  if ((trust.pinnedSigners ?? []).some((pinned) => sameBytes(pinned, leaf.raw))) {
    const valid = leaf.notBefore <= trust.now && trust.now <= leaf.notAfter;
    checks.push(valid ? signer('warning', 'pinned') : signer('failed', 'validity', 'The signer is not valid now.'));
  } else {
    const { mode = 'strict', signerAnchors: anchors, now: at } = trust;
    const path = verifyPath({ leaf, intermediates, anchors, at, profile: 'vical-signer', mode });
    const first = path.checks.find(({ result }) => result === 'failed');
    const deviating = path.checks.find(({ result }) => result === 'warning');
    if (path.result === 'failed') {
      const code = anchors.length === 0 ? 'no-trust-anchor' : (path.code ?? 'no-path-to-anchor');
      checks.push(signer('failed', code, first?.detail));
    } else if (deviating) checks.push(signer('warning', deviating.code ?? 'profile-deviation', deviating.detail));
    else checks.push(passed('list-signer', clause));
  }
  try {
    verifySign1({ sign1: list.sign1, publicKey: leaf.publicKey, tag: 'allow' });
    checks.push(passed('list-signature', 'RFC 9052 §4.4'));
  } catch (error) {
    if (!(error instanceof CoseError || error instanceof X509Error)) throw error;
    const detail = error.message;
    checks.push({ id: 'list-signature', result: 'failed', code: error.code, detail, clause: 'RFC 9052 §4.4' });
  }
  return checks;
}

/** Whether the list is of now, and not older than the last one. */
export function checkCurrency(
  list: { provider: string; date: Date; nextUpdate?: Date },
  trust: ListTrust,
  clause: string,
): Check[] {
  const { now, lastAccepted, skewSeconds = 300 } = trust;
  const check = (id: string, wrong: boolean, code: string, detail: string): Check =>
    wrong ? { id, result: 'failed', code, detail, clause } : passed(id, clause);
  const ahead = list.date.getTime() > now.getTime() + skewSeconds * 1000;
  const checks = [check('list-date', ahead, 'date-in-future', 'The list was made in the future.')];
  if (!list.nextUpdate) {
    const detail = 'The list does not say until when it holds.';
    checks.push({ id: 'list-next-update', result: 'warning', code: 'next-update-absent', detail, clause });
  } else {
    const late = list.nextUpdate < now;
    checks.push(check('list-next-update', late, 'stale', 'A newer list should have been published by now.'));
  }
  if (!lastAccepted) {
    checks.push({ id: 'list-rollback', result: 'not_performed', code: 'no-memory', clause });
  } else if (lastAccepted.provider !== list.provider) {
    checks.push(check('list-rollback', true, 'provider-changed', 'The list is of another provider than the last one.'));
  } else {
    const older = list.date < lastAccepted.date;
    checks.push(check('list-rollback', older, 'rollback', 'The list is older than one that was accepted before.'));
  }
  return checks;
}

/** One check for the deviations of a list: they are warnings in `interop` mode and failures else. */
export function checkDeviations(id: string, deviations: readonly string[], mode: ListMode, clause: string): Check {
  const [code] = deviations;
  if (code === undefined) return passed(id, clause);
  const detail = [...new Set(deviations)].join(', ');
  return { id, result: mode === 'interop' ? 'warning' : 'failed', code, detail, clause };
}
