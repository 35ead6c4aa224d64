import type { CborValue } from '@tegata/cbor';
import { CoseError } from './error.ts';
import { type CoseMessage, HEADER, isMessage } from './headers.ts';
import { parseSign1 } from './sign1.ts';

/**
 * The certificates of a message, signer first (DER; RFC 9360): a bare byte string for one, an array for more. They are claims of
 * the sender: trust comes from the reader's own list only.
 * @throws {CoseError} `x5chain-missing`, `x5chain-form` (empty, too many, not byte strings)
 */
export function x5chain(message: CoseMessage | CborValue): Uint8Array[] {
  const { protectedHeaders, unprotectedHeaders } = isMessage(message) ? message : parseSign1(message, 'allow');
  const value = unprotectedHeaders.get(HEADER.x5chain) ?? protectedHeaders.get(HEADER.x5chain);
  if (value === undefined) throw new CoseError('x5chain-missing', 'The message carries no certificate of its signer.');
  const chain = value instanceof Uint8Array ? [value] : value;
  if (!Array.isArray(chain) || chain.length === 0 || chain.length > 8) {
    throw new CoseError('x5chain-form', 'The chain is neither one certificate nor an array of two to eight.');
  }
  for (const certificate of chain) {
    if (!(certificate instanceof Uint8Array) || certificate.length === 0) {
      throw new CoseError('x5chain-form', 'A certificate of the chain is not a byte string, or is empty.');
    }
  }
  return chain as Uint8Array[];
}

/** Certificates as the value of the header `x5chain`. @throws {CoseError} `x5chain-form` when there is none */
export function x5chainHeader(certificates: readonly Uint8Array[]): CborValue {
  const [first, second] = certificates;
  if (!first) throw new CoseError('x5chain-form', 'A chain has one certificate at least.');
  return second ? [...certificates] : first;
}
