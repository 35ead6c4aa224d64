import { outOfRange } from './error.ts';

/**
 * A key id of the card hierarchy, 16 bytes: 7 digits ‖ `08 05` ‖ 3 digits ‖ 4 bytes (card.md §9).
 * @throws {CardFilesError} `value-out-of-range`
 * @example
 * keyId('9000023', '001'); // 39 30 30 30 30 32 33 08 05 30 30 31 00 00 00 00
 */
export function keyId(authority: string, group: string, last = new Uint8Array(4)): Uint8Array {
  if (!/^[0-9]{7}$/.test(authority) || !/^[0-9]{3}$/.test(group) || last.length !== 4) {
    throw outOfRange('key id', '7 digits, 3 digits and 4 bytes');
  }
  return new Uint8Array(
    Buffer.concat([Buffer.from(authority, 'latin1'), Uint8Array.of(0x08, 0x05), Buffer.from(group, 'latin1'), last]),
  );
}

/** A key id for people, e.g. `9000023/001`; hexadecimal when it has another form. */
export function formatKeyId(id: Uint8Array): string {
  const text = Buffer.from(id).toString('latin1');
  const authority = text.slice(0, 7);
  const group = text.slice(9, 12);
  const known = id.length === 16 && id[7] === 0x08 && id[8] === 0x05 && /^[0-9]{10}$/.test(authority + group);
  return known ? `${authority}/${group}` : Buffer.from(id).toString('hex');
}

/** The municipality (5 digits) with which the key id of a municipality's issuer key begins, e.g. `13221` of `1322121/000`. */
export function municipalityOf(id: Uint8Array): string | undefined {
  return /^([0-9]{5})[0-9]{2}\//.exec(formatKeyId(id))?.[1];
}

/** The key ids of our own card authorities: leading digit 9, group 001. */
export const TEST_TEXT_AUTHORITY = keyId('9000033', '001');
/** See {@link TEST_TEXT_AUTHORITY}; this one certifies the issuer keys of the surface AP. */
export const TEST_SURFACE_AUTHORITY = keyId('9000023', '001');
/** See {@link TEST_TEXT_AUTHORITY}; this one is the root of the certificates among the data objects of the card level. */
export const TEST_CARD_AUTHORITY = keyId('9000020', '001', Uint8Array.of(0, 0, 0, 0xa8));
