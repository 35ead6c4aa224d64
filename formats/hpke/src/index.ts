/**
 * Hybrid public key encryption (RFC 9180) as identity documents use it: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-GCM; all four
 * modes. Uses node:crypto alone.
 * @module
 */
export {
  type RecipientContext,
  type SenderContext,
  type SetupOptions,
  setupRecipient,
  setupSender,
} from './context.ts';
export { HpkeError, type HpkeErrorCode } from './error.ts';
export { deriveKeyPair, deserializePublicKey, type KeyPair, serializePublicKey } from './kem.ts';
export type { Aead, PresharedKey } from './key-schedule.ts';
export { open, type Sealed, seal } from './single-shot.ts';
