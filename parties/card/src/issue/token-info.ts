/**
 * JPKI-AP EF 0006, the token information: CK_TOKEN_INFO of PKCS#11 with 32-bit big-endian integers, 160 bytes (card.md §6.2).
 * @param serialNumber 16 digits
 */
export function writeTokenInfo(serialNumber: string): Uint8Array {
  const out = Buffer.alloc(160, 0x20);
  out.write('JPKIAPICCTOKEN2', 0, 'latin1');
  out.write('1'.padStart(32, '0'), 32, 'latin1');
  out.write('E16R01NJ', 64, 'latin1');
  out.write(serialNumber, 80, 16, 'latin1');
  // RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED; sessions; PIN lengths; memory sizes.
  const numbers = [0x40d, 1, 0, 1, 0, 16, 6, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff];
  for (const [i, number] of numbers.entries()) out.writeUInt32BE(number, 96 + 4 * i);
  out.write('0301', 140, 'latin1');
  out.write('9'.repeat(16), 144, 'latin1');
  return new Uint8Array(out);
}
