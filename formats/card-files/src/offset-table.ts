import { encodeTlv } from '@tegata/apdu';

/** The offset table of a file `FFxx { table, objects }`: where each object begins, u16 from the start of the file. */
export function offsetTable(tag: number, objects: readonly Uint8Array[]): Uint8Array {
  const table = new Uint8Array(objects.length * 2);
  const tableLength = encodeTlv(tag, table).length;
  const content = objects.reduce((sum, object) => sum + object.length, tableLength);
  // The template's header is its two tag bytes and one or three length bytes.
  let at = (content < 0x80 ? 3 : 5) + tableLength;
  objects.forEach((object, i) => {
    table[2 * i] = at >> 8;
    table[2 * i + 1] = at & 255;
    at += object.length;
  });
  return encodeTlv(tag, table);
}
