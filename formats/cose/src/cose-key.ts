import { createPublicKey, ECDH, type KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, type CborWriter, encodeInto } from '@tegata/cbor';
import { CoseError } from './error.ts';
import { curveOf, detailsOf, remember } from './key-details.ts';

const LABEL = { kty: 1, crv: -1, x: -2, y: -3, d: -4 } as const;

const spkiHead = (hex: string) => Buffer.from(hex, 'hex');

/**
 * Curves that we read and write: COSE number, JWK name, OpenSSL name, bytes of a coordinate, and the SubjectPublicKeyInfo up to the
 * point (RFC 5480 §2, RFC 8410 §4): to import that form is cheaper than a JWK, and it validates the point as well.
 */
const CURVES = [
  {
    number: 1,
    jwk: 'P-256',
    openssl: 'prime256v1',
    size: 32,
    kty: 'EC2',
    spki: spkiHead('3059301306072a8648ce3d020106082a8648ce3d03010703420004'),
  },
  {
    number: 2,
    jwk: 'P-384',
    openssl: 'secp384r1',
    size: 48,
    kty: 'EC2',
    spki: spkiHead('3076301006072a8648ce3d020106052b8104002203620004'),
  },
  {
    number: 3,
    jwk: 'P-521',
    openssl: 'secp521r1',
    size: 66,
    kty: 'EC2',
    spki: spkiHead('30819b301006072a8648ce3d020106052b810400230381860004'),
  },
  { number: 4, jwk: 'X25519', openssl: 'x25519', size: 32, kty: 'OKP', spki: spkiHead('302a300506032b656e032100') },
  { number: 6, jwk: 'Ed25519', openssl: 'ed25519', size: 32, kty: 'OKP', spki: spkiHead('302a300506032b6570032100') },
] as const;

type Curve = (typeof CURVES)[number];

const KTY_NUMBER = { OKP: 1, EC2: 2 } as const;

/** A public COSE_Key in words. */
export interface CoseKey {
  readonly kty: 'EC2' | 'OKP';
  readonly curve: 'P-256' | 'P-384' | 'P-521' | 'X25519' | 'Ed25519';
  readonly x: Uint8Array;
  /** Absent for OKP. */
  readonly y?: Uint8Array;
}

/** A public key as JWK: only the members that make it up. */
export interface PublicJwk {
  readonly kty: 'EC' | 'OKP';
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

/**
 * Reads the words of a public COSE_Key (RFC 9053 §7); the point is not checked yet.
 * @throws {CoseError} `key-form`, `key-curve`, `key-point` (a compressed point without a square root)
 */
export function parseCoseKey(value: CborValue): CoseKey {
  if (!(value instanceof Map)) throw new CoseError('key-form', 'A COSE_Key is a map.');
  const number = value.get(LABEL.crv);
  const curve = CURVES.find((known) => known.number === number);
  if (!curve) throw new CoseError('key-curve', 'The curve of the key is not one that is read here.');
  if (value.get(LABEL.kty) !== KTY_NUMBER[curve.kty]) {
    throw new CoseError('key-form', 'The type of the key does not fit its curve.', { curve: curve.jwk });
  }
  if (value.has(LABEL.d)) throw new CoseError('key-form', 'The key carries its private part.');
  const x = coordinate(value.get(LABEL.x), curve.size);
  if (curve.kty === 'OKP') return { kty: 'OKP', curve: curve.jwk, x };
  const y = value.get(LABEL.y);
  if (typeof y !== 'boolean') return { kty: 'EC2', curve: curve.jwk, x, y: coordinate(y, curve.size) };
  return { kty: 'EC2', curve: curve.jwk, x, y: decompress(x, y, curve.openssl) };
}

function coordinate(value: CborValue, size: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === size) return value;
  throw new CoseError('key-form', 'A coordinate is a byte string of the full length of the field.', { size });
}

function decompress(x: Uint8Array, odd: boolean, curve: string): Uint8Array {
  try {
    const point = ECDH.convertKey(
      Buffer.concat([Uint8Array.of(odd ? 3 : 2), x]),
      curve,
      undefined,
      undefined,
      'uncompressed',
    );
    return new Uint8Array(point as Buffer).slice(1 + x.length);
  } catch {
    throw new CoseError('key-point', 'There is no point with this coordinate on the curve.');
  }
}

/**
 * A COSE_Key as a key, its point validated: on the curve, not at infinity.
 * @throws {CoseError} `key-form`, `key-curve`, `key-point`
 * @example decodeCoseKey(deviceKeyInfo.get('deviceKey'))
 */
export function decodeCoseKey(map: CborValue): KeyObject {
  return importKey(parseCoseKey(map));
}

/** OpenSSL's name of the curve of a key. */
export function opensslCurve({ curve }: CoseKey): string {
  return curveNamed(curve).openssl;
}

function curveNamed(name: CoseKey['curve']): Curve {
  return CURVES.find((known) => known.jwk === name) as Curve;
}

/** One SubjectPublicKeyInfo per curve, its point still empty. */
const TEMPLATES: ReadonlyMap<string, Buffer> = new Map(
  CURVES.map(({ jwk, kty, size, spki }) => [jwk, Buffer.concat([spki, Buffer.alloc(kty === 'EC2' ? 2 * size : size)])]),
);

