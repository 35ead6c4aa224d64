import { createPublicKey, type KeyObject } from 'node:crypto';
import { DerError, DerReader, der, tag } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import { type Name, readAlgorithm, readName, signatureFits } from '@tegata/x509';
import { X509BuildError } from './error.ts';
import { type NameParts, nameDer } from './name.ts';
import { signatureAlgorithmDer } from './signature-algorithm.ts';

/** A certification request (PKCS#10, RFC 2986) whose signature was checked with the key that it asks a certificate for. */
export interface Csr {
  /** What the requester calls itself; a CA takes the name from its own records instead. */
  readonly subject: Name;
  readonly publicKey: KeyObject;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

const limits = { maxBytes: 8 * 1024, maxDepth: 16, maxElements: 500 } as const;

/**
 * Makes a certification request (RFC 2986) of version 1 without attributes, signed with the key that it is for.
 * @param input.subject default empty: JPKI writes the name itself
 * @returns DER
 * @example
 * const csr = await buildCsr({ signer: secureElement.signer('sign') });
 */
export async function buildCsr(input: { readonly signer: Signer; readonly subject?: NameParts }): Promise<Uint8Array> {
  const { signer } = input;
  const info = der.sequence(
    der.integer(0),
    nameDer(input.subject ?? []),
    new Uint8Array(signer.publicKey.export({ type: 'spki', format: 'der' })),
    der.implicit(0, der.setOf()),
  );
  return der.sequence(info, signatureAlgorithmDer(signer), der.bitString(await signer.sign(info)));
}

/**
 * Reads a certification request and checks its proof of possession: the signature over the request, by the very key in it.
 * @param bytes DER, at most 8 KiB
 * @throws {X509BuildError} `csr-malformed`, `csr-signature`
 */
export function readCsr(bytes: Uint8Array): Csr {
  try {
    return readStrict(bytes);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw malformed(`is not the DER of one: ${error.message}`);
  }
}

function malformed(what: string): X509BuildError {
  return new X509BuildError('csr-malformed', `The certification request ${what} Make it anew (PKCS#10, RFC 2986).`);
}

function readStrict(bytes: Uint8Array): Csr {
  const reader = DerReader.over(bytes, limits);
  const outer = reader.sequence();
  reader.end();
  const signed = outer.expect(tag.sequence);
  const algorithm = readAlgorithm(outer);
  const signature = outer.bitString();
  outer.end();
  const info = outer.into(signed);
  if (info.smallInteger() !== 0) throw malformed('has a version other than 1.');
  const subject = readName(info);
  const spki = info.expect(tag.sequence).raw;
  // Attributes ask for extensions; JPKI decides about those itself, so they are read for their form only.
  info.setOf(tag.constructed(0));
  info.end();
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw malformed('holds no public key that is known here.');
  }
  if (signature.unusedBits !== 0 || !signatureFits(algorithm, publicKey, signed.raw, signature.bytes)) {
    throw new X509BuildError(
      'csr-signature',
      'The certification request is not signed with the key that it is for. Sign it with that key.',
    );
  }
  return { subject, publicKey, spki };
}
