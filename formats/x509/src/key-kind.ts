import { der } from '@tegata/der';
import type { Certificate } from './certificate.ts';
import { oid } from './oids.ts';

const curves: ReadonlyMap<string, readonly [name: string, octets: number]> = new Map([
  [oid.prime256v1, ['P-256', 32]],
  [oid.secp384r1, ['P-384', 48]],
  [oid.secp521r1, ['P-521', 66]],
  [oid.brainpoolP256r1, ['brainpoolP256r1', 32]],
  [oid.brainpoolP320r1, ['brainpoolP320r1', 40]],
  [oid.brainpoolP384r1, ['brainpoolP384r1', 48]],
  [oid.brainpoolP512r1, ['brainpoolP512r1', 64]],
]);

/**
 * The kind of a certificate's key: `RSA-2048`, `P-256`, `brainpoolP384r1` …, or undefined for a key that no profile takes:
 * an RSA exponent other than 65537, a curve without a name, a compressed or invalid point, odd parameters.
 */
export function keyKind(certificate: Certificate): string | undefined {
  const { algorithm, key } = certificate.spki;
  const details = () => {
    try {
      return certificate.publicKey.asymmetricKeyDetails;
    } catch {
      return undefined;
    }
  };
  if (algorithm.oid === oid.rsaEncryption) {
    const rsa = details();
    const parameters = algorithm.parameters;
    const sound = parameters?.length === 2 && parameters[0] === 0x05;
    return sound && rsa?.publicExponent === 65537n ? `RSA-${rsa.modulusLength}` : undefined;
  }
  if (algorithm.oid !== oid.ecPublicKey) return undefined;
  const parameters = algorithm.parameters;
  if (parameters?.[0] !== 0x06) return undefined;
  const curve = namedCurve(parameters);
  const uncompressed = curve && key.bytes.length === 1 + 2 * curve[1] && key.bytes[0] === 0x04;
  return uncompressed && details() ? curve[0] : undefined;
}

function namedCurve(parameters: Uint8Array): readonly [string, number] | undefined {
  for (const [dotted, curve] of curves) {
    if (Buffer.from(der.oid(dotted)).equals(parameters)) return curve;
  }
  return undefined;
}
