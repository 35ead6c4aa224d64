/**
 * Identifier octets (X.690 §8.1.2) as one number: below tag number 31 the octet itself; above, the leading octet
 * plus 256 times the tag number, so that `[702]` constructed is `0xbf + 702 * 256`.
 */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** `[n]` with a primitive content (IMPLICIT over a primitive type). */
  primitive: (n: number): number => (n < 31 ? 0x80 | n : 0x9f + n * 256),
  /** `[n]` with a constructed content (EXPLICIT, or IMPLICIT over SEQUENCE and SET). */
  constructed: (n: number): number => (n < 31 ? 0xa0 | n : 0xbf + n * 256),
} as const;

/** Whether the content of this tag consists of elements. */
export function isConstructed(value: number): boolean {
  return (value & 0x20) !== 0;
}
