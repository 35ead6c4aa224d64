import {
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type ECDH,
  type KeyObject,
  sign,
} from 'node:crypto';
import { der } from '@tegata/der';

const CURVES = {
  'P-256': ['prime256v1', '1.2.840.10045.3.1.7', 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'],
  'P-384': [
    'secp384r1',
    '1.3.132.0.34',
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ],
  'P-521': [
    'secp521r1',
    '1.3.132.0.35',
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ],
  brainpoolP256r1: [
    'brainpoolP256r1',
    '1.3.36.3.3.2.8.1.1.7',
    'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7',
  ],
  secp256k1: ['secp256k1', '1.3.132.0.10', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
} as const;

/** Curves of the corpus; the last one is there to be refused. */
export type Curve = keyof typeof CURVES;
/** Hash functions of ECDSA. */
export type Hash = 'sha256' | 'sha384' | 'sha512' | 'sha1';

/** A key that a seed determines, and that signs the same thing in the same way each time. TEST ONLY, of course. */
export interface SeededKey {
  readonly curve: Curve | 'Ed25519';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** The bits of the key: an uncompressed point, or the 32 bytes of Ed25519. */
  readonly bits: Uint8Array;
  /** r ‖ s (RFC 6979), or the signature of Ed25519. */
  sign(data: Uint8Array, hash?: Hash): Uint8Array;
}

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

function octets(value: bigint, size: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex');
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b % a, a, y - quotient * x, x];
  }
  return x < 0n ? x + modulus : x;
}

/** The leftmost bits of a hash, as many as the order has (RFC 6979 §2.3.2). */
function bitsToNumber(bytes: Uint8Array, bits: number): bigint {
  const surplus = 8 * bytes.length - bits;
  return surplus > 0 ? numberOf(bytes) >> BigInt(surplus) : numberOf(bytes);
}

/** The secrets of RFC 6979 §3.2, one after the other. */
function* nonces(secret: bigint, digest: Uint8Array, hash: Hash, order: bigint): Generator<bigint> {
  const bits = order.toString(2).length;
  const size = (bits + 7) >> 3;
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]) => createHmac(hash, key).update(Buffer.concat(parts)).digest();
  const seed = [octets(secret, size), octets(bitsToNumber(digest, bits) % order, size)];
  let v: Buffer = Buffer.alloc(digest.length, 1);
  let k: Buffer = Buffer.alloc(digest.length, 0);
  for (const separator of [0, 1]) {
    k = hmac(k, v, Uint8Array.of(separator), ...seed);
    v = hmac(k, v);
  }
  for (;;) {
    let drawn: Buffer = Buffer.alloc(0);
    while (8 * drawn.length < bits) {
      v = hmac(k, v);
      drawn = Buffer.concat([drawn, v]);
    }
    const nonce = bitsToNumber(drawn, bits);
    if (nonce > 0n && nonce < order) yield nonce;
    k = hmac(k, v, Uint8Array.of(0));
    v = hmac(k, v);
  }
}

function point(openssl: string, scalar: bigint, size: number): { ecdh: ECDH; bits: Uint8Array } {
  const ecdh = createECDH(openssl);
  ecdh.setPrivateKey(octets(scalar, size));
  return { ecdh, bits: new Uint8Array(ecdh.getPublicKey()) };
}

/** An ECDSA key from its secret number. The group operation is the platform's; what RFC 6979 adds to it is written here. */
export function ecdsaKey(curve: Curve, secret: bigint): SeededKey {
  const [openssl, oid, orderHex] = CURVES[curve];
  const order = BigInt(`0x${orderHex}`);
  const size = (order.toString(2).length + 7) >> 3;
  const { bits } = point(openssl, secret, size);
  const sec1 = der.sequence(
    der.integer(1),
    der.octetString(octets(secret, size)),
    der.explicit(0, der.oid(oid)),
    der.explicit(1, der.bitString(bits)),
  );
  const privateKey = createPrivateKey({ key: Buffer.from(sec1), format: 'der', type: 'sec1' });
  const spki = der.sequence(der.sequence(der.oid('1.2.840.10045.2.1'), der.oid(oid)), der.bitString(bits));
  return {
    curve,
    privateKey,
    publicKey: createPublicKey(privateKey),
    spki,
    bits,
    sign(data, hash = curve === 'P-384' ? 'sha384' : curve === 'P-521' ? 'sha512' : 'sha256') {
      const digest = createHash(hash).update(data).digest();
      const number = bitsToNumber(digest, order.toString(2).length);
      for (const nonce of nonces(secret, digest, hash, order)) {
        const r = numberOf(point(openssl, nonce, size).bits.subarray(1, 1 + size)) % order;
        const s = (inverse(nonce, order) * (number + r * secret)) % order;
        if (r > 0n && s > 0n) return new Uint8Array(Buffer.concat([octets(r, size), octets(s, size)]));
      }
      throw new Error('a generator without end has ended');
    },
  };
}

/** The other signature that ECDSA has for the same content: r ‖ order − s. */
export function otherHalf(curve: Curve, signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const order = BigInt(`0x${CURVES[curve][2]}`);
  const s = order - numberOf(signature.subarray(half));
  return new Uint8Array(Buffer.concat([signature.subarray(0, half), octets(s, half)]));
}

/** The order of the curve as bytes: no signature may hold it. */
export function orderOf(curve: Curve): Uint8Array {
  return new Uint8Array(Buffer.from(CURVES[curve][2], 'hex'));
}

/** The key of a name. */
export function seededKey(seed: string, curve: Curve | 'Ed25519' = 'P-256'): SeededKey {
  const drawn = createHash('sha512').update(`Tegata corpus TEST ONLY\0${curve}\0${seed}`).digest();
  if (curve !== 'Ed25519') {
    const order = BigInt(`0x${CURVES[curve][2]}`);
    return ecdsaKey(curve, (numberOf(drawn) % (order - 1n)) + 1n);
  }
  const algorithm = der.sequence(der.oid('1.3.101.112'));
  const pkcs8 = der.sequence(der.integer(0), algorithm, der.octetString(der.octetString(drawn.subarray(0, 32))));
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return {
    curve,
    privateKey,
    publicKey,
    spki,
    bits: spki.subarray(-32),
    sign: (data) => new Uint8Array(sign(null, data, privateKey)),
  };
}
