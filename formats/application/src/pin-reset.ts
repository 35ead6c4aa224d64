/**
 * New PINs for the phone's certificates: the card's holder signs a wish (CMS SignedData), and who is convinced by it answers with
 * a permission that the phone can check. `application.cddl` has the form.
 * @module
 */
import { createHmac } from 'node:crypto';
import { CborError, type CborValue, decode, encode } from '@tegata/cbor';
import { ApplicationError } from './error.ts';

/** eContentType of a signed wish for new PINs. */
export const PIN_RESET_CONTENT_TYPE = '2.999.8.5.9.2';

/** The wish. */
export interface PinResetWish {
  readonly version: 1;
  /** The SMP's session and challenge, as in an application. */
  readonly session: string;
  /** 32 bytes */
  readonly challenge: Uint8Array;
  /** The application that brought the certificates to the phone. */
  readonly reference: string;
  /** 32 bytes of the phone's own. */
  readonly nonce: Uint8Array;
}

const MEMBERS = ['version', 'session', 'challenge', 'reference', 'nonce'];
const MAX_BYTES = 512;

/**
 * Writes a wish in deterministic CBOR.
 * @throws {ApplicationError} `pin-reset-malformed`
 */
export function encodePinReset({ version, session, challenge, reference, nonce }: PinResetWish): Uint8Array {
  const content = encode({ version, session, challenge, reference, nonce });
  decodePinReset(content);
  return content;
}

/**
 * Reads a wish: exactly its members, deterministic bytes.
 * @throws {ApplicationError} `pin-reset-malformed`
 */
export function decodePinReset(bytes: Uint8Array): PinResetWish {
  const malformed = () => new ApplicationError('pin-reset-malformed', 'This is not a wish for new PINs of version 1.');
  let item: CborValue;
  try {
    item = decode(bytes, { maxBytes: MAX_BYTES, maxDepth: 2, maxItems: 16 });
  } catch (error) {
    if (error instanceof CborError) throw malformed();
    throw error;
  }
  if (!(item instanceof Map) || item.size !== MEMBERS.length || item.get('version') !== 1) throw malformed();
  const [session, challenge, reference, nonce] = MEMBERS.slice(1).map((member) => item.get(member));
  const octets = (value: CborValue): value is Uint8Array => value instanceof Uint8Array && value.length === 32;
  const sound =
    typeof session === 'string' &&
    /^[A-Za-z0-9_-]{16,64}$/.test(session) &&
    typeof reference === 'string' &&
    /^[\w-]{4,40}$/.test(reference) &&
    octets(challenge) &&
    octets(nonce);
  if (!sound || Buffer.compare(encode(item), bytes) !== 0) throw malformed();
  return { version: 1, session, challenge, reference, nonce };
}

/**
 * The permission to set new PINs: HMAC-SHA-256 over the phone's nonce with the secret that came to the phone with its certificates.
 * @param resetKey 32 bytes
 * @returns 32 bytes
 */
export function pinResetPermission(resetKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', resetKey).update('tegata pin reset 1\n').update(nonce).digest());
}
