import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, encode, Tagged } from '@tegata/cbor';
import { type Signer, softwareSigner } from '@tegata/keys';
import fc from 'fast-check';
import {
  ALG,
  type CoseErrorCode,
  coseKeyFromJwk,
  coseKeyToJwk,
  decodeCoseKey,
  derFromRaw,
  encodeCoseKey,
  mac0,
  parseSign1,
  protectedHeader,
  rawFromDer,
  sign1,
  toBeSigned,
  verifyMac0,
  verifySign1,
  x5chain,
  x5chainHeader,
} from './index.ts';

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const p256 = ec('P-256');
const p384 = ec('P-384');
const payload = new TextEncoder().encode('This is the content.');
const refuses = (run: () => unknown, code: CoseErrorCode) =>
  assert.throws(
    run,
    (error: { name: string; code: string }) => error.name === 'CoseError' && error.code === code,
    code,
  );

/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 1);

describe('COSE WG examples', () => {
  const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'cose');
  const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';
  type Key = { kty: string; crv: string; x: string; y: string; k: string };
  const example = (path: string) => {
    const { input, output } = JSON.parse(readFileSync(join(folder, path), 'utf8'));
    const body = input.sign0 ?? input.mac0;
    const key: Key = input.mac0 ? body.recipients[0].key : body.key;
    return {
      message: decode(Buffer.from(output.cbor, 'hex')),
      externalAad: Buffer.from(body.external ?? '', 'hex'),
      key: Buffer.from(key.k ?? '', 'base64url'),
      publicKey: () => decodeCoseKey(coseKeyFromJwk(key)),
    };
  };

  for (const path of ['RFC8152/Appendix_C_2_1', 'ecdsa-examples/ecdsa-sig-01', 'sign1-tests/sign-pass-02']) {
    it(`verifies ${path}, and refuses its tag where the profile has none`, { skip }, () => {
      const { message, externalAad, publicKey } = example(`${path}.json`);
      const options = { sign1: message, publicKey: publicKey(), externalAad };
      assert.deepEqual(verifySign1({ ...options, tag: 'allow' }).payload, new Uint8Array(payload));
      refuses(() => verifySign1(options), 'tagged');
      refuses(() => verifySign1({ ...options, tag: 'allow', externalAad: Buffer.from('other') }), 'signature-invalid');
    });
  }

  it('verifies the untagged sign-pass-03', { skip }, () => {
    const { message, publicKey } = example('sign1-tests/sign-pass-03.json');
    assert.ok(verifySign1({ sign1: message, publicKey: publicKey() }));
    refuses(() => verifySign1({ sign1: message, publicKey: publicKey(), tag: 'require' }), 'structure');
  });

  it('verifies HMac-01', { skip }, () => {
    const { message, key } = example('mac0-tests/HMac-01.json');
    assert.ok(verifyMac0({ mac0: message, key, tag: 'allow' }));
    refuses(() => verifyMac0({ mac0: message, key }), 'tagged');
    refuses(() => verifyMac0({ mac0: message, key: Buffer.alloc(32), tag: 'allow' }), 'mac-invalid');
  });

  it('refuses the examples whose algorithm stands in the unprotected header', { skip }, () => {
    const one = example('sign1-tests/sign-pass-01.json');
    refuses(() => verifySign1({ sign1: one.message, publicKey: one.publicKey(), tag: 'allow' }), 'alg-unprotected');
    for (const path of ['mac-pass-01', 'mac-pass-02', 'mac-pass-03']) {
      const { message, key, externalAad } = example(`mac0-tests/${path}.json`);
      refuses(() => verifyMac0({ mac0: message, key, externalAad, tag: 'allow' }), 'alg-unprotected');
    }
  });
});

