import { createECDH, createPrivateKey, createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, decode, Encoded } from '@tegata/cbor';
import { coseKeyToJwk, decodeCoseKey } from '@tegata/cose';
import { eReaderKeyBytes, parseSessionEstablishment } from '@tegata/mdoc';
import { ArgumentError } from './argument-error.ts';
import type { Given, GivenFiles } from './given-file.ts';
import { parseJsonText } from './json-text.ts';

const COSE_D = -4;
const SCALARS = new Map([
  [32, { openssl: 'prime256v1', crv: 'P-256' }],
  [48, { openssl: 'secp384r1', crv: 'P-384' }],
  [66, { openssl: 'secp521r1', crv: 'P-521' }],
]);

/**
 * Reads a private key on an elliptic curve: PEM, JWK, COSE_Key, PKCS#8 or SEC 1 DER, or the bare scalar (P-256, P-384, P-521 by its
 * length).
 * @throws {ArgumentError} `key-unreadable`
 */
export function readPrivateKey(files: GivenFiles, option: string, given: string): KeyObject {
  return reading(option, 'a private key on an elliptic curve', () => {
    const { text, bytes } = asWritten(files.read(option, given));
    const key = text === undefined ? privateFromBytes(bytes) : privateFromText(text);
    if (key.asymmetricKeyType !== 'ec' && key.asymmetricKeyType !== 'x25519') throw new Error('another kind of key');
    return key;
  });
}

function privateFromText(text: string): KeyObject {
  return text.startsWith('{')
    ? createPrivateKey({ key: parseJsonText(text) as JsonWebKeyInput['key'], format: 'jwk' })
    : createPrivateKey(text);
}

function privateFromBytes(bytes: Uint8Array): KeyObject {
  const curve = SCALARS.get(bytes.length);
  if (curve) {
    const pair = createECDH(curve.openssl);
    pair.setPrivateKey(bytes);
    return privateFromPoint(bytes, pair.getPublicKey(), curve.crv);
  }
  if (bytes[0] === 0x30) {
    const key = Buffer.from(bytes);
    try {
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    } catch {
      return createPrivateKey({ key, format: 'der', type: 'sec1' });
    }
  }
  const map = decode(bytes) as CborMap;
  const d = map.get(COSE_D) as Uint8Array;
  const jwk = coseKeyToJwk(new Map([...map].filter(([label]) => label !== COSE_D)));
  return createPrivateKey({ key: { ...jwk, d: Buffer.from(d).toString('base64url') }, format: 'jwk' });
}

function privateFromPoint(d: Uint8Array, point: Uint8Array, crv: string): KeyObject {
  const size = (point.length - 1) / 2;
  const text = (part: Uint8Array) => Buffer.from(part).toString('base64url');
  const [x, y] = [text(point.subarray(1, 1 + size)), text(point.subarray(1 + size))];
  return createPrivateKey({ key: { kty: 'EC', crv, x, y, d: text(d) }, format: 'jwk' });
}

/**
 * Reads a public key: PEM, JWK, COSE_Key (in tag 24 or bare) or SubjectPublicKeyInfo.
 * @throws {ArgumentError} `key-unreadable`
 */
export function readPublicKey(files: GivenFiles, option: string, given: string): KeyObject {
  return reading(option, 'a public key', () => publicFrom(asWritten(files.read(option, given))));
}

function publicFrom({ text, bytes }: Written): KeyObject {
  if (text !== undefined) {
    return text.startsWith('{')
      ? createPublicKey({ key: parseJsonText(text) as JsonWebKeyInput['key'], format: 'jwk' })
      : createPublicKey(text);
  }
  if (bytes[0] === 0x30) return createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' });
  const value = decode(bytes);
  return decodeCoseKey(value instanceof Encoded ? value.decode() : value);
}

/**
 * EReaderKeyBytes, tag 24 included, in the bytes that were sent: from a COSE_Key, in tag 24 or bare. Any other form of public key is
 * encoded as this house does.
 * @throws {ArgumentError} `key-unreadable`
 */
export function readEReaderKey(files: GivenFiles, option: string, given: string): Encoded {
  return reading(option, 'a public key', () => {
    const written = asWritten(files.read(option, given));
    const key = publicFrom(written);
    if (written.text !== undefined || written.bytes[0] === 0x30) return eReaderKeyBytes(key);
    const value: CborValue = decode(written.bytes);
    return value instanceof Encoded ? value : Encoded.wrap(written.bytes);
  });
}

/** EReaderKeyBytes of a recorded SessionEstablishment. @throws {ArgumentError} `key-unreadable` */
export function eReaderKeyOf(files: GivenFiles, option: string, given: string): Encoded {
  return reading(option, 'SessionEstablishment with a public key', () => {
    return parseSessionEstablishment(files.read(option, given).bytes).eReaderKeyBytes;
  });
}

type Written = Pick<Given, 'text' | 'bytes'>;

/** PEM and JSON are text; all else is bytes, however they were written down. */
function asWritten({ text, bytes }: Written): Written {
  return text?.startsWith('{') || text?.includes('-----BEGIN ') ? { text, bytes } : { bytes };
}

/** Whatever a library has to say of a key is not repeated: it might quote it. */
function reading<T>(option: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError('key-unreadable', `--${option} holds no ${what.replace(/^a /, '')} that is read here.`, {
      option,
    });
  }
}
