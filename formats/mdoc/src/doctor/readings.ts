import { createHash } from 'node:crypto';
import { CborError, type CborValue, decode, Encoded, encode, Raw } from '@tegata/cbor';
import { type Reading, readings, type TranscriptFacts } from './facts.ts';

const utf8 = (text: string) => new Uint8Array(Buffer.from(text));
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const fromBase64url = (text: string) =>
  /^[A-Za-z0-9_-]+$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64url')) : undefined;

/** An origin, and what it is mistaken for. */
export function originReadings(origin: string): Reading<string>[] {
  const bare = origin.replace(/^origin:/, '').replace(/\/+$/, '');
  const url = URL.canParse(bare) && /^https?:/i.test(bare) ? new URL(bare) : undefined;
  const port = url?.protocol === 'https:' ? 443 : 80;
  const other = url?.protocol === 'https:' ? 'http' : 'https';
  const www = url && (url.hostname.startsWith('www.') ? url.hostname.slice(4) : `www.${url.hostname}`);
  const portSuffix = url?.port ? `:${url.port}` : '';
  return readings(
    origin,
    ['with a slash at the end', `${bare}/`],
    ['without the slash at the end or the prefix', bare],
    ['with the prefix origin:', `origin:${bare}`],
    ['in the serialised form: lower case, no default port, no path', url?.origin],
    ['in lower case', bare.toLowerCase()],
    ['with the default port written out', url && !url.port ? `${url.origin}:${port}` : undefined],
    ['without its port', url?.port ? `${url.protocol}//${url.hostname}` : undefined],
    ['as host alone', url?.hostname],
    ['with the other of http and https', url && `${other}://${url.host}`],
    ['with or without www.', url && `${url.protocol}//${www}${portSuffix}`],
  );
}

/** A nonce that is text on the wire. */
export function nonceReadings(nonce: string | Uint8Array): Reading<string | Uint8Array>[] {
  const text = typeof nonce === 'string' ? nonce : base64url(nonce);
  const decoded = fromBase64url(text);
  return readings<string | Uint8Array>(
    text,
    ['as byte string of its characters', utf8(text)],
    ['as byte string, decoded from base64url', decoded],
    ['as base64url text of its characters', base64url(utf8(text))],
    ['as hexadecimal text', decoded && Buffer.from(decoded).toString('hex')],
    ['as base64url text with padding', decoded && padded(text)],
    ['as base64 text', decoded && Buffer.from(decoded).toString('base64')],
    ['empty', ''],
  );
}

/** A nonce that is bytes on the wire. */
export function byteNonceReadings(nonce: string | Uint8Array): Reading<string | Uint8Array>[] {
  const bytes = typeof nonce === 'string' ? (fromBase64url(nonce) ?? utf8(nonce)) : nonce;
  return readings<string | Uint8Array>(
    bytes,
    ['as base64url text', base64url(bytes)],
    ['as byte string of its base64url text', utf8(base64url(bytes))],
    ['as byte string of its characters', typeof nonce === 'string' ? utf8(nonce) : undefined],
    ['as hexadecimal text', Buffer.from(bytes).toString('hex')],
  );
}

const padded = (text: string) => text + '='.repeat((4 - (text.length % 4)) % 4);
const sha256 = (data: Uint8Array | string) => new Uint8Array(createHash('sha256').update(data).digest());

/** The thumbprint of the encryption key (RFC 7638), with and without encryption. Undefined when nothing is known of a key. */
export function thumbprintReadings(facts: TranscriptFacts): Reading<CborValue>[] | undefined {
  const { jwk } = facts;
  const { crv, kty, x, y } = jwk ?? {};
  const computed = jwk ? sha256(JSON.stringify({ crv, kty, x, ...(y === undefined ? {} : { y }) })) : undefined;
  const right = facts.jwkThumbprint === undefined ? computed : facts.jwkThumbprint;
  if (right === undefined) return undefined;
  const bytes = right ?? computed;
  return readings<CborValue>(
    right,
    ['null, as for a response without encryption', null],
    ['there, as for an encrypted response', computed],
    ['as base64url text', bytes && base64url(bytes)],
    ['as byte string of its base64url text', bytes && utf8(base64url(bytes))],
    ['as hexadecimal text', bytes && Buffer.from(bytes).toString('hex')],
    ['over all members of the key, as it was sent', jwk && sha256(JSON.stringify(jwk))],
    ['an empty byte string', new Uint8Array(0)],
  );
}

