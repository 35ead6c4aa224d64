import { type CborValue, encode } from '@tegata/cbor';
import { ALG, HEADER, protectedHeader, x5chainHeader } from '@tegata/cose';
import { immediately, type Signer } from '@tegata/keys';
import { parseCertificate, X509Error } from '@tegata/x509';
import { MdocError } from './error.ts';

/** Signature algorithms of document signers. */
export type IssuerAlgorithm = 'ES256' | 'ES384';

/** A document signer with what is the same in each of its signatures. */
export interface DocumentSigner {
  readonly signer: Signer;
  /** Signs at once, where the key lies in memory. */
  readonly signNow: ((data: Uint8Array) => Uint8Array) | undefined;
  readonly alg: IssuerAlgorithm;
  /** Bytes of r, and of s. */
  readonly size: 32 | 48;
  /** The protected header, encoded. */
  readonly protectedBytes: Uint8Array;
  /** The unprotected header with the certificates, encoded. */
  readonly unprotectedBytes: Uint8Array;
}

interface Known extends DocumentSigner {
  /** Copies: a caller who changes its bytes has another chain. */
  readonly chain: readonly Uint8Array[];
}

const known = new WeakMap<Signer, Known>();

/**
 * Makes sure, once for each signer and chain, that the certificate is that of the signer's key: a document signed with another one would be
 * refused everywhere.
 * @throws {MdocError} `certificate` when it cannot be read, or the key signs with RSA; `signature-does-not-fit` when it is of another key
 */
export function documentSigner(signer: Signer, chain: readonly Uint8Array[]): DocumentSigner {
  const found = known.get(signer);
  if (found && sameChain(found.chain, chain)) return found;
  const { algorithm: alg, publicKey } = signer;
  if (alg === 'RS256') throw new MdocError('certificate', 'Document signers have EC keys.');
  if (!certificateKey(chain).equals(publicKey)) {
    const rule = 'key-mismatch';
    throw new MdocError('signature-does-not-fit', 'The certificate is of another key than the signer’s.', { rule });
  }
  const made = {
    signer,
    signNow: immediately(signer),
    alg,
    size: alg === 'ES256' ? 32 : 48,
    protectedBytes: protectedHeader(ALG[alg]),
    unprotectedBytes: encode(new Map<number, CborValue>([[HEADER.x5chain, x5chainHeader(chain)]])),
    chain: chain.map((certificate) => Uint8Array.from(certificate)),
  } as const;
  known.set(signer, made);
  return made;
}

/** The key of the document signer's certificate. @throws {MdocError} `certificate` */
export function certificateKey(chain: readonly Uint8Array[]) {
  try {
    return parseCertificate(chain[0] ?? new Uint8Array(0)).publicKey;
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    const rule = error.code;
    throw new MdocError('certificate', 'The document signer’s certificate cannot be read.', { rule }, error);
  }
}

function sameChain(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  if (one.length !== other.length) return false;
  return one.every((certificate, index) => Buffer.compare(certificate, other[index] as Uint8Array) === 0);
}
