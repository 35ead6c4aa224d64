/**
 * Keys that sign by name. Callers hold a `Signer`, never a private key, so that a software key and an HSM are alike to them.
 * @module
 */
export { KeysError, type KeysErrorCode } from './error.ts';
export { type Signer, type SigningAlgorithm } from './signer.ts';
export { softwareSigner, generateSoftwareKey, type KeyAlgorithm } from './software.ts';
export { openKeyFile, memoryKeys, type KeyStore } from './key-store.ts';
