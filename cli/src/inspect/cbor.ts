import {
  CborError,
  type CborKey,
  type CborValue,
  decode,
  diagnostic,
  Encoded,
  encode,
  Raw,
  Tagged,
} from '@tegata/cbor';
import { isSecretName, MASKED, maskBareNumbers, maskBytes, maskBytesInPlace, maskText, maskWhole } from './mask.ts';
import type { Section, View } from './section.ts';

/** Byte strings longer than this are cut while masking is on: signatures and digests fit, certificates and photos do not. */
const MAX_STRING_BYTES = 64;
const MAX_EMBEDDED = 8;

/** The item, or `undefined` when the bytes are not exactly one valid item. */
export function tryCbor(bytes: Uint8Array): { value: CborValue } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

/**
 * Diagnostic notation (RFC 8949 §8), pretty printed; secrets masked and long byte strings cut unless `view.unmask`.
 * @throws {CborError} when the bytes are not one valid item
 */
export function notation(bytes: Uint8Array, view: View): string {
  if (view.unmask) return diagnostic(bytes, { pretty: true });
  const secrets = new Set<string>();
  const options = {
    pretty: true,
    maxStringBytes: MAX_STRING_BYTES,
    mask: (text: string) => (secrets.has(text) ? MASKED : maskText(text)),
  };
  // Byte strings are views, so that masking them changes the copy from which the notation is then printed as it was received.
  const copy = Uint8Array.from(bytes);
  const value = decode(copy);
  hide(value, secrets, 0);
  // Strings in chunks are no views, and a number may be split between two: what is printed then is a new encoding of the masked value.
  const chunked = /\(_ |'_|"_/.test(diagnostic(bytes));
  return maskBareNumbers(diagnostic(chunked ? encode(masked(value, 0)) : copy, options));
}

/** A section with the notation of the whole item. */
export function notationSection(bytes: Uint8Array, view: View, title = 'CBOR diagnostic notation'): Section {
  return { title, text: notation(bytes, view), clause: 'RFC 8949 §8' };
}

function hide(value: CborValue, secrets: Set<string>, embedded: number): void {
  if (value instanceof Uint8Array) maskBytesInPlace(value);
  else if (value instanceof Encoded) {
    const inner = embedded < MAX_EMBEDDED ? tryCbor(value.content) : undefined;
    if (inner) hide(inner.value, secrets, embedded + 1);
    else maskBytesInPlace(value.content);
  } else if (value instanceof Tagged) hide(value.value, secrets, embedded);
  else if (value instanceof Map) hideMap(value, secrets, embedded);
  else if (Array.isArray(value)) for (const item of value) hide(item, secrets, embedded);
}

function hideMap(map: ReadonlyMap<CborKey, CborValue>, secrets: Set<string>, embedded: number): void {
  const identifier = map.get('elementIdentifier');
  for (const [key, item] of map) {
    const named = key === 'elementValue' && typeof identifier === 'string' ? identifier : key;
    if (typeof named === 'string' && isSecretName(named)) {
      if (typeof item === 'string') secrets.add(item);
      else if (item instanceof Uint8Array) item.fill(0x2a);
    }
    hide(item, secrets, embedded);
  }
}

/** A decoded value as bytes again: what tag 24 embeds stays as it was received. */
export function reencoded(value: CborValue): Uint8Array {
  return encode(
    rewritten(
      value,
      (leaf) => leaf,
      (embedded) => embedded,
    ),
  );
}

// Shortest form, definite lengths: where strings came in chunks, nothing of the chunks is kept.
const masked = (value: CborValue, embedded: number): CborValue =>
  rewritten(
    value,
    (leaf) => (typeof leaf === 'string' ? maskText(leaf) : maskBytes(leaf)),
    (received) => {
      const inner = embedded < MAX_EMBEDDED ? tryCbor(received.content) : undefined;
      return inner ? Encoded.of(masked(inner.value, embedded + 1)) : new Tagged(24, maskWhole(received.content));
    },
  );

function rewritten(
  value: CborValue,
  leaf: (value: string | Uint8Array) => CborValue,
  embedded: (value: Encoded) => CborValue,
): CborValue {
  const again = (one: CborValue) => rewritten(one, leaf, embedded);
  // A map may hold `undefined` on the wire, though none is ever written by intent.
  if (value === undefined) return new Raw(Uint8Array.of(0xf7));
  if (typeof value === 'string' || value instanceof Uint8Array) return leaf(value);
  if (value instanceof Encoded) return embedded(value);
  if (value instanceof Tagged) return new Tagged(value.tag, again(value.value));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, again(item)]));
  return Array.isArray(value) ? value.map(again) : value;
}
