import { MdocError } from '../error.ts';
import { onlineTranscript } from './online.ts';

/** What the handover of a request from an app on an iPhone is made of. */
export interface AppleInAppParameters {
  /** At most 64 bytes. */
  readonly nonce: Uint8Array;
  readonly merchantId: string;
  readonly teamId: string;
  /** SHA-256 of the recipient's public key as an uncompressed point. */
  readonly recipientKeyHash: Uint8Array;
}

const MAX_NONCE_BYTES = 64;

/**
 * SessionTranscript of in-app "Verify with Wallet" (Apple PassKit); it is also the `info` of HPKE.
 * @returns the bare transcript
 * @throws {MdocError} `transcript` when the nonce is longer than 64 bytes or the hash is not one
 */
export function sessionTranscriptAppleInApp(parameters: AppleInAppParameters): Uint8Array {
  const { nonce, merchantId, teamId, recipientKeyHash } = parameters;
  if (nonce.length === 0 || nonce.length > MAX_NONCE_BYTES) {
    throw new MdocError('transcript', 'The nonce has 1 to 64 bytes.', { rule: 'nonce-length' });
  }
  if (recipientKeyHash.length !== 32) {
    throw new MdocError('transcript', 'The hash of the recipient’s key has 32 bytes.', { rule: 'key-hash-form' });
  }
  return onlineTranscript(['AppleIdentityPresentment_1.0', nonce, merchantId, teamId, recipientKeyHash]);
}