/** A client identifier with its prefix. */
export function clientIdReadings(clientId: string, origin?: string): Reading<string>[] {
  const bare = clientId.replace(/^[a-z0-9_-]+:(?!\/\/)/, '');
  const prefixes = ['x509_san_dns', 'x509_hash', 'redirect_uri', 'x509_san_uri', 'verifier_attestation', 'web-origin'];
  return readings<string>(
    clientId,
    ['without its prefix', bare],
    ...prefixes.map((prefix): [string, string] => [`with the prefix ${prefix}:`, `${prefix}:${bare}`]),
    ['that of the Digital Credentials API: the origin', origin && `origin:${origin}`],
    ['that of an older draft: web-origin', origin && `web-origin:${origin}`],
  );
}

/** Where the response goes. */
export function uriReadings(responseUri: string, facts: TranscriptFacts): Reading<string>[] {
  const url = URL.canParse(responseUri) ? new URL(responseUri) : undefined;
  return readings<string>(
    responseUri,
    ['redirect_uri in place of response_uri', facts.redirectUri],
    ['with a slash at the end', `${responseUri.replace(/\/+$/, '')}/`],
    ['without the slash at the end', responseUri.replace(/\/+$/, '')],
    ['in the form of a URL parser', url?.href],
    ['without its query', url && `${url.origin}${url.pathname}`],
    ['its origin alone', url?.origin],
    ['the origin of the page', facts.origin],
  );
}

/** The text of encryptionInfo. */
export function encryptionInfoReadings(text: string): Reading<string | Uint8Array>[] {
  const bytes = fromBase64url(text);
  const again = bytes && reencoded(bytes);
  return readings<string | Uint8Array>(
    text,
    ['encoded again, not as it was sent', again && base64url(again)],
    ['with padding', padded(text)],
    ['as base64 text', bytes && Buffer.from(bytes).toString('base64')],
    ['as byte string, decoded', bytes],
    ['as byte string of its characters', utf8(text)],
  );
}

/** A structure that goes in as `#6.24(bstr)`, and what is put there instead. */
export function embeddedReadings(bytes: Uint8Array, inHandoverSelect?: Uint8Array): Reading<Raw>[] {
  const received = asEmbedded(bytes);
  const again = reencoded(received.content);
  const known = withoutUnknown(received.content);
  const list = readings<Uint8Array>(
    received.bytes,
    ['the one inside the Handover Select message', inHandoverSelect && Encoded.wrap(inHandoverSelect).bytes],
    ['without tag 24: as the map itself', received.content],
    ['without tag 24: as a byte string', encode(received.content)],
    ['encoded again, not as it was received', again && Encoded.wrap(again).bytes],
    ['without the members that are unknown in version 1.0', known && Encoded.wrap(known).bytes],
    ['in tag 24 twice', Encoded.wrap(received.bytes).bytes],
    ['null', Uint8Array.of(0xf6)],
  );
  return list.map(({ value, ...rest }) => ({ value: new Raw(value), ...rest }));
}

function asEmbedded(bytes: Uint8Array): Encoded {
  try {
    const value = decode(bytes);
    if (value instanceof Encoded) return value;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  return Encoded.wrap(bytes);
}

function reencoded(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return encode(decode(bytes));
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

/** DeviceEngagement as a library writes it again that knows members 0 to 4 only. */
function withoutUnknown(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const map = decode(bytes);
    if (!(map instanceof Map) || !map.has(0)) return undefined;
    return encode(new Map([...map].filter(([key]) => typeof key === 'number' && key >= 0 && key <= 4)));
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}
