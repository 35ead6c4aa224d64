import { createECDH, createHmac, type KeyObject } from 'node:crypto';

const SIZE = 48;
const ORDER = BigInt(
  '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
);

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const octets = (value: bigint) => Buffer.from(value.toString(16).padStart(2 * SIZE, '0'), 'hex');

/**
 * ECDSA with P-384 over a SHA-384 hash that is given (FIPS 186-5 §6.4), nonce by RFC 6979: node:crypto hashes for itself and cannot be handed a
 * hash. The arithmetic is not of constant time: it is for test keys.
 * @returns an ECDSA-Sig-Value in DER
 * @throws {RangeError} when the hash has not 48 bytes
 */
export function ecdsaOverHash(key: KeyObject, hash: Uint8Array): Uint8Array {
  if (hash.length !== SIZE) throw new RangeError('A SHA-384 hash has 48 bytes.');
  const secret = numberOf(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const number = numberOf(hash);
  for (const nonce of nonces(secret, number % ORDER)) {
    const ecdh = createECDH('secp384r1');
    ecdh.setPrivateKey(octets(nonce));
    const r = numberOf(ecdh.getPublicKey().subarray(1, 1 + SIZE)) % ORDER;
    const s = (inverse(nonce) * (number + r * secret)) % ORDER;
    if (r > 0n && s > 0n) return sigValue(r, s);
  }
  throw new RangeError('A sequence without end has ended.');
}

function* nonces(secret: bigint, number: bigint): Generator<bigint> {
  const seed = Buffer.concat([octets(secret), octets(number)]);
  let v: Buffer = Buffer.alloc(SIZE, 0x01);
  let k: Buffer = Buffer.alloc(SIZE, 0x00);
  const stir = (separator: number, data: Uint8Array) => {
    k = createHmac('sha384', k).update(v).update(Uint8Array.of(separator)).update(data).digest();
    v = createHmac('sha384', k).update(v).digest();
  };
  stir(0x00, seed);
  stir(0x01, seed);
  for (;;) {
    // One block of HMAC-SHA-384 has as many bits as the order.
    v = createHmac('sha384', k).update(v).digest();
    const nonce = numberOf(v);
    if (nonce > 0n && nonce < ORDER) yield nonce;
    stir(0x00, new Uint8Array(0));
  }
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value, ORDER, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return x < 0n ? x + ORDER : x;
}

function sigValue(...numbers: readonly bigint[]): Uint8Array {
  const parts = numbers.flatMap((number) => {
    const text = number.toString(16);
    const bytes = Buffer.from(text.length % 2 ? `0${text}` : text, 'hex');
    const content = bytes[0]! & 0x80 ? [0, ...bytes] : [...bytes];
    return [0x02, content.length, ...content];
  });
  return Uint8Array.of(0x30, parts.length, ...parts);
}
