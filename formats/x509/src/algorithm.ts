import { type KeyObject, verify } from 'node:crypto';
import { type DerReader, tag } from '@tegata/der';
import { oid } from './oids.ts';
import { isReasonable } from './rsa-key.ts';

/** AlgorithmIdentifier: `raw` is its whole DER, `parameters` that of its parameters. */
export interface AlgorithmIdentifier {
  readonly oid: string;
  readonly parameters?: Uint8Array;
  readonly raw: Uint8Array;
}

/** Reads an AlgorithmIdentifier. @throws {DerError} */
export function readAlgorithm(reader: DerReader): AlgorithmIdentifier {
  const sequence = reader.expect(tag.sequence);
  const inner = reader.into(sequence);
  const id = inner.oid();
  const parameters = inner.done ? undefined : inner.element().raw;
  inner.end();
  return { oid: id, parameters, raw: sequence.raw };
}

interface SignatureKind {
  readonly hash: 'sha256' | 'sha384' | 'sha512' | null;
  readonly key: 'rsa' | 'ec' | 'ed25519' | 'ed448';
}

const kinds: ReadonlyMap<string, SignatureKind> = new Map([
  [oid.sha256WithRSAEncryption, { hash: 'sha256', key: 'rsa' }],
  [oid.sha384WithRSAEncryption, { hash: 'sha384', key: 'rsa' }],
  [oid.sha512WithRSAEncryption, { hash: 'sha512', key: 'rsa' }],
  [oid.ecdsaWithSHA256, { hash: 'sha256', key: 'ec' }],
  [oid.ecdsaWithSHA384, { hash: 'sha384', key: 'ec' }],
  [oid.ecdsaWithSHA512, { hash: 'sha512', key: 'ec' }],
  [oid.ed25519, { hash: null, key: 'ed25519' }],
  [oid.ed448, { hash: null, key: 'ed448' }],
]);

function isNull(parameters: Uint8Array | undefined): boolean {
  return parameters?.length === 2 && parameters[0] === tag.null && parameters[1] === 0;
}

/** What a signature algorithm consists of, or undefined for one that is not accepted (SHA-1, MD5, PSS, odd parameters). */
export function signatureKind(algorithm: AlgorithmIdentifier): SignatureKind | undefined {
  const kind = kinds.get(algorithm.oid);
  if (!kind) return undefined;
  // RFC 4055 §5: NULL with RSA; RFC 5758 §3.2 and RFC 8410 §3: absent with the others.
  const sound = kind.key === 'rsa' ? isNull(algorithm.parameters) : algorithm.parameters === undefined;
  return sound ? kind : undefined;
}

// Keys whose size was seen where they came from: to ask node:crypto costs half as much as the verification.
const reasonable = Symbol('reasonable');
type NotedKey = KeyObject & { [reasonable]?: boolean };

/** Notes that an RSA key is none that would keep a verifier busy. */
export function noteReasonable(publicKey: KeyObject): void {
  (publicKey as NotedKey)[reasonable] = true;
}

function isKnownReasonable(publicKey: NotedKey): boolean {
  if (publicKey[reasonable] !== undefined) return publicKey[reasonable];
  const { modulusLength = 0, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
  publicKey[reasonable] = isReasonable({ bits: modulusLength, exponent: Number(publicExponent) });
  return publicKey[reasonable];
}

/**
 * Whether the signature over the data is of that key under that algorithm. The key must be of the algorithm's kind;
 * RSA is RSASSA-PKCS1-v1_5 checked over the whole block by the library, with keys of up to 8192 bits.
 */
export function signatureFits(
  algorithm: AlgorithmIdentifier,
  publicKey: KeyObject,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const kind = signatureKind(algorithm);
  if (!kind || publicKey.asymmetricKeyType !== kind.key) return false;
  if (kind.key === 'rsa' && !isKnownReasonable(publicKey)) return false;
  try {
    return verify(kind.hash, data, publicKey, signature);
  } catch {
    return false;
  }
}
