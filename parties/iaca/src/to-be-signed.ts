import { Encoded } from '@tegata/cbor';
import { ALG, protectedHeader, toBeSigned as sigStructure } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import type { IssuerAlgorithm } from '@tegata/mdoc';
import { IacaError } from './error.ts';

/** What a document signer's key signs over a stored MSO. */
export interface ToBeSigned {
  readonly alg: IssuerAlgorithm;
  /** The payload: the MSO inside tag 24. */
  readonly payload: Uint8Array;
  /** The Sig_structure (RFC 9052 §4.4). */
  readonly bytes: Uint8Array;
}

/**
 * The bytes to be signed, from the stored MSO alone, so that lint, signature and comparison all start from the same row.
 * @throws {IacaError} `config-invalid` when the signer's key is not an EC key
 */
export function toBeSigned(mso: Uint8Array, signer: Signer): ToBeSigned {
  const alg = signer.algorithm;
  if (alg === 'RS256') throw new IacaError('config-invalid', 'Document signers have EC keys.');
  const { bytes: payload } = Encoded.wrap(mso);
  return { alg, payload, bytes: sigStructure('Signature1', protectedHeader(ALG[alg]), payload) };
}