describe('COSE_Sign1', () => {
  it('verifies what it signs, attached and detached, with P-256 and P-384', async () => {
    for (const pair of [p256, p384]) {
      const signer = softwareSigner(pair.privateKey);
      const attached = await sign1({ signer, payload });
      assert.deepEqual(verifySign1({ sign1: decode(encode(attached)), publicKey: pair.publicKey }).payload, payload);
      const detached = await sign1({ signer, payload, detached: true });
      const options = { sign1: detached, publicKey: pair.publicKey };
      assert.equal(verifySign1({ ...options, detachedPayload: payload }).payload, null);
      refuses(() => verifySign1(options), 'payload-missing');
      refuses(() => verifySign1({ ...options, detachedPayload: payload.slice(1) }), 'signature-invalid');
      refuses(
        () => verifySign1({ sign1: attached, publicKey: pair.publicKey, detachedPayload: payload }),
        'payload-attached',
      );
    }
  });

  /** A message under any algorithm number, validly signed. */
  const forged = (key: KeyObject, hash: string, size: number, headers: CborMap, unprotected: CborMap = new Map()) => {
    const protectedBytes = headers.size === 0 ? new Uint8Array(0) : encode(headers);
    const der = sign(hash, toBeSigned('Signature1', protectedBytes, payload), key);
    return [protectedBytes, unprotected, payload, rawFromDer(der, size)];
  };
  const alg = (number: CborValue): CborMap => new Map([[1, number]]);

  it('accepts the algorithms that name their curve, and P-521', () => {
    const p521 = ec('P-521');
    const cases: [typeof p256, string, number, number][] = [
      [p256, 'sha256', 32, ALG.ESP256],
      [p384, 'sha384', 48, ALG.ESP384],
      [p521, 'sha512', 66, ALG.ES512],
      [p521, 'sha512', 66, ALG.ESP512],
    ];
    for (const [pair, hash, size, number] of cases) {
      assert.ok(verifySign1({ sign1: forged(pair.privateKey, hash, size, alg(number)), publicKey: pair.publicKey }));
    }
    const message = forged(p256.privateKey, 'sha256', 32, alg(ALG.ESP256));
    refuses(
      () => verifySign1({ sign1: message, publicKey: p256.publicKey, allowedAlgorithms: [ALG.ES256] }),
      'alg-refused',
    );
  });

  it('binds the algorithm to the curve of the key', () => {
    const message = forged(p384.privateKey, 'sha256', 48, alg(ALG.ES256));
    refuses(() => verifySign1({ sign1: message, publicKey: p384.publicKey }), 'alg-key-mismatch');
  });

  it('takes the algorithm from the protected header only, and by number', () => {
    const check = (message: CborValue) => () => verifySign1({ sign1: message, publicKey: p256.publicKey });
    const make = (headers: CborMap, unprotected?: CborMap) =>
      forged(p256.privateKey, 'sha256', 32, headers, unprotected);
    refuses(check(make(new Map(), alg(-7))), 'alg-unprotected');
    refuses(check(make(new Map())), 'alg-missing');
    refuses(check(make(alg('ES256'))), 'alg-refused');
    refuses(check(make(alg(ALG.HMAC_256_256))), 'alg-refused');
    refuses(check(make(alg(-7), alg(-7))), 'header-twice');
  });

  it('refuses critical headers and key identifiers that are no byte strings', () => {
    const check = (headers: CborMap, unprotected?: CborMap) => () =>
      verifySign1({ sign1: forged(p256.privateKey, 'sha256', 32, headers, unprotected), publicKey: p256.publicKey });
    refuses(
      check(
        new Map<number, CborValue>([
          [1, -7],
          [2, [99]],
          [99, 1],
        ]),
      ),
      'critical-header',
    );
    refuses(check(alg(-7), new Map([[4, 'kid']])), 'kid-form');
    assert.doesNotThrow(check(alg(-7), new Map([[4, Uint8Array.of(1)]])));
  });

  it('refuses a signature in DER, of a wrong length, or with one bit changed', async () => {
    const message = (await sign1({ signer: softwareSigner(p256.privateKey), payload })) as CborValue[];
    const signature = message[3] as Uint8Array;
    const check = (altered: Uint8Array) => () =>
      verifySign1({ sign1: [...message.slice(0, 3), altered], publicKey: p256.publicKey });
    refuses(check(derFromRaw(signature)), 'signature-form');
    refuses(check(signature.subarray(1)), 'signature-form');
    refuses(check(new Uint8Array(64)), 'signature-invalid');
    refuses(check(signature.map((byte, i) => (i === 40 ? byte ^ 1 : byte))), 'signature-invalid');
  });

  it('refuses anything that is not an array of four with the right types', () => {
    const wrong: CborValue[] = [
      null,
      [],
      [new Uint8Array(0), new Map(), payload],
      new Map(),
      'text',
      new Tagged(17, []),
    ];
    wrong.push(
      [new Uint8Array(0), new Map(), 'payload', new Uint8Array(64)],
      [Uint8Array.of(0xff), new Map(), payload, payload],
    );
    wrong.push([encode([]), new Map(), payload, payload], [payload, [], payload, payload]);
    for (const value of wrong) refuses(() => parseSign1(value, 'allow'), 'structure');
  });

  it('refuses to sign with RSA or under another algorithm than that of the key', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await assert.rejects(sign1({ signer: softwareSigner(rsa), payload }), { code: 'alg-refused' });
    const signer: Signer = softwareSigner(p256.privateKey);
    await assert.rejects(sign1({ signer, payload, protectedHeaders: alg(-35) }), { code: 'alg-key-mismatch' });
    assert.deepEqual(protectedHeader(-7), Uint8Array.of(0xa1, 0x01, 0x26));
  });
});

