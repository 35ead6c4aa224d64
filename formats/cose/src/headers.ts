import { type CborKey, type CborMap, type CborValue, CborWriter, decode, encode, Tagged } from '@tegata/cbor';
import { CoseError } from './error.ts';

/** Header labels (RFC 9052 §3.1, RFC 9360). */
export const HEADER = { alg: 1, crit: 2, contentType: 3, kid: 4, x5chain: 33 } as const;

/** A COSE_Sign1 or COSE_Mac0, taken apart. */
export interface CoseMessage {
  /** The protected header as received: this is what the signature covers. */
  readonly protectedBytes: Uint8Array;
  readonly protectedHeaders: CborMap;
  readonly unprotectedHeaders: CborMap;
  /** Null when the payload is detached. */
  readonly payload: Uint8Array | null;
  /** The signature (r ‖ s) or the authentication tag. */
  readonly signature: Uint8Array;
}

/** Whether a message was taken apart already. */
export function isMessage(value: CoseMessage | CborValue): value is CoseMessage {
  return typeof value === 'object' && value !== null && 'protectedHeaders' in value;
}

/** How a message that carries its CBOR tag is taken. mdoc messages carry none (ISO/IEC 18013-5 §9.1.2.4). */
export type TagRule = 'refuse' | 'allow' | 'require';

/**
 * Takes a COSE_Sign1 (tag 18) or COSE_Mac0 (tag 17) apart.
 * @throws {CoseError} `structure`, `tagged`, `header-twice`, `critical-header`, `kid-form`
 */
export function parseMessage(value: CborValue, tag: 17 | 18, rule: TagRule): CoseMessage {
  let array = value;
  if (value instanceof Tagged) {
    if (value.tag !== tag)
      throw new CoseError('structure', 'The tag is not that of the message.', { tag: String(value.tag) });
    if (rule === 'refuse')
      throw new CoseError('tagged', 'The message carries a CBOR tag; this profile has none.', { tag });
    array = value.value;
  } else if (rule === 'require') {
    throw new CoseError('structure', 'The message must carry its CBOR tag.', { tag });
  }
  if (!Array.isArray(array) || array.length !== 4) {
    throw new CoseError('structure', 'The message is not an array of four items.');
  }
  const [protectedBytes, unprotectedHeaders, payload, signature] = array as CborValue[];
  if (
    !(protectedBytes instanceof Uint8Array) ||
    !(unprotectedHeaders instanceof Map) ||
    !(payload instanceof Uint8Array || payload === null) ||
    !(signature instanceof Uint8Array)
  ) {
    throw new CoseError('structure', 'The items of the message have the wrong types.');
  }
  const protectedHeaders = parseProtected(protectedBytes);
  checkHeaders(protectedHeaders, unprotectedHeaders);
  return { protectedBytes, protectedHeaders, unprotectedHeaders, payload, signature };
}

function parseProtected(bytes: Uint8Array): CborMap {
  if (bytes.length === 0) return new Map();
  let headers: CborValue;
  try {
    headers = decode(bytes);
  } catch {
    throw new CoseError('structure', 'The protected header is not well-formed CBOR.');
  }
  if (!(headers instanceof Map)) throw new CoseError('structure', 'The protected header is not a map.');
  return headers;
}

function checkHeaders(protectedHeaders: CborMap, unprotectedHeaders: CborMap): void {
  for (const label of protectedHeaders.keys()) {
    if (unprotectedHeaders.has(label)) {
      throw new CoseError('header-twice', 'A label stands in both headers.', { label: String(label) });
    }
  }
  if (protectedHeaders.has(HEADER.crit) || unprotectedHeaders.has(HEADER.crit)) {
    // No extension is implemented whose label would have to be listed here, so there is none that is understood.
    throw new CoseError('critical-header', 'The message names headers that must be understood.');
  }
  const kid = protectedHeaders.get(HEADER.kid) ?? unprotectedHeaders.get(HEADER.kid);
  const hasKid = protectedHeaders.has(HEADER.kid) || unprotectedHeaders.has(HEADER.kid);
  if (hasKid && !(kid instanceof Uint8Array)) throw new CoseError('kid-form', 'A key identifier is a byte string.');
}

