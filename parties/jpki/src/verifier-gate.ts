import { createHash } from 'node:crypto';
import { DerReader, tag } from '@tegata/der';
import { parseCertificate, readAlgorithm, signatureFits } from '@tegata/x509';

/** What the gate says of a request; `undefined`: it may pass. */
export type GateAnswer = 'sigRequired' | 'unauthorized' | undefined;

/**
 * The gate of the real service, where only enrolled verifiers (署名検証者, 利用者証明検証者) get an answer: the request must be signed
 * (RFC 6960 §4.1.1) by one of the certificates, which goes along as the first one. Off unless certificates are configured.
 * @param verifiers DER of the enrolled certificates
 * @returns a function over the DER of a request that was read already
 * @throws {X509Error} when an enrolled certificate cannot be read
 */
export function verifierGate(verifiers: readonly Uint8Array[]): (request: Uint8Array, at: Date) => GateAnswer {
  const enrolled = new Map(verifiers.map((der) => [digestOf(der), parseCertificate(der)]));
  return (request, at) => {
    const outer = DerReader.over(request, { maxBytes: 16 * 1024 }).sequence();
    const tbs = outer.expect(tag.sequence).raw;
    const explicit = outer.optionalInside(tag.constructed(0));
    if (!explicit) return 'sigRequired';
    const signature = explicit.sequence();
    const algorithm = readAlgorithm(signature);
    const bits = signature.bitString();
    const certificates = signature.optionalInside(tag.constructed(0))?.sequence();
    if (!certificates || certificates.done) return 'unauthorized';
    const verifier = enrolled.get(digestOf(certificates.expect(tag.sequence).raw));
    if (!verifier || at < verifier.notBefore || at > verifier.notAfter) return 'unauthorized';
    const fits = bits.unusedBits === 0 && signatureFits(algorithm, verifier.publicKey, tbs, bits.bytes);
    return fits ? undefined : 'unauthorized';
  };
}

const digestOf = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');
