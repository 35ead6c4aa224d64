import { createCipheriv, createDecipheriv, createHash, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { Encoded, encode } from '@tegata/cbor';
import { CoseError, decodeCoseKey, encodeCoseKey } from '@tegata/cose';
import { MdocError } from './error.ts';
import { sessionTranscriptBytes } from './session-transcript.ts';
import { decodeFor, Shape } from './shape.ts';

/** Status codes of SessionData (ISO/IEC 18013-5 §9.1.1.4, table 20). */
export const SESSION_STATUS = { encryptionError: 10, decodingError: 11, termination: 20 } as const;

/** Which end of the session this is. */
export type SessionRole = 'reader' | 'device';

/** An encrypted session: AES-256-GCM with one key and one counter per direction. */
export interface SessionEncryption {
  /** Encrypts the next message. @throws {MdocError} `session-ended` */
  encrypt(plaintext: Uint8Array): Uint8Array;
  /** Decrypts the next message; a failure ends the session. @throws {MdocError} `session-decryption`, `session-ended` */
  decrypt(data: Uint8Array): Uint8Array;
  /** Forgets the keys. Any retry needs a new engagement. */
  end(): void;
  /** Whether the keys are overwritten. */
  readonly wiped: boolean;
}

const IDENTIFIER = { reader: 0, device: 1 } as const;
const TAG_BYTES = 16;

/**
 * Derives the session keys (ISO/IEC 18013-5 §9.1.1.5) and keeps the counters, which start at 1.
 * @param privateKey the own ephemeral key
 * @param peerKey the other end's ephemeral public key, its point validated
 * @param transcript the bare SessionTranscript
 * @throws {MdocError} `session-key` when the keys are of different curves
 * @example const session = establishSession({ role: 'reader', privateKey, peerKey: engagement.eDeviceKey, transcript });
 */
export function establishSession(options: {
  role: SessionRole;
  privateKey: KeyObject;
  peerKey: KeyObject;
  transcript: Uint8Array;
}): SessionEncryption {
  const { role } = options;
  const keys = {
    reader: derivedKey(options.privateKey, options.peerKey, options.transcript, 'SKReader'),
    device: derivedKey(options.privateKey, options.peerKey, options.transcript, 'SKDevice'),
  };
  const other = role === 'reader' ? 'device' : 'reader';
  const counters = { reader: 1, device: 1 };
  let ended = false;

  const initialisationVector = (sender: SessionRole) => {
    const counter = counters[sender]++;
    // One more message would repeat a nonce, which breaks GCM.
    if (counter > 0xffff_ffff) end();
    if (ended) throw new MdocError('session-ended', 'The session has ended: start with a new engagement.');
    const iv = Buffer.alloc(12);
    iv.writeUInt32BE(IDENTIFIER[sender], 4);
    iv.writeUInt32BE(counter, 8);
    return iv;
  };
  const end = () => {
    ended = true;
    keys.reader.fill(0);
    keys.device.fill(0);
  };
  return {
    end,
    get wiped() {
      return [...keys.reader, ...keys.device].every((byte) => byte === 0);
    },
    encrypt(plaintext) {
      const cipher = createCipheriv('aes-256-gcm', keys[role], initialisationVector(role));
      return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
    },
    decrypt(data) {
      const iv = initialisationVector(other);
      try {
        if (data.length < TAG_BYTES) throw new Error('too short');
        const decipher = createDecipheriv('aes-256-gcm', keys[other], iv, { authTagLength: TAG_BYTES });
        decipher.setAuthTag(data.subarray(-TAG_BYTES));
        return new Uint8Array(Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]));
      } catch (error) {
        end();
        throw new MdocError('session-decryption', 'The message was not encrypted for this session.', {}, error);
      }
    },
  };
}

/**
 * One key of a session: HKDF-SHA-256 over the ECDH secret, salted by the transcript. `EMacKey` takes the phone's **static** device key
 * on one side and the reader's ephemeral key on the other.
 * @throws {MdocError} `session-key`
 */
export function derivedKey(
  privateKey: KeyObject,
  publicKey: KeyObject,
  transcript: Uint8Array,
  info: 'SKReader' | 'SKDevice' | 'EMacKey',
): Uint8Array {
  const salt = createHash('sha256').update(sessionTranscriptBytes(transcript)).digest();
  try {
    const secret = diffieHellman({ privateKey, publicKey });
    return new Uint8Array(hkdfSync('sha256', secret, salt, info, 32));
  } catch (error) {
    throw new MdocError('session-key', 'The two keys do not agree: they are of different curves.', {}, error);
  }
}

/** The first message of the reader. */
export interface SessionEstablishment {
  readonly eReaderKey: KeyObject;
  /** Tag 24 included, as received. */
  readonly eReaderKeyBytes: Encoded;
  readonly data: Uint8Array;
}

/** EReaderKeyBytes for a key: `#6.24(bstr .cbor COSE_Key)`. @throws {CoseError} `key-curve` */
export function eReaderKeyBytes(eReaderKey: KeyObject): Encoded {
  return Encoded.of(encodeCoseKey(eReaderKey));
}

/** Encodes SessionEstablishment (ISO/IEC 18013-5 §9.1.1.4). */
export function buildSessionEstablishment(options: { eReaderKeyBytes: Encoded; data: Uint8Array }): Uint8Array {
  // In the order in which the standard defines and prints it.
  return encode({ eReaderKey: options.eReaderKeyBytes, data: options.data }, { mapOrder: 'given' });
}

/** Reads SessionEstablishment and validates the reader's key. @throws {MdocError} `session-message`, `session-key` */
export function parseSessionEstablishment(bytes: Uint8Array): SessionEstablishment {
  const shape = new Shape('session-message', 'establishment', decodeFor('session-message', 'establishment', bytes));
  const key = shape.get('eReaderKey');
  const data = shape.get('data').bytes();
  try {
    return { eReaderKeyBytes: key.encoded(), eReaderKey: decodeCoseKey(key.inside().raw()), data };
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('session-key', `The reader’s ephemeral key: ${error.message}`, { rule: error.code }, error);
  }
}

/** Every later message: data, a status, or both (then the data is processed first). */
export interface SessionData {
  readonly data?: Uint8Array;
  readonly status?: number;
}

/** Encodes SessionData. */
export function buildSessionData(options: SessionData): Uint8Array {
  return encode({
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.status === undefined ? {} : { status: options.status }),
  });
}

/** Reads SessionData. @throws {MdocError} `session-message` */
export function parseSessionData(bytes: Uint8Array): SessionData {
  const shape = new Shape('session-message', 'sessionData', decodeFor('session-message', 'sessionData', bytes));
  const data = shape.optional('data')?.bytes();
  const status = shape.optional('status')?.unsigned();
  if (data === undefined && status === undefined) shape.fail('message-empty', 'data or a status is expected');
  return { ...(data === undefined ? {} : { data }), ...(status === undefined ? {} : { status }) };
}