/**
 * The algorithm number, from the protected header only: an unprotected one could be exchanged by anybody.
 * @throws {CoseError} `alg-missing`, `alg-unprotected`, `alg-refused` (an algorithm by name)
 */
export function algOf(message: Pick<CoseMessage, 'protectedHeaders' | 'unprotectedHeaders'>): number {
  const alg = message.protectedHeaders.get(HEADER.alg);
  if (typeof alg === 'number') return alg;
  if (alg !== undefined) throw new CoseError('alg-refused', 'The algorithm is not given by its number.');
  if (message.unprotectedHeaders.has(HEADER.alg)) {
    throw new CoseError('alg-unprotected', 'The algorithm stands in the unprotected header.');
  }
  throw new CoseError('alg-missing', 'The protected header names no algorithm.');
}

/** The protected header with its algorithm, encoded. @throws {CoseError} `alg-key-mismatch` when another alg was given */
export function protectedHeader(alg: number, more: CborMap = new Map<CborKey, CborValue>()): Uint8Array {
  const given = more.get(HEADER.alg);
  if (given !== undefined && given !== alg) {
    throw new CoseError('alg-key-mismatch', 'The given algorithm is not that of the key.', { alg });
  }
  return encode(new Map([...more, [HEADER.alg, alg]]));
}

/** What a signature or an authentication tag covers. */
export type ToBeSigned = 'Signature1' | 'MAC0';

/**
 * The bytes that are signed or authenticated: Sig_structure or MAC_structure (RFC 9052 §§4.4, 6.3).
 * @example toBeSigned('Signature1', protectedBytes, payload)
 */
export function toBeSigned(
  context: ToBeSigned,
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  externalAad?: Uint8Array,
): Uint8Array {
  const writer = new CborWriter(protectedBytes.length + (externalAad?.length ?? 0) + payload.length + 40);
  writeToBeSigned(writer, context, protectedBytes, payload, externalAad);
  // Nothing else is in the buffer, so that it need not be copied.
  return writer.buffer.subarray(0, writer.length);
}

const slab = new CborWriter(4 * 1024);

/** Lends the same bytes to somebody who is done with them when he returns. They hold digests and keys, nothing that would have to be wiped. */
export function withToBeSigned<T>(
  context: ToBeSigned,
  message: CoseMessage,
  payload: Uint8Array,
  externalAad: Uint8Array | undefined,
  use: (bytes: Uint8Array) => T,
): T {
  slab.length = 0;
  writeToBeSigned(slab, context, message.protectedBytes, payload, externalAad);
  return use(slab.buffer.subarray(0, slab.length));
}

const NOTHING: Uint8Array = new Uint8Array(0);

function writeToBeSigned(
  writer: CborWriter,
  context: ToBeSigned,
  protectedBytes: Uint8Array,
  payload: Uint8Array,
  externalAad = NOTHING,
): void {
  // An empty map counts as no bytes at all (RFC 9052 §3).
  const empty = protectedBytes.length === 1 && protectedBytes[0] === 0xa0;
  writer.head(0x80, 4);
  writer.text(context);
  writer.bytes(empty ? NOTHING : protectedBytes);
  writer.bytes(externalAad);
  writer.bytes(payload);
}

/**
 * The payload that is to be checked: the caller's own where it is detached, never both.
 * @throws {CoseError} `payload-missing`, `payload-attached`
 */
export function payloadOf(message: CoseMessage, detached: Uint8Array | undefined): Uint8Array {
  if (message.payload !== null) {
    if (detached) throw new CoseError('payload-attached', 'The payload must be detached, but the message carries one.');
    return message.payload;
  }
  if (!detached) throw new CoseError('payload-missing', 'The message carries no payload.');
  return detached;
}
