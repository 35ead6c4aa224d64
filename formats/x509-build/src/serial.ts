import type { Random } from '@tegata/random';

/** A random positive serial number of exactly so many octets: JPKI has 4, ISO/IEC 18013-5 wants at least 63 random bits. */
export function randomSerial(random: Random, octets: number): Uint8Array {
  for (;;) {
    const serial = random.bytes(octets).slice();
    serial[0] = (serial[0] as number) & 0x7f;
    // A leading zero would be cut off by DER and make the number shorter than the pattern says.
    if (serial[0] !== 0) return serial;
  }
}
