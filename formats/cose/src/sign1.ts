import { type KeyObject, verify } from 'node:crypto';
import type { CborMap, CborValue } from '@tegata/cbor';
import { algorithmFor, algorithmOfSigner, DEFAULT_ALGORITHMS, type SignatureAlgorithm } from './algorithm.ts';
import { type CoseKey, importKey, lentSpki } from './cose-key.ts';
import { lentDer, rawFromDer } from './ecdsa.ts';
import { CoseError } from './error.ts';
import {
  algOf,
  type CoseMessage,
  isMessage,
  parseMessage,
  payloadOf,
  protectedHeader,
  type TagRule,
  toBeSigned,
  withToBeSigned,
} from './headers.ts';
import type { CoseSigner } from './signer.ts';

/** What is signed, and how it is carried. */
export interface Sign1Options {
  readonly signer: CoseSigner;
  readonly payload: Uint8Array;
  /** The payload is signed but not carried. */
  readonly detached?: boolean;
  /** More protected headers; `alg` is set from the signer. */
  readonly protectedHeaders?: CborMap;
  readonly unprotectedHeaders?: CborMap;
  readonly externalAad?: Uint8Array;
}

/**
 * Makes a COSE_Sign1 (RFC 9052 §4.2), untagged: an array of four.
 * @throws {CoseError} `alg-refused`, `alg-key-mismatch`
 * @example encode(await sign1({ signer, payload }))
 */
export async function sign1(options: Sign1Options): Promise<CborValue> {
  const { signer, payload } = options;
  const algorithm = algorithmOfSigner(signer);
  const protectedBytes = protectedHeader(algorithm.alg, options.protectedHeaders);
  const made = await signer.sign(toBeSigned('Signature1', protectedBytes, payload, options.externalAad));
  return sign1From({
    protectedBytes,
    unprotectedHeaders: options.unprotectedHeaders,
    payload: options.detached ? null : payload,
    signature: rawSignature(made, algorithm),
  });
}

/** What a signer gave, in the form in which COSE carries it. @throws {CoseError} `signature-form` */
function rawSignature(signature: Uint8Array, { hash, signatureBytes }: SignatureAlgorithm): Uint8Array {
  if (hash !== null) return rawFromDer(signature, signatureBytes / 2);
  if (signature.length === signatureBytes) return signature;
  throw new CoseError('signature-form', 'The signer did not give a signature of this algorithm.');
}

/** Puts a COSE_Sign1 together around a signature made elsewhere, given as r ‖ s. */
export function sign1From(parts: {
  protectedBytes: Uint8Array;
  unprotectedHeaders?: CborMap | undefined;
  payload: Uint8Array | null;
  signature: Uint8Array;
}): CborValue {
  return [parts.protectedBytes, parts.unprotectedHeaders ?? new Map(), parts.payload, parts.signature];
}

/**
 * Takes a COSE_Sign1 apart without verifying it.
 * @throws {CoseError} `structure`, `tagged`, `header-twice`, `critical-header`, `kid-form`
 */
export function parseSign1(value: CborValue, tag: TagRule = 'refuse'): CoseMessage {
  return parseMessage(value, 18, tag);
}

/** What a signature is checked against. */
export interface VerifySign1Options {
  /** The message, decoded, or taken apart by `parseSign1` already. */
  readonly sign1: CborValue | CoseMessage;
  /**
   * A key object, or a key as `parseCoseKey` gives it: for a key that is met once that is cheaper, and its point is validated as well.
   */
  readonly publicKey: KeyObject | CoseKey;
  /** The payload, where it is detached. */
  readonly detachedPayload?: Uint8Array;
  /** Algorithm numbers; default: ECDSA over P-256, P-384 and P-521, and Ed25519. */
  readonly allowedAlgorithms?: readonly number[];
  readonly externalAad?: Uint8Array;
  /** Default: a tagged message is refused, as mdoc wants it. */
  readonly tag?: TagRule;
}

/**
 * Verifies a COSE_Sign1; returns only if it is valid. The algorithm is read from the protected header alone and bound to the curve.
 * @throws {CoseError} with what is wrong: `signature-invalid`, `signature-form`, `alg-…`, `payload-…`, `key-point`, `structure` …
 * @example verifySign1({ sign1: decode(bytes), publicKey })
 */
export function verifySign1(options: VerifySign1Options): CoseMessage {
  const message = isMessage(options.sign1) ? options.sign1 : parseSign1(options.sign1, options.tag);
  const algorithm = algorithmFor(algOf(message), options.publicKey, options.allowedAlgorithms ?? DEFAULT_ALGORITHMS);
  const { signature } = message;
  if (signature.length !== algorithm.signatureBytes) {
    throw new CoseError('signature-form', 'The signature does not have the length of the algorithm: r ‖ s, not DER.', {
      length: signature.length,
    });
  }
  const payload = payloadOf(message, options.detachedPayload);
  // DER is what OpenSSL works on: converting here is cheaper than asking it to convert.
  const form = algorithm.hash === null ? signature : lentDer(signature);
  const good = withToBeSigned('Signature1', message, payload, options.externalAad, (data) =>
    verifies(algorithm.hash, data, options.publicKey, form),
  );
  if (!good) throw new CoseError('signature-invalid', 'The signature does not fit the content and the key.');
  return message;
}

/** The form in which a key is handed over that is met once; one object for all, as the octets are lent too. */
const KEY_ONCE: { key: Buffer; format: 'der'; type: 'spki' } = { key: Buffer.alloc(0), format: 'der', type: 'spki' };

function verifies(hash: string | null, data: Uint8Array, key: KeyObject | CoseKey, signature: Uint8Array): boolean {
  if (!('kty' in key)) return verify(hash, data, key, signature);
  try {
    KEY_ONCE.key = lentSpki(key);
    return verify(hash, data, KEY_ONCE, signature);
  } catch (error) {
    // Only the key can make it throw: its import says what is wrong.
    importKey(key);
    throw error;
  }
}
