/**
 * The cryptography that some libraries ask their user for, from node:crypto alone: none of our code takes part in their verdict.
 * Paths are their user's, too: what is done here is what their documentation shows, to a trusted root by names and signatures, each certificate
 * valid at the time.
 * @module
 */
import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';

/** A key as JWK, as far as it is used here. */
export interface PeerJwk {
  readonly crv?: string | undefined;
  readonly d?: string | undefined;
}

const HASHES: Record<string, string | null> = { 'P-384': 'sha384', 'P-521': 'sha512', Ed25519: null };
const hashOf = ({ crv = '' }: PeerJwk) => (crv in HASHES ? (HASHES[crv] as string | null) : 'sha256');
const CURVES: Record<number, string> = { 32: 'prime256v1', 48: 'secp384r1', 66: 'secp521r1' };

/** Random octets. Four of them are a digestID: the second edition keeps these below 2^31. */
export function peerRandom(length: number): Uint8Array {
  const bytes = randomBytes(length);
  if (length === 4) bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes;
}

/** A digest by its name in an MSO, e.g. `SHA-256`. */
export function peerDigest(input: { digestAlgorithm: string; bytes: Uint8Array }): Uint8Array {
  return createHash(input.digestAlgorithm.replace('-', '').toLowerCase()).update(input.bytes).digest();
}

/** Signs with a private key, by the hash of its curve. */
export function peerSign(data: Uint8Array, jwk: PeerJwk): Uint8Array {
  const key = createPrivateKey({ key: { ...jwk } as Record<string, string> & { d: string }, format: 'jwk' });
  return sign(hashOf(jwk), data, { key, dsaEncoding: 'ieee-p1363' });
}

/** Verifies with a public key, by the hash of its curve. */
export function peerVerify(data: Uint8Array, signature: Uint8Array, jwk: PeerJwk): boolean {
  const { d: _, ...parts } = jwk;
  const key = createPublicKey({ key: parts as Record<string, string>, format: 'jwk' });
  return verify(hashOf(jwk), data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** EMacKey of ISO/IEC 18013-5 §9.1.3.5, from a scalar and a point as bare octets. */
export function peerMacKey(input: {
  privateKey: Uint8Array;
  publicKey: Uint8Array;
  sessionTranscriptBytes: Uint8Array;
}): Buffer {
  const ecdh = createECDH(CURVES[input.privateKey.length] ?? 'none');
  ecdh.setPrivateKey(input.privateKey);
  const salt = createHash('sha256').update(input.sessionTranscriptBytes).digest();
  return Buffer.from(hkdfSync('sha256', ecdh.computeSecret(input.publicKey), salt, 'EMacKey', 32));
}

/** HMAC 256/256. */
export function peerMac(data: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** The public key of a certificate as JWK. */
export function certificateJwk(certificate: Uint8Array) {
  return new X509Certificate(certificate).publicKey.export({ format: 'jwk' }) as Record<string, string>;
}

/** Throws where no path leads from the chain to one of the trusted roots, or a certificate on it is not valid at that time. */
export function mustHavePath(chain: readonly Uint8Array[], trusted: readonly Uint8Array[], at: Date): void {
  const certificates = chain.map((der) => new X509Certificate(der));
  const last = certificates.at(-1) as X509Certificate;
  const root = trusted
    .map((der) => new X509Certificate(der))
    .find((one) => last.checkIssued(one) && last.verify(one.publicKey));
  if (!root) throw new Error('no path');
  const path = [...certificates, root];
  for (const [index, one] of certificates.entries()) {
    const above = path[index + 1] as X509Certificate;
    if (!one.checkIssued(above) || !one.verify(above.publicKey)) throw new Error('no path');
  }
  if (path.some((one) => one.validFromDate > at || one.validToDate < at)) throw new Error('out of date');
}

/** One field of the issuer's name, e.g. `C`. */
export function fieldOf(parsed: X509Certificate, field: string): string[] {
  const lines = parsed.issuer.split('\n').filter((line) => line.startsWith(`${field}=`));
  return lines.map((line) => line.slice(field.length + 1));
}

/** What these libraries ask about a certificate. */
export function dataOf(parsed: X509Certificate) {
  return {
    issuerName: parsed.issuer,
    subjectName: parsed.subject,
    serialNumber: parsed.serialNumber,
    thumbprint: parsed.fingerprint,
    notBefore: parsed.validFromDate,
    notAfter: parsed.validToDate,
    pem: parsed.toString(),
  };
}

/** Both, as they ask for it. */
export const peerX509 = {
  getIssuerNameField: (input: { certificate: Uint8Array; field: string }) =>
    fieldOf(new X509Certificate(input.certificate), input.field),
  getCertificateData: (input: { certificate: Uint8Array }) => dataOf(new X509Certificate(input.certificate)),
};
