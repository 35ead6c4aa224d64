import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, CborWriter, encode } from '@tegata/cbor';
import fc from 'fast-check';
import {
  ALG,
  type CoseErrorCode,
  coseSigner,
  decodeCoseKey,
  derFromRaw,
  encodeCoseKey,
  mac0,
  parseCoseKey,
  parseSign1,
  putRawFromDer,
  rawFromDer,
  type SignatureAlgorithmName,
  sign1,
  verifyMac0,
  verifySign1,
  writeCoseKey,
} from './index.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const KEYS = {
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: generateKeyPairSync('ed25519'),
} as const;
type Curve = keyof typeof KEYS;

const BOUND: Readonly<Record<SignatureAlgorithmName, Curve>> = {
  ES256: 'P-256',
  ESP256: 'P-256',
  ES384: 'P-384',
  ESP384: 'P-384',
  ES512: 'P-521',
  ESP512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
};
const NAMES = Object.keys(BOUND) as SignatureAlgorithmName[];
const payload = new TextEncoder().encode('what is signed');
const refuses = (run: () => unknown, code: CoseErrorCode) => assert.throws(run, { name: 'CoseError', code });

describe('each signature algorithm', () => {
  for (const name of NAMES) {
    const { privateKey, publicKey } = KEYS[BOUND[name]];
    it(`${name} signs and verifies, attached and detached, with a key object and with a parsed COSE_Key`, async () => {
      const signer = coseSigner(privateKey, name);
      const parsed = parseCoseKey(encodeCoseKey(publicKey));
      for (const key of [publicKey, parsed]) {
        const attached = await sign1({ signer, payload });
        assert.equal(verifySign1({ sign1: attached, publicKey: key }).protectedHeaders.get(1), ALG[name]);
        const detached = await sign1({ signer, payload, detached: true, externalAad: Uint8Array.of(1) });
        const check = { sign1: parseSign1(detached), publicKey: key, externalAad: Uint8Array.of(1) };
        verifySign1({ ...check, detachedPayload: payload });
        refuses(() => verifySign1({ ...check, detachedPayload: payload.subarray(1) }), 'signature-invalid');
        refuses(
          () => verifySign1({ ...check, detachedPayload: payload, externalAad: new Uint8Array(0) }),
          'signature-invalid',
        );
        refuses(() => verifySign1(check), 'payload-missing');
        refuses(() => verifySign1({ ...check, sign1: attached, detachedPayload: payload }), 'payload-attached');
      }
    });

    it(`${name} belongs to one curve, when signing and when verifying`, async () => {
      const made = await sign1({ signer: coseSigner(privateKey, name), payload });
      for (const curve of Object.keys(KEYS) as Curve[]) {
        if (curve === BOUND[name]) continue;
        refuses(() => coseSigner(KEYS[curve].privateKey, name), 'alg-key-mismatch');
        refuses(() => verifySign1({ sign1: made, publicKey: KEYS[curve].publicKey }), 'alg-key-mismatch');
        const parsed = parseCoseKey(encodeCoseKey(KEYS[curve].publicKey));
        refuses(() => verifySign1({ sign1: made, publicKey: parsed }), 'alg-key-mismatch');
      }
    });

    it(`${name} is refused when it is not on the caller’s list, or its signature has another length`, async () => {
      const made = (await sign1({ signer: coseSigner(privateKey, name), payload })) as CborValue[];
      const others = NAMES.filter((other) => other !== name).map((other) => ALG[other]);
      refuses(() => verifySign1({ sign1: made, publicKey, allowedAlgorithms: others }), 'alg-refused');
      const signature = made[3] as Uint8Array;
      for (const wrong of [signature.subarray(1), Uint8Array.of(...signature, 0), new Uint8Array(0)]) {
        refuses(() => verifySign1({ sign1: [...made.slice(0, 3), wrong], publicKey }), 'signature-form');
      }
    });
  }

  it('does not verify a signature of Ed25519 that a signer gave in another length', async () => {
    const signer = { algorithm: 'EdDSA', sign: async () => new Uint8Array(63) };
    await assert.rejects(sign1({ signer, payload }), { code: 'signature-form' });
  });
});

