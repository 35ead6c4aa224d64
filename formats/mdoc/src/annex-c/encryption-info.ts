import type { KeyObject } from 'node:crypto';
import { encode } from '@tegata/cbor';
import { CoseError, decodeCoseKey, encodeCoseKey } from '@tegata/cose';
import { MdocError } from '../error.ts';
import { decodeFor, Shape } from '../shape.ts';
import { fromBase64url, toBase64url } from './base64url.ts';

/** To whom a response is encrypted (ISO/IEC 18013-7 Annex C). */
export interface EncryptionInfo {
  /** As sent: the transcript is over this text, never over a new encoding. */
  readonly text: string;
  readonly nonce: Uint8Array;
  /** On P-256. */
  readonly recipientPublicKey: KeyObject;
}

const MIN_NONCE_BYTES = 16;

/**
 * Encodes `["dcapi", {nonce, recipientPublicKey}]` as base64url text. Both are fresh for each request.
 * @param options.nonce 16 bytes at least
 * @throws {MdocError} `dcapi-request` when the nonce is shorter or the key is not on P-256
 */
export function buildEncryptionInfo(options: { nonce: Uint8Array; recipientPublicKey: KeyObject }): string {
  const { nonce, recipientPublicKey } = options;
  check(nonce, recipientPublicKey);
  const map = { nonce, recipientPublicKey: encodeCoseKey(recipientPublicKey) };
  return toBase64url(encode(['dcapi', map], { mapOrder: 'given' }));
}

function check(nonce: Uint8Array, recipientPublicKey: KeyObject): void {
  if (nonce.length < MIN_NONCE_BYTES) {
    throw new MdocError('dcapi-request', 'The nonce has 16 bytes at least.', { rule: 'nonce-length' });
  }
  if (recipientPublicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new MdocError('dcapi-request', 'The key of the recipient is on P-256.', { rule: 'key-curve' });
  }
}

/** Reads EncryptionInfo from its text, the point of the key validated. @throws {MdocError} `dcapi-request` */
export function parseEncryptionInfo(text: unknown): EncryptionInfo {
  const bytes = fromBase64url(text, 'dcapi-request', 'encryptionInfo');
  const shape = new Shape('dcapi-request', 'encryptionInfo', decodeFor('dcapi-request', 'encryptionInfo', bytes));
  const [label, members, more] = shape.array();
  if (label?.raw() !== 'dcapi' || !members || more) return shape.fail('member-type', '["dcapi", map] is expected');
  const nonce = members.get('nonce').bytes();
  const recipientPublicKey = keyOf(members.get('recipientPublicKey'));
  check(nonce, recipientPublicKey);
  return { text: text as string, nonce, recipientPublicKey };
}

function keyOf(shape: Shape): KeyObject {
  try {
    return decodeCoseKey(shape.raw());
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('dcapi-request', `The key of the recipient: ${error.message}`, { rule: error.code }, error);
  }
}
