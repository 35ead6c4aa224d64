import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { CborError, decodeMapSpans, encode, Raw } from '@tegata/cbor';
import { HpkeError, open, seal, serializePublicKey } from '@tegata/hpke';
import type { Random } from '@tegata/random';
import { MdocError } from '../error.ts';
import { decodeFor, Shape } from '../shape.ts';
import { sessionTranscriptAppleInApp } from '../transcript/apple-in-app.ts';

const ALGORITHM = 'APPLE-HPKE-v1';
const BASE_MODE = 0;

/** The app that asks, as registered, and the nonce of its request (at most 64 bytes). */
export interface AppleRequest {
  readonly nonce: Uint8Array;
  readonly merchantId: string;
  readonly teamId: string;
}

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** SHA-256 of a key as an uncompressed point. */
function keyHash(key: KeyObject): Uint8Array {
  return sha256(serializePublicKey(key));
}

/**
 * Encrypts a DeviceResponse as an iPhone does for in-app "Verify with Wallet": for test wallets.
 * @throws {MdocError} `transcript`; HpkeError when the key is not on P-256
 */
export function sealAppleEnvelope(
  options: AppleRequest & { deviceResponse: Uint8Array; recipientPublicKey: KeyObject; random: Random },
): Uint8Array {
  const { recipientPublicKey, random } = options;
  const recipientKeyHash = keyHash(recipientPublicKey);
  const info = sessionTranscriptAppleInApp({ ...options, recipientKeyHash });
  const plaintext = encode({ identity: new Raw(options.deviceResponse) });
  const { enc, ciphertext } = seal({ recipientKey: recipientPublicKey, plaintext, info, random });
  const params = { mode: BASE_MODE, pkEm: enc, pkRHash: recipientKeyHash, infoHash: sha256(info) };
  return encode({ algorithm: ALGORITHM, params, data: ciphertext }, { mapOrder: 'given' });
}

/**
 * Opens the HPKE envelope of an iPhone's in-app presentation. Both hashes are checked before anything is decrypted, so that the error says
 * which of key and request does not fit.
 * @param options.recipientKey the private key whose certificate the app registered
 * @returns the DeviceResponse in the bytes in which it came, and the transcript with which it is to be verified
 * @throws {MdocError} `apple-envelope` with the rule `key-hash`, `info-hash`, `algorithm`, `open-failed` …; `transcript`
 * @example const { deviceResponse, sessionTranscript } = openAppleEnvelope({ envelope, recipientKey, nonce, merchantId, teamId });
 */
export function openAppleEnvelope(options: AppleRequest & { envelope: Uint8Array; recipientKey: KeyObject }): {
  deviceResponse: Uint8Array;
  sessionTranscript: Uint8Array;
} {
  const fail = (rule: string, why: string): never => {
    throw new MdocError('apple-envelope', why, { rule });
  };
  const value = decodeFor('apple-envelope', 'envelope', options.envelope);
  const shape = new Shape('apple-envelope', 'envelope', value);
  const params = shape.get('params');
  if (shape.get('algorithm').text() !== ALGORITHM) fail('algorithm', 'The envelope is of another algorithm.');
  if (params.get('mode').unsigned() !== BASE_MODE) fail('mode', 'The envelope is of another mode of HPKE.');
  const recipientKeyHash = keyHash(createPublicKey(options.recipientKey));
  if (!same(params.get('pkRHash').bytes(), recipientKeyHash)) {
    fail('key-hash', 'The envelope is for another key than this one.');
  }
  const sessionTranscript = sessionTranscriptAppleInApp({ ...options, recipientKeyHash });
  if (!same(params.get('infoHash').bytes(), sha256(sessionTranscript))) {
    fail('info-hash', 'The envelope answers another request: nonce, merchant or team differ.');
  }
  const [enc, ciphertext] = [params.get('pkEm').bytes(), shape.get('data').bytes()];
  try {
    const plaintext = open({ enc, ciphertext, recipientKey: options.recipientKey, info: sessionTranscript });
    const identity = decodeMapSpans(plaintext).get('identity');
    if (!identity) return fail('member-missing', 'The envelope holds no identity.');
    return { deviceResponse: identity.bytes, sessionTranscript };
  } catch (error) {
    if (!(error instanceof HpkeError || error instanceof CborError)) throw error;
    throw new MdocError('apple-envelope', `The envelope: ${error.message}`, { rule: error.code }, error);
  }
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
