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

// SEQUENCE { Extension reasonCode { ENUMERATED x } } in four reads: the one form in which nearly all entries have extensions.
const REASON_FORM = [0x300c300a, 0x0603551d, 0x1504030a, 0x01] as const;
const REASON_OCTETS = 14;
const UTC_OCTETS = 15;
const REMOVE_FROM_CRL = 8;

const malformed = (detail: string, offset: number): never => {
  throw new X509Error('crl-malformed', `An entry of the CRL is not valid: ${detail}.`, { offset });
};

/**
 * Walks over the entries of a CRL and refuses what is not DER or not a revoked certificate. It makes no object per entry:
 * the list of a nation has a million of them.
 * @throws {X509Error} `crl-malformed`
 */
export function scanEntries(entries: Uint8Array, version: 1 | 2): EntrySummary {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength);
  let count = 0;
  let unknownCritical: string | undefined;
  let removes = false;
  for (let at = 0; at < entries.length; count++) {
    const start = at;
    const body = bodyOf(entries, at);
    at = endOf(entries, at);
    if (!(at <= entries.length)) malformed('it is cut off', start);
    const time = checkSerial(entries, body);
    const next = time + 2 + (entries[time + 1] as number);
    if (!(next <= at)) malformed('it is cut off', start);
    if (next - time !== UTC_OCTETS || entries[time] !== tag.utcTime || !isUtcTime(view, time)) {
      checkTime(entries, time, next);
    }
    if (next === at) continue;
    if (version === 1) malformed('version 1 has no extensions', next);
    if (at - next === REASON_OCTETS && isPlainReason(view, next)) {
      const reason = entries[at - 1] as number;
      if (crlReasons[reason] === undefined) malformed('its reason is unknown', next);
      removes ||= reason === REMOVE_FROM_CRL;
    } else {
      const read = readEntryExtensions(entries.subarray(next, at));
      unknownCritical ??= read.unknownCritical;
      removes ||= read.reason === REMOVE_FROM_CRL;
    }
  }
  return { count, unknownCritical, removes };
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

/** Four digits in a word: each octet 30 to 39. */
function areDigits(word: number): boolean {
  return (word & 0xf0f0f0f0) === 0x30303030 && ((word + 0x06060606) & 0xf0f0f0f0) === 0x30303030;
}

/** A plain UTCTime of a day that every month has; anything else is looked at closely. */
function isUtcTime(view: DataView, at: number): boolean {
  const [yearMonth, dayHour, rest] = [view.getUint32(at + 2), view.getUint32(at + 6), view.getUint32(at + 10)];
  if (!areDigits(yearMonth) || !areDigits(dayHour) || !areDigits(rest)) return false;
  const month = ((yearMonth >> 8) & 15) * 10 + (yearMonth & 15);
  const day = (dayHour >>> 24) * 10 + ((dayHour >> 16) & 15) - 0x30 * 10;
  const hour = ((dayHour >> 8) & 15) * 10 + (dayHour & 15);
  const minute = (rest >>> 24) * 10 - 0x30 * 10;
  const second = ((rest >> 8) & 15) * 10;
  const clock = hour < 24 && minute < 60 && second < 60 && view.getUint8(at + 14) === 0x5a;
  return clock && month >= 1 && month <= 12 && day >= 1 && day <= 28;
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
 * The entry of a serial number, or undefined. `entries` must have been walked over by {@link scanEntries}.
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
    if (body === start) return readEntry(entries.subarray(at, endOf(entries, at)));
  }
  return undefined;
}

function readEntry(bytes: Uint8Array): CrlEntryFound {
  const inner = DerReader.over(bytes).sequence();
  inner.integerBytes();
  const revokedAt = readTime(inner);
  const reason = inner.done ? 0 : (readEntryExtensions(inner.element().raw).reason ?? 0);
  return { revokedAt, reason: crlReasons[reason] as string };
}
