import { DerReader, tag } from '@tegata/der';
import { readExtension, readTime } from './certificate.ts';
import { X509Error } from './error.ts';
import { oid } from './oids.ts';

/** Reasons of revocation by their numbers (RFC 5280 §5.3.1); 7 is not used. */
export const crlReasons: readonly (string | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
];

/** One revoked certificate. */
export interface CrlEntryFound {
  readonly revokedAt: Date;
  /** By its name in RFC 5280 §5.3.1; `unspecified` where the entry gives none. */
  readonly reason: string;
}

/** What a walk over all entries found. */
export interface EntrySummary {
  readonly count: number;
  /** OID of the first critical entry extension that is not understood. */
  readonly unknownCritical?: string;
  /** Whether an entry takes a certificate off the list, as only a delta CRL may. */
  readonly removes: boolean;
}

/** What may be done on the way, since each further way through 40 MB costs as much as the work. */
export interface Walk {
  /** Content octets of a serial number to look for. */
  readonly serial?: Uint8Array;
  /** Told from time to time how far the walk has come, in octets. */
  readonly passed?: (octets: number) => void;
}

/** A summary, and where the entry of the serial number begins that was looked for. */
export interface WalkedEntries {
  readonly summary: EntrySummary;
  readonly foundAt?: number;
}

// SEQUENCE { Extension reasonCode { ENUMERATED x } } in four reads: the one form in which nearly all entries have extensions.
const REASON_FORM = [0x300c300a, 0x0603551d, 0x1504030a, 0x01] as const;
const REASON_OCTETS = 14;
const UTC_OCTETS = 15;
const REMOVE_FROM_CRL = 8;
/** What is walked over at once stays in the processor's cache for whoever is told. */
const STRIDE = 128 * 1024;
/** No plain entry is longer, so that before the last so many octets none can run out of the list. */
const LONGEST_PLAIN = 129;

const malformed = (detail: string, offset: number): never => {
  throw new X509Error('crl-malformed', `An entry of the CRL is not valid: ${detail}.`, { offset });
};

/**
 * Walks over the entries of a CRL and refuses what is not DER or not a revoked certificate. It makes no object per entry:
 * the list of a nation has a million of them.
 * @throws {X509Error} `crl-malformed`
 * @throws {DerError}
 */
export function walkEntries(entries: Uint8Array, version: 1 | 2, { serial, passed }: Walk = {}): WalkedEntries {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  const run: PlainRun = { at: 0, count: 0, foundAt: -1 };
  const sought = serial ?? new Uint8Array();
  const plainEnd = entries.length - LONGEST_PLAIN;
  let told = 0;
  let unknownCritical: string | undefined;
  let removes = false;
  while (run.at < entries.length) {
    if (version === 2) walkPlain(entries, view, Math.min(plainEnd, told + STRIDE), sought, run);
    if (run.at - told >= STRIDE) {
      passed?.(run.at);
      told = run.at;
    }
    if (run.at >= entries.length) break;
    const start = run.at;
    const entry = walkOne(entries, view, start, version);
    if (run.foundAt < 0 && isSerialAt(entries, entry.body, sought)) run.foundAt = start;
    unknownCritical ??= entry.unknownCritical;
    removes ||= entry.reason === REMOVE_FROM_CRL;
    run.at = entry.end;
    run.count++;
  }
  const summary = { count: run.count, unknownCritical, removes };
  return run.foundAt < 0 ? { summary } : { summary, foundAt: run.foundAt };
}

/** How far a walk has come. One object for the whole of it. */
interface PlainRun {
  at: number;
  count: number;
  foundAt: number;
}

const lastDays = Uint8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/**
 * Walks over entries of the one form that nearly all have, and stops at the limit or before one that has to be looked at closely: any length
 * in one octet, a serial number of 1 to 20 octets, a UTCTime of a day that every year has, and at most a usual reason.
 */
