import { type CborKey, type CborValue, encode, Raw } from '@tegata/cbor';

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** How heads are written: `long` takes two bytes more than needed, `open` leaves the length out. */
export type HeadForm = 'shortest' | 'long' | 'open';

/** A head of major type 0 to 7. */
export function head(major: number, argument: number, form: HeadForm = 'shortest'): Uint8Array {
  if (form === 'open') return Uint8Array.of((major << 5) | 31);
  if (form === 'long') return Uint8Array.of((major << 5) | 25, argument >> 8, argument & 0xff);
  const [first, ...rest] = encode(argument);
  return Uint8Array.of((major << 5) | ((first as number) & 0x1f), ...rest);
}

const BREAK = Uint8Array.of(0xff);

/** A map of these entries in this order, whether or not a key occurs twice. */
export function rawMap(entries: Iterable<readonly [CborKey | Raw, CborValue]>, form: HeadForm = 'shortest'): Raw {
  const parts = [...entries].map(([key, value]) =>
    join(key instanceof Raw ? key.bytes : encode(key), encode(value, { mapOrder: 'given' })),
  );
  return new Raw(join(head(5, parts.length, form), ...parts, ...(form === 'open' ? [BREAK] : [])));
}

/** An array of these items. */
export function rawArray(items: readonly CborValue[], form: HeadForm = 'shortest'): Raw {
  const parts = items.map((item) => encode(item, { mapOrder: 'given' }));
  return new Raw(join(head(4, items.length, form), ...parts, ...(form === 'open' ? [BREAK] : [])));
}

/** A byte string (2) or text (3), its content as it is. `open`: two chunks. */
export function rawString(major: 2 | 3, content: Uint8Array, form: HeadForm = 'shortest'): Raw {
  if (form !== 'open') return new Raw(join(head(major, content.length, form), content));
  const half = content.length >> 1;
  const chunks = [content.subarray(0, half), content.subarray(half)];
  return new Raw(join(head(major, 0, 'open'), ...chunks.flatMap((chunk) => [head(major, chunk.length), chunk]), BREAK));
}

/** Text with a head of another form. */
export const rawText = (text: string, form: HeadForm): Raw => rawString(3, new TextEncoder().encode(text), form);

/** Tag 24 around a byte string whose heads have this form. */
export function rawEmbedded(content: Uint8Array, form: HeadForm): Raw {
  return new Raw(join(head(6, 24, form === 'long' ? 'long' : 'shortest'), rawString(2, content, form).bytes));
}

/** Bytes given in hexadecimal, spaces allowed. */
export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Joins bytes. */
export const joined = join;
