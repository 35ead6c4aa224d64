import { type CborKey, type CborMap, type CborValue, DateTime, Encoded, FullDate } from '@tegata/cbor';
import { notation, reencoded } from './cbor.ts';
import { isSecretName, MASKED, maskText } from './mask.ts';
import { hexValue } from './octets.ts';
import type { View } from './section.ts';

/** The map, or an empty one. */
export const mapOf = (value: CborValue): CborMap => (value instanceof Map ? value : new Map<CborKey, CborValue>());

/** The list, or an empty one. */
export const listOf = (value: CborValue): readonly CborValue[] => (Array.isArray(value) ? value : []);

/** What tag 24 embeds, decoded; any other value as it is. */
export function opened(value: CborValue): CborValue {
  if (!(value instanceof Encoded)) return value;
  try {
    return value.decode();
  } catch {
    return undefined;
  }
}

/** A value in one line of a table. `name` is that of the element, and decides whether it is secret. */
export function valueText(value: CborValue, view: View, name = ''): string {
  if (!view.unmask && isSecretName(name)) return MASKED;
  if (typeof value === 'string') return view.unmask ? value : maskText(value);
  if (value instanceof DateTime || value instanceof FullDate) return value.text;
  if (value instanceof Uint8Array) return `${imageKind(value)}${hexValue(value, view, 16)}`;
  return notation(reencoded(value), view);
}

const starts = (bytes: Uint8Array, ...first: number[]) => first.every((byte, at) => bytes[at] === byte);

/** Names the image that bytes are, by their first bytes. */
export function imageKind(bytes: Uint8Array): string {
  if (starts(bytes, 0xff, 0xd8, 0xff)) return 'JPEG, ';
  if (starts(bytes, 0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20)) return 'JPEG 2000 (JP2), ';
  if (starts(bytes, 0xff, 0x4f, 0xff, 0x51)) return 'JPEG 2000 codestream, ';
  return starts(bytes, 0x89, 0x50, 0x4e, 0x47) ? 'PNG, ' : '';
}
