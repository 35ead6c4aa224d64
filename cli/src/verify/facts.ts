import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { CborError, type CborValue, decode, Encoded } from '@tegata/cbor';
import { CoseError } from '@tegata/cose';
import { eReaderKeyBytes, MdocError, parseNdef, qrToEngagement, type TranscriptFacts } from '@tegata/mdoc';
import { fromBase64, fromHex } from '../inspect/text-form.ts';
import { ArgumentError } from './argument-error.ts';
import type { GivenFiles } from './given-file.ts';
import { parseJsonText } from './json-text.ts';
import { eReaderKeyOf, readEReaderKey } from './keys.ts';
import type { VerifyOptions } from './options.ts';

/**
 * Reads everything that the options say of the exchange: for computing the transcript, and for finding out what the phone did differently.
 * @throws {ArgumentError} `usage`, `input-form`, `transcript-unusable`, `key-unreadable`
 */
export function readFacts(
  options: VerifyOptions,
  files: GivenFiles,
  readerKey: KeyObject | undefined,
): TranscriptFacts {
  const { engagement, jwk } = options;
  const thumbprint = options['jwk-thumbprint'];
  const publicKey = jwk === undefined ? undefined : readJwk(files, jwk);
  const apple = options['merchant-id'] !== undefined || options['team-id'] !== undefined;
  const handovers = readHandovers(options, files);
  const given = engagement === undefined ? undefined : readEngagement(files, engagement);
  return without({
    deviceEngagement: engagementUsed(given, handovers.handoverSelect),
    eReaderKeyBytes: readerKeyBytes(options, files, readerKey)?.bytes,
    ...handovers,
    origin: options.origin,
    nonce: options.nonce !== undefined && apple ? inline('nonce', options.nonce) : options.nonce,
    clientId: options['client-id'],
    responseUri: options['response-uri'],
    mdocGeneratedNonce: options['mdoc-generated-nonce'],
    jwk: publicKey,
    jwkThumbprint:
      thumbprint === undefined ? keyThumbprint(publicKey, options.nonce, apple) : readThumbprint(thumbprint),
    encryptionInfo:
      options['encryption-info'] === undefined ? undefined : readEncryptionInfo(files, options['encryption-info']),
    merchantId: options['merchant-id'],
    teamId: options['team-id'],
    recipientKeyHash:
      options['recipient-key-hash'] === undefined
        ? undefined
        : hashBytes('recipient-key-hash', options['recipient-key-hash']),
  });
}

function without(facts: { [K in keyof TranscriptFacts]: TranscriptFacts[K] | undefined }): TranscriptFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as TranscriptFacts;
}

/** DeviceEngagement as received: its text in a QR code, CBOR, or CBOR in tag 24. @throws {ArgumentError} */
export function readEngagement(files: GivenFiles, given: string): Uint8Array {
  const { text, bytes } = /^mdoc:/i.test(given)
    ? { text: given, bytes: new Uint8Array(0) }
    : files.read('engagement', given);
  return reading('engagement', () => {
    if (text !== undefined && /^mdoc:/i.test(text)) return qrToEngagement(text);
    const value = decode(bytes);
    return value instanceof Encoded ? value.content : bytes;
  });
}

const ENGAGEMENT_RECORD = 'iso.org:18013:deviceengagement';

/**
 * The engagement that the transcript covers: in an engagement by NFC the one inside the Handover Select message, even where the phone showed
 * another in a QR code as well, as in ISO/IEC 18013-5 Annex D.
 */
export function engagementUsed(
  given: Uint8Array | undefined,
  handoverSelect: Uint8Array | undefined,
): Uint8Array | undefined {
  if (!handoverSelect) return given;
  try {
    return parseNdef(handoverSelect).find(({ type }) => type === ENGAGEMENT_RECORD)?.payload ?? given;
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    return given;
  }
}

function readerKeyBytes(
  options: VerifyOptions,
  files: GivenFiles,
  readerKey: KeyObject | undefined,
): Encoded | undefined {
  const { establishment } = options;
  const given = options['e-reader-key'];
  if (given !== undefined) return readEReaderKey(files, 'e-reader-key', given);
  if (establishment !== undefined) return eReaderKeyOf(files, 'establishment', establishment);
  return readerKey && reading('reader-key', () => eReaderKeyBytes(createPublicKey(readerKey)));
}

