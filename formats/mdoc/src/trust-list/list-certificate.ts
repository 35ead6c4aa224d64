import { createHash } from 'node:crypto';
import type { CborValue } from '@tegata/cbor';
import { type Certificate, parseCertificate, parseForeignRoot, sameBytes, X509Error } from '@tegata/x509';
import type { Shape } from '../shape.ts';

/** `interop` reads what real lists hold, and notes where they depart from the standard. */
export type ListMode = 'strict' | 'interop';

/** SHA-1 of the key bits (RFC 5280 §4.2.1.2, method 1): computed here, since lists carry wrong ones. */
export function keyIdentifierOf(certificate: Certificate): Uint8Array {
  return new Uint8Array(createHash('sha1').update(certificate.spki.key.bytes).digest());
}

/** A certificate of a list, and how its entry departs from it. */
export interface ListedCertificate {
  readonly certificate: Certificate;
  readonly ski: Uint8Array;
  readonly deviations: readonly string[];
}

/**
 * Reads `certificate` of an entry and holds `serialNumber` and `ski` against it.
 * @returns the reason in place of the certificate when it cannot be read
 * @throws {MdocError} `trust-list` when a member is missing or of another type
 */
export function readListedCertificate(entry: Shape, mode: ListMode): ListedCertificate | string {
  const bytes = entry.get('certificate').bytes();
  const ski = entry.get('ski').bytes();
  const serial = entry.get('serialNumber').raw();
  let certificate: Certificate;
  try {
    certificate = mode === 'interop' ? parseForeignRoot(bytes) : parseCertificate(bytes);
  } catch (error) {
    if (error instanceof X509Error) return error.code;
    throw error;
  }
  const computed = keyIdentifierOf(certificate);
  const deviations: string[] = [];
  if (!sameBytes(ski, computed)) {
    // One provider writes the extension's OCTET STRING, head included, and some keys carry an identifier of their own making.
    const wrapped = ski.length === 24 && sameBytes(ski.subarray(4), computed);
    const ownWords = certificate.ski !== undefined && sameBytes(ski, certificate.ski);
    deviations.push(wrapped ? 'ski-wrapped' : ownWords ? 'ski-method' : 'ski-mismatch');
  }
  if (typeof serial !== 'bigint') deviations.push('serial-number-form');
  if (serialOf(serial) !== serialOf(BigInt(`0x${certificate.serialHex}`))) deviations.push('serial-number-mismatch');
  return { certificate, ski: computed, deviations };
}

const serialOf = (value: CborValue) =>
  typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
