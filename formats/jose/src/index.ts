/**
 * JOSE as the phone and the wallet provider speak it: ES256 tokens, DPoP proofs over the body, key attestations, compact JWE.
 * @module
 */

export {
  DPOP_WINDOW_SECONDS,
  type DpopSender,
  dpopProof,
  jtiMemory,
  type ProvenRequest,
  verifyDpop,
} from './dpop.ts';
export { JoseError, type JoseErrorCode } from './error.ts';
export { fromBase64url, type JsonObject, parseJsonObject, toBase64url } from './json.ts';
export { decrypt, encryptTo, MAX_JWE_PLAINTEXT, type OpenedJwe, parseJweHeader } from './jwe.ts';
export { jwkThumbprint, type P256Jwk, p256Jwk, p256PublicKey, parseP256Jwk } from './jwk.ts';
export { parseJwt, signJwt, type UnverifiedJwt, verifyJwt } from './jws.ts';
export {
  KEY_ATTESTATION_TYPE,
  type KeyAttestation,
  type KeyAttestationOptions,
  type KeyAttestationReport,
  MAX_ATTESTED_KEYS,
  type Resistance,
  signKeyAttestation,
  type VerifyKeyAttestationOptions,
  verifyKeyAttestation,
} from './key-attestation.ts';
export { keyProof, verifyKeyProof } from './key-proof.ts';
