import { createHash } from 'node:crypto';
import { type CborValue, encode } from '@tegata/cbor';
import { MdocError } from '../error.ts';

/** The transcript of a presentation without engagement: `[null, null, handover]`, bare. */
export function onlineTranscript(handover: CborValue): Uint8Array {
  return encode([null, null, handover]);
}

/** SHA-256 of an encoded value. */
export function hashOf(value: CborValue): Uint8Array {
  return new Uint8Array(createHash('sha256').update(encode(value)).digest());
}

/**
 * Refuses an origin that is not in its serialised form: `https://shop.example`, without path, slash at the end, or `origin:` before it.
 * Origins of apps (`android:apk-key-hash:…`) are taken as they are.
 * @throws {MdocError} `transcript`
 */
export function checkOrigin(origin: string): void {
  const wrong = (why: string): never => {
    throw new MdocError('transcript', `The origin is not in its serialised form: ${why}.`, { rule: 'origin-form' });
  };
  if (origin.startsWith('origin:')) wrong('it has a prefix that belongs to other formats');
  if (!/^https?:/i.test(origin)) {
    if (origin === '' || origin.endsWith('/')) wrong('it is empty or ends with a slash');
    return;
  }
  const parsed = URL.canParse(origin) ? new URL(origin).origin : undefined;
  if (parsed !== origin) wrong('scheme, host and port alone, in lower case, without the default port');
}

/** The thumbprint is the raw SHA-256 of RFC 7638, or null where the response is not encrypted. @throws {MdocError} `transcript` */
export function checkThumbprint(thumbprint: Uint8Array | null): void {
  if (thumbprint !== null && thumbprint.length !== 32) {
    throw new MdocError('transcript', 'The thumbprint of the encryption key has 32 bytes: not its base64url text.', {
      rule: 'thumbprint-form',
    });
  }
}
