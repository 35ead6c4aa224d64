import { der } from '@tegata/der';
import type { Certificate } from './certificate.ts';
import { sameBytes } from './name.ts';
import { oid } from './oids.ts';
import { rsaKeyFacts } from './rsa-key.ts';

const curves = (
  [
    [oid.prime256v1, 'P-256', 32],
    [oid.secp384r1, 'P-384', 48],
    [oid.secp521r1, 'P-521', 66],
    [oid.brainpoolP256r1, 'brainpoolP256r1', 32],
    [oid.brainpoolP320r1, 'brainpoolP320r1', 40],
    [oid.brainpoolP384r1, 'brainpoolP384r1', 48],
    [oid.brainpoolP512r1, 'brainpoolP512r1', 64],
  ] as const
).map(([id, name, octets]) => ({ parameters: der.oid(id), name, octets }));

/**
 * The kind of a certificate's key: `RSA-2048`, `P-256`, `brainpoolP384r1`, `Ed25519` …, or undefined for a key that no profile
 * takes: an RSA exponent other than 65537, a curve without a name, a compressed or invalid point, odd parameters.
 */
export function keyKind(certificate: Certificate): string | undefined {
  const { algorithm, key } = certificate.spki;
  const { parameters } = algorithm;
  switch (algorithm.oid) {
    case oid.rsaEncryption: {
      const isNull = parameters?.length === 2 && parameters[0] === 0x05;
      const rsa = isNull ? rsaKeyFacts(key.bytes) : undefined;
      // Such a key is always one that can be imported: whoever verifies with it pays for that.
      return rsa?.exponent === 65537 ? `RSA-${rsa.bits}` : undefined;
    }
    case oid.ecPublicKey: {
      const curve = parameters && curves.find((known) => sameBytes(known.parameters, parameters));
      const uncompressed = curve && key.bytes.length === 1 + 2 * curve.octets && key.bytes[0] === 0x04;
      return uncompressed && isImported(certificate) ? curve.name : undefined;
    }
    case oid.ed25519:
    case oid.ed448: {
      const [name, octets] = algorithm.oid === oid.ed25519 ? (['Ed25519', 32] as const) : (['Ed448', 57] as const);
      const sound = parameters === undefined && key.bytes.length === octets;
      return sound && isImported(certificate) ? name : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether node:crypto takes the key: it does not, for example, for a point that is not on the curve. */
function isImported(certificate: Certificate): boolean {
  try {
    return certificate.publicKey !== undefined;
  } catch {
    return false;
  }
}