/**
 * A key as SubjectPublicKeyInfo, in memory that the next call takes again: for somebody who is done with it before. Whoever imports it finds
 * out whether the point is on the curve.
 * @throws {CoseError} `key-form` when a coordinate has another length: nothing of an earlier key may be left between
 */
export function lentSpki({ curve: name, x, y }: CoseKey): Buffer {
  const { kty, size, spki: head } = curveNamed(name);
  if (x.length !== size || (kty === 'EC2' ? y?.length !== size : y)) {
    throw new CoseError('key-form', 'A coordinate is a byte string of the full length of the field.', { size });
  }
  const lent = TEMPLATES.get(name) as Buffer;
  lent.set(x, head.length);
  if (y) lent.set(y, head.length + size);
  return lent;
}

/** A parsed key as a key object, its point validated. @throws {CoseError} `key-point` */
export function importKey(key: CoseKey): KeyObject {
  const spki = Buffer.from(Uint8Array.from(lentSpki(key)).buffer);
  const { openssl, spki: head, size } = curveNamed(key.curve);
  try {
    const imported = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    // Of our own copy: the message may be overwritten.
    const x = spki.subarray(head.length, head.length + size);
    return remember(imported, { curve: openssl, x, ...(key.y ? { y: spki.subarray(head.length + size) } : {}) });
  } catch {
    throw new CoseError('key-point', 'The point is not on the curve.', { curve: key.curve });
  }
}

/**
 * The public half of a key as COSE_Key.
 * @throws {CoseError} `key-curve`
 * @example encode(encodeCoseKey(publicKey))
 */
export function encodeCoseKey(publicKey: KeyObject): CborMap {
  const openssl = curveOf(publicKey);
  const curve = CURVES.find((known) => known.openssl === openssl);
  if (!curve) throw new CoseError('key-curve', 'The key is of a kind that is not used in COSE here.');
  const known = detailsOf(publicKey);
  if (known) return mapOf(curve, new Uint8Array(known.x), known.y && new Uint8Array(known.y));
  const jwk = publicKey.export({ format: 'jwk' });
  return mapOf(
    curve,
    fromBase64Url(jwk.x, curve.size),
    curve.kty === 'EC2' ? fromBase64Url(jwk.y, curve.size) : undefined,
  );
}

/**
 * Writes a key as COSE_Key behind what a writer holds already: for those who write many.
 * @throws {CoseError} `key-curve`
 */
export function writeCoseKey(writer: CborWriter, publicKey: KeyObject): void {
  const known = detailsOf(publicKey);
  const curve = known && CURVES.find(({ openssl }) => openssl === known.curve);
  if (!curve) {
    encodeInto(writer, encodeCoseKey(publicKey));
    return;
  }
  // The labels come in the order of their encodings: 1, -1, -2, -3.
  writer.head(0xa0, known.y ? 4 : 3);
  writer.byte(LABEL.kty);
  writer.head(0, KTY_NUMBER[curve.kty]);
  writer.head(0x20, -1 - LABEL.crv);
  writer.head(0, curve.number);
  writer.head(0x20, -1 - LABEL.x);
  writer.bytes(known.x);
  if (!known.y) return;
  writer.head(0x20, -1 - LABEL.y);
  writer.bytes(known.y);
}

function mapOf(curve: Curve, x: Uint8Array, y?: Uint8Array): CborMap {
  const map: CborMap = new Map<number, CborValue>([
    [LABEL.kty, KTY_NUMBER[curve.kty]],
    [LABEL.crv, curve.number],
    [LABEL.x, x],
  ]);
  return y ? map.set(LABEL.y, y) : map;
}

function fromBase64Url(text: unknown, size: number): Uint8Array {
  if (typeof text !== 'string') throw new CoseError('key-form', 'The JWK lacks a coordinate.');
  return coordinate(new Uint8Array(Buffer.from(text, 'base64url')), size);
}

/**
 * A public JWK as COSE_Key, its point validated; other members of the JWK are left out.
 * @throws {CoseError} `key-form`, `key-curve`, `key-point`
 */
export function coseKeyFromJwk(jwk: { readonly crv?: string; readonly x?: string; readonly y?: string }): CborMap {
  const curve = CURVES.find((known) => known.jwk === jwk.crv);
  if (!curve) throw new CoseError('key-curve', 'The curve of the key is not one that is written here.');
  const y = curve.kty === 'EC2' ? fromBase64Url(jwk.y, curve.size) : undefined;
  const map = mapOf(curve, fromBase64Url(jwk.x, curve.size), y);
  decodeCoseKey(map);
  return map;
}

/** A COSE_Key as JWK; the point is not checked yet. @throws {CoseError} `key-form`, `key-curve`, `key-point` */
export function coseKeyToJwk(map: CborValue): PublicJwk {
  const key = parseCoseKey(map);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  if (!key.y) return { kty: 'OKP', crv: key.curve, x: text(key.x) };
  return { kty: 'EC', crv: key.curve, x: text(key.x), y: text(key.y) };
}