describe('a parsed COSE_Key', () => {
  const signed = (key: KeyObject) => sign1({ signer: coseSigner(key, 'ES256'), payload });

  it('is validated when it is used: a point off the curve is told from a wrong signature', async () => {
    const { privateKey, publicKey } = KEYS['P-256'];
    const key = parseCoseKey(encodeCoseKey(publicKey));
    const y = Uint8Array.from(key.y as Uint8Array);
    y[31] = (y[31] as number) ^ 1;
    refuses(() => decodeCoseKey(encodeCoseKey(publicKey).set(-3, y)), 'key-point');
    const made = await signed(privateKey);
    refuses(() => verifySign1({ sign1: made, publicKey: { ...key, y } }), 'key-point');
    refuses(
      () => verifySign1({ sign1: made, publicKey: { ...key, x: new Uint8Array(32), y: new Uint8Array(32) } }),
      'key-point',
    );
  });

  it('leaves nothing of the key before it when a coordinate is short', async () => {
    const { privateKey, publicKey } = KEYS['P-256'];
    const key = parseCoseKey(encodeCoseKey(publicKey));
    const made = await signed(privateKey);
    verifySign1({ sign1: made, publicKey: key });
    for (const short of [
      { ...key, x: key.x.subarray(1) },
      { ...key, y: undefined },
      { ...key, y: new Uint8Array(0) },
    ]) {
      refuses(() => verifySign1({ sign1: made, publicKey: short }), 'key-form');
    }
    const other = parseCoseKey(encodeCoseKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
    refuses(() => verifySign1({ sign1: made, publicKey: other }), 'signature-invalid');
    verifySign1({ sign1: made, publicKey: key });
  });

  it('is written by writeCoseKey as encode writes it, whether it was read here or made elsewhere', () => {
    const made: KeyObject[] = [...Object.values(KEYS), generateKeyPairSync('x25519')].map(({ publicKey }) => publicKey);
    for (const key of made) {
      const expected = encode(encodeCoseKey(key));
      for (const same of [key, decodeCoseKey(encodeCoseKey(key))]) {
        const writer = new CborWriter();
        writeCoseKey(writer, same);
        assert.deepEqual(writer.take(), expected);
        assert.deepEqual(encode(encodeCoseKey(same)), expected);
      }
    }
    refuses(
      () => writeCoseKey(new CborWriter(), generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey),
      'key-curve',
    );
  });

  it('gives its coordinates away as copies', () => {
    const key = decodeCoseKey(encodeCoseKey(KEYS['P-384'].publicKey));
    const before = encode(encodeCoseKey(key));
    ((encodeCoseKey(key) as CborMap).get(-2) as Uint8Array).fill(0);
    assert.deepEqual(encode(encodeCoseKey(key)), before);
  });
});

describe('the two forms of an ECDSA signature', () => {
  it('turn into each other without loss, short numbers and set top bits included', () => {
    const number = (size: number) =>
      fc
        .tuple(fc.nat({ max: size - 1 }), fc.uint8Array({ minLength: size, maxLength: size }))
        .map(([zeros, bytes]) => bytes.fill(0, 0, zeros));
    for (const size of [32, 48, 66]) {
      fc.assert(
        fc.property(number(size), number(size), (r, s) => {
          const raw = Uint8Array.from([...r, ...s]);
          const der = derFromRaw(raw);
          assert.deepEqual(rawFromDer(der, size), raw);
          const into = new Uint8Array(2 * size + 4).fill(0xaa);
          putRawFromDer(der, size, into, 2);
          assert.deepEqual(into.subarray(2, -2), raw);
          assert.deepEqual([into[1], into.at(-2)], [0xaa, 0xaa]);
        }),
      );
    }
  });

  it('are those of OpenSSL', () => {
    const { privateKey } = KEYS['P-521'];
    for (let turn = 0; turn < 20; turn++) {
      const der = new Uint8Array(sign('sha512', payload, privateKey));
      assert.deepEqual(derFromRaw(rawFromDer(der, 66)), der);
    }
  });
});

describe('COSE_Mac0', () => {
  const key = new Uint8Array(32).fill(1);
  it('is verified attached and detached, with more protected headers and external data', () => {
    const more = { protectedHeaders: new Map([[3, 'text/plain']]), externalAad: Uint8Array.of(2) };
    const attached = mac0({ key, payload, ...more });
    assert.equal(
      verifyMac0({ mac0: attached, key, externalAad: more.externalAad }).protectedHeaders.get(3),
      'text/plain',
    );
    refuses(() => verifyMac0({ mac0: attached, key }), 'mac-invalid');
    const detached = mac0({ key, payload, detached: true });
    verifyMac0({ mac0: detached, key, detachedPayload: payload });
    refuses(() => verifyMac0({ mac0: detached, key }), 'payload-missing');
    refuses(() => verifyMac0({ mac0: detached, key: key.subarray(1), detachedPayload: payload }), 'mac-invalid');
  });
});
