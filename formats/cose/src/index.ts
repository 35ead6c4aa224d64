/**
 * COSE (RFC 9052, 9053, 9360) as far as identity documents use it: one signer or one MAC, public keys, certificate chains.
 * @module
 */
export {
  ALG,
  algorithmFor,
  algorithmOfSigner,
  DEFAULT_ALGORITHMS,
  type SignatureAlgorithm,
  type SignatureAlgorithmName,
} from './algorithm.ts';
export {
  type CoseKey,
  coseKeyFromJwk,
  coseKeyToJwk,
  decodeCoseKey,
  encodeCoseKey,
  type PublicJwk,
  parseCoseKey,
  writeCoseKey,
} from './cose-key.ts';
export { derFromRaw, putRawFromDer, rawFromDer } from './ecdsa.ts';
export { CoseError, type CoseErrorCode } from './error.ts';
export { algOf, type CoseMessage, HEADER, protectedHeader, type TagRule, toBeSigned } from './headers.ts';
export { mac0, verifyMac0 } from './mac0.ts';
export { parseSign1, type Sign1Options, sign1, sign1From, type VerifySign1Options, verifySign1 } from './sign1.ts';
export { type CoseSigner, coseSigner } from './signer.ts';
export { x5chain, x5chainHeader } from './x5chain.ts';
