import { createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { KeysError } from './error.ts';
import type { Signer, SigningAlgorithm } from './signer.ts';

const generate = promisify(generateKeyPair);

/** The kinds of key that we make. */
export type KeyAlgorithm = 'P-256' | 'P-384' | 'RSA-2048';

/** Makes a fresh private key in memory. */
export async function generateSoftwareKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  const pair =
    algorithm === 'RSA-2048'
      ? await generate('rsa', { modulusLength: 2048, publicExponent: 65537 })
      : await generate('ec', { namedCurve: algorithm });
  return pair.privateKey;
}

function algorithmOf(key: KeyObject): SigningAlgorithm {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  if (curve === 'prime256v1') return 'ES256';
  if (curve === 'secp384r1') return 'ES384';
  throw new KeysError('key-unsupported', 'Only P-256, P-384 and RSA keys sign here.', { curve: String(curve) });
}

/** By the very object: a signer that somebody made out of one of these, to count or to limit what it signs, is not in here. */
const inMemory = new WeakMap<Signer, (data: Uint8Array) => Uint8Array>();

/**
 * What a signer does, at once, where its key lies in memory; undefined for any other. Whoever signs by the thousand saves a copy of the data and
 * a turn of the event loop for each signature.
 */
export function immediately(signer: Signer): ((data: Uint8Array) => Uint8Array) | undefined {
  return inMemory.get(signer);
}

/**
 * A signer over a private key in memory.
 * @throws {KeysError} `key-unsupported`
 */
export function softwareSigner(privateKey: KeyObject): Signer {
  const algorithm = algorithmOf(privateKey);
  const hash = algorithm === 'ES384' ? 'sha384' : 'sha256';
  // ECDSA is asked for as DER: Node 24 is twice as slow when asked for r‖s.
  const signNow = (data: Uint8Array): Uint8Array => sign(hash, data, privateKey);
  const signer: Signer = {
    algorithm,
    publicKey: createPublicKey(privateKey),
    sign: async (data) => new Uint8Array(signNow(data)),
  };
  inMemory.set(signer, signNow);
  return signer;
}