describe('COSE_Mac0', () => {
  const key = new Uint8Array(32).fill(7);
  it('verifies what it makes and refuses shortened, altered and truncated-algorithm tags', () => {
    const message = mac0({ key, payload, detached: true }) as CborValue[];
    assert.ok(verifyMac0({ mac0: message, key, detachedPayload: payload }));
    const altered = (tag: Uint8Array) => () =>
      verifyMac0({ mac0: [...message.slice(0, 3), tag], key, detachedPayload: payload });
    const tag = message[3] as Uint8Array;
    refuses(altered(tag.subarray(0, 8)), 'signature-form');
    refuses(altered(new Uint8Array(0)), 'signature-form');
    refuses(altered(tag.map((byte) => byte ^ 1)), 'mac-invalid');
    refuses(
      () => verifyMac0({ mac0: [encode(new Map([[1, 4]])), ...message.slice(1)], key, detachedPayload: payload }),
      'alg-refused',
    );
    refuses(() => verifyMac0({ mac0: mac0({ key, payload }), key, detachedPayload: payload }), 'payload-attached');
  });
});

describe('COSE_Key', () => {
  it('turns keys of each curve into maps and back', () => {
    const keys = [p256, p384, ec('P-521'), generateKeyPairSync('ed25519'), generateKeyPairSync('x25519')];
    for (const { publicKey } of keys) {
      const map = decode(encode(encodeCoseKey(publicKey)));
      assert.ok(decodeCoseKey(map).equals(publicKey));
      assert.deepEqual(encode(coseKeyFromJwk(coseKeyToJwk(map))), encode(map));
    }
  });

  it('reads a compressed point', () => {
    const map = encodeCoseKey(p256.publicKey);
    const y = map.get(-3) as Uint8Array;
    const key = decodeCoseKey(new Map([...map, [-3, y[31]! % 2 === 1]]));
    assert.ok(key.equals(p256.publicKey));
  });

  it('refuses points off the curve, wrong lengths, unknown curves, private parts and wrong types', () => {
    const map = encodeCoseKey(p256.publicKey);
    const x = map.get(-2) as Uint8Array;
    const y = map.get(-3) as Uint8Array;
    const check =
      (...changes: [number, CborValue][]) =>
      () =>
        decodeCoseKey(new Map([...map, ...changes]));
    refuses(check([-3, y.map((byte, i) => (i === 31 ? byte ^ 1 : byte))]), 'key-point');
    refuses(check([-2, new Uint8Array(32)], [-3, new Uint8Array(32)]), 'key-point');
    refuses(check([-2, new Uint8Array(32).fill(0xff)], [-3, true]), 'key-point');
    refuses(check([-2, x.subarray(1)]), 'key-form');
    refuses(check([-2, new Uint8Array([0, ...x])]), 'key-form');
    refuses(check([-1, 2]), 'key-form');
    refuses(check([-1, 8]), 'key-curve');
    refuses(check([1, 1]), 'key-form');
    refuses(check([-4, x]), 'key-form');
    refuses(() => decodeCoseKey([]), 'key-form');
    const rsa = createPublicKey(
      createPrivateKey(
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ),
    );
    refuses(() => encodeCoseKey(rsa), 'key-curve');
  });
});

