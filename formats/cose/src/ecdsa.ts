import { CoseError } from './error.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * Turns the DER form of an ECDSA signature, `SEQUENCE { r, s }`, into r ‖ s of `size` bytes each (RFC 9053 §2.1).
 * @throws {CoseError} `signature-form` when it is not strict DER or a number is too long
 * @example rawFromDer(await signer.sign(data), 32)
 */
export function rawFromDer(der: Uint8Array, size: number): Uint8Array {
  const bad = (): never => {
    throw new CoseError('signature-form', 'The signature is not a DER sequence of two numbers of this size.');
  };
  let at = 1;
  if (der[0] !== SEQUENCE) bad();
  let length = der[at++] ?? bad();
  if (length === 0x81) {
    length = der[at++] ?? bad();
    if (length < 0x80) bad();
  } else if (length >= 0x80) bad();
  if (at + length !== der.length) bad();
  const raw = new Uint8Array(2 * size);
  for (let end = size; end <= 2 * size; end += size) {
    if (der[at] !== INTEGER) bad();
    const count = der[at + 1] ?? bad();
    const from = at + 2;
    const to = from + count;
    const first = der[from] ?? bad();
    if (count === 0 || count > 0x7f || to > der.length || first > 0x7f) bad();
    if (first === 0 && count > 1 && (der[from + 1] as number) < 0x80) bad();
    const start = first === 0 ? from + 1 : from;
    if (to - start > size) bad();
    raw.set(der.subarray(start, to), end - (to - start));
    at = to;
  }
  if (at !== der.length) bad();
  return raw;
}

/**
 * Turns r ‖ s into DER. The length must be even and is checked by the caller against the algorithm.
 * @example verify('sha256', data, key, derFromRaw(signature))
 */
export function derFromRaw(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  const r = positive(raw.subarray(0, half));
  const s = positive(raw.subarray(half));
  const length = r.length + s.length + 4;
  const head = length < 0x80 ? [SEQUENCE, length] : [SEQUENCE, 0x81, length];
  const der = new Uint8Array(head.length + length);
  der.set(head);
  let at = head.length;
  for (const number of [r, s]) {
    der[at] = INTEGER;
    der[at + 1] = number.length;
    der.set(number, at + 2);
    at += 2 + number.length;
  }
  return der;
}

/** The content of a DER INTEGER: no leading zeros but the one that keeps the number positive. */
function positive(number: Uint8Array): Uint8Array {
  let from = 0;
  while (from < number.length - 1 && number[from] === 0) from++;
  const short = number.subarray(from);
  if ((short[0] as number) < 0x80) return short;
  const padded = new Uint8Array(short.length + 1);
  padded.set(short, 1);
  return padded;
}