function walkPlain(entries: Uint8Array, view: DataView, limit: number, sought: Uint8Array, run: PlainRun): void {
  const octets = sought.length;
  const last = octets > 0 ? (sought[octets - 1] as number) : -1;
  let { at, count } = run;
  while (at < limit) {
    const head = view.getUint32(at);
    const size = head & 0xff;
    const time = at + 4 + size;
    const next = at + 2 + ((head >>> 16) & 0xff);
    const extra = next - time - UTC_OCTETS;
    // 30 LL 02 NN, the length in one octet.
    if ((head & 0xff80ff00) !== 0x30000200 || (size - 1) >>> 0 > 19 || (extra !== 0 && extra !== REASON_OCTETS)) break;
    const first = entries[at + 4] as number;
    if (first >= 0x80 || (first === 0 && (size === 1 || (entries[at + 5] as number) < 0x80))) break;
    if (view.getUint16(time) !== 0x170d || entries[time + 14] !== 0x5a) break;
    const [yearMonth, dayHour, rest] = [view.getUint32(time + 2), view.getUint32(time + 6), view.getUint32(time + 10)];
    // Twelve digits: the upper halves are 3, the lower ones at most 9.
    const upper = (yearMonth ^ 0x30303030) | (dayHour ^ 0x30303030) | (rest ^ 0x30303030);
    const lower =
      ((yearMonth & 0x0f0f0f0f) + 0x06060606) |
      ((dayHour & 0x0f0f0f0f) + 0x06060606) |
      ((rest & 0x0f0f0f0f) + 0x06060606);
    if (((upper | lower) & 0xf0f0f0f0) !== 0) break;
    const month = ((yearMonth >>> 8) & 15) * 10 + (yearMonth & 15);
    const day = ((dayHour >>> 24) & 15) * 10 + ((dayHour >>> 16) & 15);
    const hour = ((dayHour >>> 8) & 15) * 10 + (dayHour & 15);
    if (month > 12 || day === 0 || day > (lastDays[month] as number) || hour > 23) break;
    if (((rest >>> 24) & 15) > 5 || ((rest >>> 8) & 15) > 5) break;
    if (extra !== 0) {
      const reason = entries[next - 1] as number;
      // 7 is no reason, and 8 only one of a delta CRL.
      if (!isPlainReason(view, time + UTC_OCTETS) || reason > 10 || reason === 7 || reason === REMOVE_FROM_CRL) break;
    }
    if (size === octets && entries[time - 1] === last && run.foundAt < 0 && isSerialAt(entries, at + 2, sought)) {
      run.foundAt = at;
    }
    at = next;
    count++;
  }
  run.at = at;
  run.count = count;
}

/** Whether the INTEGER at a position is that serial number. */
function isSerialAt(entries: Uint8Array, at: number, serial: Uint8Array): boolean {
  if (entries[at + 1] !== serial.length) return false;
  for (let i = 0; i < serial.length; i++) if (entries[at + 2 + i] !== serial[i]) return false;
  return serial.length > 0;
}

/** One entry of any form. */
function walkOne(
  entries: Uint8Array,
  view: DataView,
  start: number,
  version: 1 | 2,
): { readonly body: number; readonly end: number; readonly reason?: number; readonly unknownCritical?: string } {
  const body = bodyOf(entries, start);
  const end = endOf(entries, start);
  if (!(end <= entries.length)) malformed('it is cut off', start);
  const time = checkSerial(entries, body);
  const next = time + 2 + (entries[time + 1] as number);
  if (!(next <= end)) malformed('it is cut off', start);
  checkTime(entries, time, next);
  if (next === end) return { body, end };
  if (version === 1) malformed('version 1 has no extensions', next);
  if (end - next === REASON_OCTETS && isPlainReason(view, next)) {
    const reason = entries[end - 1] as number;
    if (crlReasons[reason] === undefined) malformed('its reason is unknown', next);
    return { body, end, reason };
  }
  return { body, end, ...readEntryExtensions(entries.subarray(next, end)) };
}

/** Where the content of the SEQUENCE begins. */
function bodyOf(entries: Uint8Array, at: number): number {
  if (entries[at] !== tag.sequence) malformed('it is no SEQUENCE', at);
  const first = entries[at + 1] as number;
  if (first < 0x80) return at + 2;
  if (first === 0x81 && (entries[at + 2] as number) >= 0x80) return at + 3;
  if (first === 0x82 && (entries[at + 2] as number) > 0) return at + 4;
  return malformed('its length is not minimal, or too large', at);
}

