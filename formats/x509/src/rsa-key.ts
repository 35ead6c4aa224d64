import { DerError, DerReader } from '@tegata/der';

/** What of an RSAPublicKey (RFC 8017 §A.1.1) matters before it is used. */
export interface RsaKeyFacts {
  /** Length of the modulus in bits. */
  readonly bits: number;
  /** The public exponent; infinite where it takes more than 32 bits. */
  readonly exponent: number;
}

/** Larger keys are nobody's here, and a stranger's certificate could keep a verifier busy with one. */
const MAX_BITS = 8192;
const MAX_EXPONENT = 0xffff_ffff;

/** Reads it; undefined for what is no key. The details that node:crypto gives take fifteen times as long. */
export function rsaKeyFacts(key: Uint8Array): RsaKeyFacts | undefined {
  try {
    const reader = DerReader.over(key);
    const inner = reader.sequence();
    reader.end();
    const modulus = inner.integerBytes();
    const exponent = inner.integerBytes();
    inner.end();
    if ((modulus[0] as number) >= 0x80 || (exponent[0] as number) >= 0x80) return undefined;
    // A positive INTEGER whose highest bit is set has one octet 00 in front.
    const lead = modulus[0] === 0 && modulus.length > 1 ? 1 : 0;
    const bits = 8 * (modulus.length - lead) - (Math.clz32(modulus[lead] as number) - 24);
    let value = 0;
    for (const octet of exponent.subarray(0, 7)) value = value * 256 + octet;
    return { bits, exponent: exponent.length > 5 ? Number.POSITIVE_INFINITY : value };
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Whether verifying with the key takes no more than it should. */
export function isReasonable({ bits, exponent }: RsaKeyFacts): boolean {
  return bits <= MAX_BITS && exponent <= MAX_EXPONENT;
}
