import { CoseError } from './error.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * Turns the DER form of an ECDSA signature, `SEQUENCE { r, s }`, into r ‖ s of `size` bytes each (RFC 9053 §2.1).
 * @throws {CoseError} `signature-form` when it is not strict DER or a number is too long
 * @example rawFromDer(await signer.sign(data), 32)
 */
export function rawFromDer(der: Uint8Array, size: number): Uint8Array {
  const raw = new Uint8Array(2 * size);
  putRawFromDer(der, size, raw, 0);
  return raw;
}

/**
 * The same, written where a message has room for it.
 * @throws {CoseError} `signature-form`
 */
export function putRawFromDer(der: Uint8Array, size: number, into: Uint8Array, offset: number): void {
  let at = 1;
  if (der[0] !== SEQUENCE) bad();
  let length = der[at++] ?? bad();
  if (length === 0x81) {
    length = der[at++] ?? bad();
    if (length < 0x80) bad();
  } else if (length >= 0x80) bad();
  if (at + length !== der.length) bad();
  for (let end = offset + size; end <= offset + 2 * size; end += size) {
    if (der[at] !== INTEGER) bad();
    const count = der[at + 1] ?? bad();
    const from = at + 2;
    const to = from + count;
    const first = der[from] ?? bad();
    if (count === 0 || count > 0x7f || to > der.length || first > 0x7f) bad();
    if (first === 0 && count > 1 && (der[from + 1] as number) < 0x80) bad();
    const start = first === 0 ? from + 1 : from;
    if (to - start > size) bad();
    let place = end;
    for (let source = to - 1; source >= start; source--) into[--place] = der[source] as number;
    while (place > end - size) into[--place] = 0;
    at = to;
  }
  if (at !== der.length) bad();
}

function bad(): never {
  throw new CoseError('signature-form', 'The signature is not a DER sequence of two numbers of this size.');
}

/**
 * Turns r ‖ s into DER. The length must be even and is checked by the caller against the algorithm.
 * @example verify('sha256', data, key, derFromRaw(signature))
 */
export function derFromRaw(raw: Uint8Array): Uint8Array {
  return lentDer(raw).slice();
}

/** Two integers of P-521 with their heads. */
const scratch = new Uint8Array(3 + 2 * (2 + 67));

/** The same, in memory that the next call takes again: for somebody who is done with it before. */
export function lentDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  const r = firstOf(raw, 0, half);
  const s = firstOf(raw, half, raw.length);
  const rLength = lengthOf(raw, r, half);
  const sLength = lengthOf(raw, s, raw.length);
  const length = rLength + sLength + 4;
  const der = scratch;
  let at = 0;
  der[at++] = SEQUENCE;
  if (length >= 0x80) der[at++] = 0x81;
  der[at++] = length;
  at = putInteger(der, at, raw, r, half, rLength);
  at = putInteger(der, at, raw, s, raw.length, sLength);
  return der.subarray(0, at);
}

/** Where a number begins without its leading zeros; one digit stays. */
function firstOf(raw: Uint8Array, from: number, to: number): number {
  let first = from;
  while (first < to - 1 && raw[first] === 0) first++;
  return first;
}

/** Bytes of a DER INTEGER: a number whose top bit is set has a zero before it, which keeps it positive. */
function lengthOf(raw: Uint8Array, first: number, to: number): number {
  return to - first + ((raw[first] as number) >= 0x80 ? 1 : 0);
}

function putInteger(der: Uint8Array, at: number, raw: Uint8Array, first: number, to: number, length: number): number {
  der[at] = INTEGER;
  der[at + 1] = length;
  const end = at + 2 + length;
  der[at + 2] = 0;
  // From the end, so that the zero in front stays where it is needed.
  for (let from = to - 1, into = end - 1; from >= first; from--, into--) der[into] = raw[from] as number;
  return end;
}
