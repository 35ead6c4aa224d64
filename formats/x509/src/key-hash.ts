import { hash } from 'node:crypto';
import type { Certificate } from './certificate.ts';

const known = new WeakMap<Certificate, Uint8Array>();

/** SHA-1 of the key bits (RFC 5280 §4.2.1.2, method 1), by which certificates and OCSP messages name a key. */
export function keyHash(certificate: Certificate): Uint8Array {
  const before = known.get(certificate);
  if (before) return before;
  const made = new Uint8Array(hash('sha1', certificate.spki.key.bytes, 'buffer'));
  known.set(certificate, made);
  return made;
}
