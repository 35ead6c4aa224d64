import { type CborValue, DateTime, diagnostic, type Encodable, Float, FullDate } from '@tegata/cbor';

/** An element as JSON. */
export type JsonValue = string | number | boolean;

/**
 * An element's value for JSON: text, numbers and booleans as they are, byte strings as base64url, dates (tags 0 and 1004) as their text,
 * anything else in diagnostic notation. An integer that JSON readers would round is in diagnostic notation too.
 * @example jsonValue(new FullDate('2000-03-31')) // '2000-03-31'
 */
export function jsonValue(value: CborValue): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (value instanceof Float && Number.isFinite(value.value)) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (value instanceof DateTime || value instanceof FullDate) return value.text;
  return notation(value);
}

/** Bytes go through an array: the printer takes bare bytes for encoded ones. */
function notation(value: CborValue): string {
  return diagnostic([value] as Encodable).slice(1, -1);
}

/** Values by namespace and element. The names come from a message: none of them may reach a prototype. */
export function jsonElements(
  elements: ReadonlyMap<string, ReadonlyMap<string, CborValue>>,
): Record<string, Record<string, JsonValue>> {
  return Object.fromEntries(
    [...elements].map(([namespace, values]) => [
      namespace,
      Object.fromEntries([...values].map(([element, value]) => [element, jsonValue(value)])),
    ]),
  );
}