describe('x5chain', () => {
  const message = (header: CborValue, place: 'protected' | 'unprotected' = 'unprotected') =>
    place === 'protected'
      ? [
          encode(
            new Map<number, CborValue>([
              [1, -7],
              [33, header],
            ]),
          ),
          new Map(),
          null,
          new Uint8Array(64),
        ]
      : [protectedHeader(-7), new Map([[33, header]]), null, new Uint8Array(64)];

  it('reads one certificate as a byte string and several as an array', () => {
    assert.deepEqual(x5chain(message(payload)), [payload]);
    assert.deepEqual(x5chain(parseSign1(message([payload, payload], 'protected'))), [payload, payload]);
    assert.equal(x5chainHeader([payload]), payload);
    assert.deepEqual(x5chainHeader([payload, payload]), [payload, payload]);
  });

  it('refuses a missing, empty, overlong or ill-typed chain', () => {
    refuses(() => x5chain([protectedHeader(-7), new Map(), null, payload]), 'x5chain-missing');
    for (const bad of [[], new Uint8Array(0), [new Uint8Array(0)], ['text'], 'text', Array(9).fill(payload)]) {
      refuses(() => x5chain(message(bad as CborValue)), 'x5chain-form');
    }
    refuses(() => x5chainHeader([]), 'x5chain-form');
  });
});

describe('ECDSA signatures', () => {
  it('turn from r ‖ s to DER and back, for any numbers', () => {
    for (const size of [32, 48, 66]) {
      const number = fc.uint8Array({ minLength: size, maxLength: size });
      fc.assert(
        fc.property(number, number, fc.nat(size), (r, s, zeros) => {
          const raw = new Uint8Array([...r.fill(0, 0, zeros), ...s]);
          assert.deepEqual(rawFromDer(derFromRaw(raw), size), raw);
        }),
        { numRuns: 200, seed },
      );
    }
  });

  it('are refused when the DER is not strict', () => {
    const der = derFromRaw(new Uint8Array(64).fill(1));
    const hex = Buffer.from(der).toString('hex');
    const wrong = [
      '',
      '30',
      `${hex}00`,
      hex.slice(0, -2),
      hex.replace(/^3044/, '308144'),
      hex.replace('0220', '0221'),
      hex.replace(/^30/, '31'),
    ];
    wrong.push(
      '3006020100020101ff',
      '3006020180020101',
      '300702020001020101',
      '30040200 0200'.replace(' ', ''),
      '3006030101020101',
    );
    for (const bad of wrong) refuses(() => rawFromDer(new Uint8Array(Buffer.from(bad, 'hex')), 32), 'signature-form');
    refuses(() => rawFromDer(derFromRaw(new Uint8Array(96).fill(1)), 32), 'signature-form');
  });
});
