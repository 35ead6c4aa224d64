/**
 * Keys that sign by name. Callers hold a `Signer`, never a private key, so that a software key and an HSM are alike to them.
 * @module
 */
export { KeysError, type KeysErrorCode } from './error.ts';
export { type KeyStore, memoryKeys, openKeyFile } from './key-store.ts';
export type { Signer, SigningAlgorithm } from './signer.ts';
export { generateSoftwareKey, immediately, type KeyAlgorithm, softwareSigner } from './software.ts';
