import { ApduError } from './error.ts';

/** A response APDU: data and the two status bytes as one number, e.g. `0x9000`. */
export interface Response {
  readonly data: Uint8Array;
  readonly sw: number;
}

/**
 * Splits a response into data (a view) and status word.
 * @throws {ApduError} `response-malformed` when there are fewer than two bytes
 */
export function parseResponse(bytes: Uint8Array): Response {
  const n = bytes.length;
  if (n < 2) throw new ApduError('response-malformed', 'A response has at least its two status bytes.', { length: n });
  return { data: bytes.subarray(0, n - 2), sw: (bytes[n - 2]! << 8) | bytes[n - 1]! };
}

/** Puts data and status word together. */
export function encodeResponse(data: Uint8Array, sw: number): Uint8Array {
  const out = new Uint8Array(data.length + 2);
  out.set(data);
  out[data.length] = sw >> 8;
  out[data.length + 1] = sw & 255;
  return out;
}