/** Where the SEQUENCE ends. */
function endOf(entries: Uint8Array, at: number): number {
  const first = entries[at + 1] as number;
  if (first < 0x80) return at + 2 + first;
  const second = entries[at + 2] as number;
  return first === 0x81 ? at + 3 + second : at + 4 + second * 256 + (entries[at + 3] as number);
}

/** A positive INTEGER of at most 20 octets, minimal. Gives the position behind it. */
function checkSerial(entries: Uint8Array, at: number): number {
  const length = entries[at + 1] as number;
  const first = entries[at + 2] as number;
  const sound =
    entries[at] === tag.integer &&
    length >= 1 &&
    length <= 20 &&
    first < 0x80 &&
    (first !== 0 || length === 1 || (entries[at + 3] as number) >= 0x80);
  return sound ? at + 2 + length : malformed('its serial number is not a positive number of at most 20 octets', at);
}

/** A UTCTime, or a GeneralizedTime from 2050 on. */
function checkTime(entries: Uint8Array, at: number, end: number): void {
  try {
    const reader = DerReader.over(entries.subarray(at, end));
    readTime(reader);
    reader.end();
  } catch {
    malformed('its time is not one of RFC 5280', at);
  }
}

function isPlainReason(view: DataView, at: number): boolean {
  return (
    view.getUint32(at) === REASON_FORM[0] &&
    view.getUint32(at + 4) === REASON_FORM[1] &&
    view.getUint32(at + 8) === REASON_FORM[2] &&
    view.getUint8(at + 12) === REASON_FORM[3]
  );
}

function readEntryExtensions(bytes: Uint8Array): { reason?: number; unknownCritical?: string } {
  const reader = DerReader.over(bytes);
  const list = reader.sequence();
  reader.end();
  const seen = new Set<string>();
  let reason: number | undefined;
  let unknownCritical: string | undefined;
  while (!list.done) {
    const extension = readExtension(list);
    if (seen.has(extension.oid)) malformed('it has an extension twice', 0);
    seen.add(extension.oid);
    const value = DerReader.over(extension.value);
    if (extension.oid === oid.reasonCode) reason = value.enumerated();
    else if (extension.oid === oid.invalidityDate) value.generalizedTime();
    else {
      // certificateIssuer is one of these: it makes the CRL an indirect one, which we do not follow.
      if (extension.critical) unknownCritical ??= extension.oid;
      continue;
    }
    value.end();
  }
  if (seen.size === 0) malformed('its list of extensions is empty', 0);
  if (reason !== undefined && crlReasons[reason] === undefined) malformed('its reason is unknown', 0);
  return { reason, unknownCritical };
}

/**
 * The entry of a serial number, or undefined. `entries` must have been walked over by {@link walkEntries}.
 * @param serial content octets, as in `Certificate.serial`
 */
export function findEntry(entries: Uint8Array, serial: Uint8Array): CrlEntryFound | undefined {
  const haystack = Buffer.from(entries.buffer, entries.byteOffset, entries.byteLength);
  const needle = Buffer.from(serial);
  let at = 0;
  // Nearly every question ends here: the octets of the number stand nowhere in the list. Where they do, the walk tells
  // whether they are a serial number or parts of something else.
  for (let hit = haystack.indexOf(needle); hit >= 0; hit = haystack.indexOf(needle, hit + 1)) {
    const start = hit - 2;
    if (entries[start] !== tag.integer || entries[start + 1] !== serial.length) continue;
    let body = bodyOf(entries, at);
    while (body < start) {
      at = endOf(entries, at);
      if (at >= entries.length) return undefined;
      body = bodyOf(entries, at);
    }
    if (body === start) return readEntryAt(entries, at);
  }
  return undefined;
}

/** Reads the entry that begins at a position, as a walk has found it. */
export function readEntryAt(entries: Uint8Array, at: number): CrlEntryFound {
  const inner = DerReader.over(entries.subarray(at, endOf(entries, at))).sequence();
  inner.integerBytes();
  const revokedAt = readTime(inner);
  const reason = inner.done ? 0 : (readEntryExtensions(inner.element().raw).reason ?? 0);
  return { revokedAt, reason: crlReasons[reason] as string };
}