function readHandovers(
  options: VerifyOptions,
  files: GivenFiles,
): Pick<TranscriptFacts, 'handoverSelect' | 'handoverRequest'> {
  const select = options['handover-select'];
  const request = options['handover-request'];
  if (options.handover !== undefined) {
    const handover = readHandover(files, options.handover);
    if (handover === null) return {};
    const [handoverSelect, handoverRequest] = Array.isArray(handover) ? handover : [];
    const fits =
      Array.isArray(handover) &&
      handover.length === 2 &&
      handoverSelect instanceof Uint8Array &&
      (handoverRequest === null || handoverRequest instanceof Uint8Array);
    if (!fits) {
      const message = '--handover is null or [Hs, Hr]; any other is part of a transcript that is given whole.';
      throw new ArgumentError('transcript-unusable', message, { option: 'handover' });
    }
    return { handoverSelect, ...(handoverRequest ? { handoverRequest } : {}) };
  }
  return {
    ...(select === undefined ? {} : { handoverSelect: files.read('handover-select', select).bytes }),
    ...(request === undefined ? {} : { handoverRequest: files.read('handover-request', request).bytes }),
  };
}

/** Handover in CBOR: null for a QR code, `[Hs, Hr]` for NFC. @throws {ArgumentError} `transcript-unusable` */
export function readHandover(files: GivenFiles, given: string): CborValue {
  const { bytes } = files.read('handover', given);
  return reading('handover', () => decode(bytes));
}

function readJwk(files: GivenFiles, given: string): Readonly<Record<string, unknown>> {
  const text = given.startsWith('{') ? given : files.read('jwk', given).text;
  try {
    const jwk: unknown = parseJsonText(text ?? '');
    if (typeof jwk === 'object' && jwk !== null && !Array.isArray(jwk)) return jwk as Record<string, unknown>;
  } catch {
    // Said below, without what the file holds.
  }
  throw new ArgumentError('key-unreadable', '--jwk is a key in JSON.', { option: 'jwk' });
}

/** Required members by type, in the order of RFC 7638 §3.2: nothing else of a JWK enters the thumbprint. */
const THUMBPRINT_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

function thumbprintOf(jwk: Readonly<Record<string, unknown>>): Uint8Array {
  const kty = String(jwk['kty']);
  const members = Object.hasOwn(THUMBPRINT_MEMBERS, kty) ? (THUMBPRINT_MEMBERS[kty] as readonly string[]) : [];
  const entries = members.map((member) => [member, jwk[member]] as const);
  if (entries.length === 0 || entries.some(([, value]) => typeof value !== 'string')) {
    throw new ArgumentError('key-unreadable', '--jwk is not a whole public key.', { option: 'jwk' });
  }
  const text = JSON.stringify(Object.fromEntries(entries));
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** Of OpenID4VP without a key to encrypt to: null, as for a response that is not encrypted. */
function keyThumbprint(
  jwk: Readonly<Record<string, unknown>> | undefined,
  nonce: string | undefined,
  apple: boolean,
): Uint8Array | null | undefined {
  if (jwk) return thumbprintOf(jwk);
  return nonce === undefined || apple ? undefined : null;
}

function readThumbprint(given: string): Uint8Array | null {
  return given === 'none' ? null : hashBytes('jwk-thumbprint', given);
}

/** 32 bytes in hexadecimal or base64url, with or without the prefix that says which. */
function hashBytes(option: string, given: string): Uint8Array {
  const text = given.replace(/^(hex|b64u):/, '');
  const bytes = text.length === 64 ? fromHex(text) : fromBase64(text)?.bytes;
  if (bytes?.length === 32) return bytes;
  throw new ArgumentError('input-form', `--${option} is a hash of 32 bytes, in hexadecimal or base64url.`, { option });
}

function inline(option: string, given: string): Uint8Array {
  const [, form, text = ''] = /^(hex|b64u?):(.+)$/.exec(given) ?? [];
  const bytes = form === 'hex' ? fromHex(text) : form === undefined ? undefined : fromBase64(text)?.bytes;
  if (bytes) return bytes;
  throw new ArgumentError('input-form', `--${option} is bytes here: hex:…, b64:… or b64u:….`, { option });
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** No EncryptionInfo is shorter, and hardly any path without a dot or slash is longer. */
const SHORTEST_ENCRYPTION_INFO = 100;

/** The base64url text as sent, which the transcript covers: in place, after `b64u:`, or in a file. Other forms are written as such text. */
function readEncryptionInfo(files: GivenFiles, given: string): string {
  const inPlace = given.startsWith('b64u:') ? given.slice(5) : given;
  if (BASE64URL.test(inPlace) && (inPlace !== given || given.length >= SHORTEST_ENCRYPTION_INFO)) return inPlace;
  const { text, bytes } = files.read('encryption-info', given);
  return text !== undefined && BASE64URL.test(text) ? text : Buffer.from(bytes).toString('base64url');
}

function reading<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CborError || error instanceof CoseError || error instanceof MdocError)) throw error;
    const offset = error instanceof CborError ? error.context.offset : undefined;
    throw new ArgumentError('transcript-unusable', `--${option}: ${error.message}`, {
      option,
      ...(offset === undefined ? {} : { offset }),
    });
  }
}
