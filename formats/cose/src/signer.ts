import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { ALG, algorithmFor, type SignatureAlgorithmName } from './algorithm.ts';

/**
 * Something that signs: hashes as its algorithm says, and gives ECDSA signatures as DER, Ed25519 ones as they are. Every EC `Signer` of
 * `@tegata/keys` is one.
 */
export interface CoseSigner {
  readonly algorithm: string;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/**
 * A signer over a private key in memory, for any algorithm that COSE messages carry here.
 * @throws {CoseError} `alg-key-mismatch` when the algorithm belongs to another curve
 * @example sign1({ signer: coseSigner(privateKey, 'ES512'), payload })
 */
export function coseSigner(privateKey: KeyObject, name: SignatureAlgorithmName): CoseSigner & { publicKey: KeyObject } {
  const publicKey = createPublicKey(privateKey);
  const { hash } = algorithmFor(ALG[name], publicKey);
  return {
    algorithm: name,
    publicKey,
    sign: async (data) => new Uint8Array(sign(hash, data, privateKey)),
  };
}
