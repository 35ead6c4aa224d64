import { type KeyObject, verify } from 'node:crypto';
import type { CborMap, CborValue } from '@tegata/cbor';
import type { Signer } from '@tegata/keys';
import { algorithmFor, algorithmOfSigner, DEFAULT_ALGORITHMS } from './algorithm.ts';
import { derFromRaw, rawFromDer } from './ecdsa.ts';
import { CoseError } from './error.ts';
import {
  algOf,
  type CoseMessage,
  parseMessage,
  payloadOf,
  protectedHeader,
  type TagRule,
  toBeSigned,
} from './headers.ts';

/** What is signed, and how it is carried. */
export interface Sign1Options {
  readonly signer: Signer;
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
  const der = await signer.sign(toBeSigned('Signature1', protectedBytes, payload, options.externalAad));
  return sign1From({
    protectedBytes,
    unprotectedHeaders: options.unprotectedHeaders,
    payload: options.detached ? null : payload,
    signature: rawFromDer(der, algorithm.size),
  });
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
  /** The message, decoded. */
  readonly sign1: CborValue;
  readonly publicKey: KeyObject;
  /** The payload, where it is detached. */
  readonly detachedPayload?: Uint8Array;
  /** Algorithm numbers; default: ECDSA over P-256, P-384 and P-521. */
  readonly allowedAlgorithms?: readonly number[];
  readonly externalAad?: Uint8Array;
  /** Default: a tagged message is refused, as mdoc wants it. */
  readonly tag?: TagRule;
}

/**
 * Verifies a COSE_Sign1; returns only if it is valid. The algorithm is read from the protected header alone and bound to the curve.
 * @throws {CoseError} with what is wrong: `signature-invalid`, `signature-form`, `alg-…`, `payload-…`, `structure` …
 * @example verifySign1({ sign1: decode(bytes), publicKey })
 */
export function verifySign1(options: VerifySign1Options): CoseMessage {
  const message = parseSign1(options.sign1, options.tag);
  const algorithm = algorithmFor(algOf(message), options.publicKey, options.allowedAlgorithms ?? DEFAULT_ALGORITHMS);
  const { signature } = message;
  if (signature.length !== 2 * algorithm.size) {
    throw new CoseError('signature-form', 'The signature is not r ‖ s in the length of the algorithm.', {
      length: signature.length,
    });
  }
  const payload = payloadOf(message, options.detachedPayload);
  const data = toBeSigned('Signature1', message.protectedBytes, payload, options.externalAad);
  // DER is what OpenSSL works on: converting here is cheaper than asking it to convert.
  if (!verify(algorithm.hash, data, options.publicKey, derFromRaw(signature))) {
    throw new CoseError('signature-invalid', 'The signature does not fit the content and the key.');
  }
  return message;
}
