import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Random, seededRandom } from '@tegata/random';
import fc from 'fast-check';
import {
  deriveKeyPair,
  deserializePublicKey,
  HpkeError,
  open,
  seal,
  serializePublicKey,
  setupRecipient,
  setupSender,
} from './index.ts';
import { decapsulate } from './kem.ts';
import { keySchedule } from './key-schedule.ts';

interface Vector {
  name: string;
  mode: number;
  info: string;
  ikmE: string;
  ikmR: string;
  ikmS?: string;
  pkRm: string;
  pkEm: string;
  skRm: string;
  enc: string;
  psk?: string;
  psk_id?: string;
  shared_secret: string;
  key: string;
  base_nonce: string;
  exporter_secret: string;
  encryptions: { 'sequence number': number; pt: string; aad: string; nonce: string; ct: string }[];
  exports: { exporter_context: string; L: number; exported_value: string }[];
}

const folder = process.env['TEGATA_VECTORS'] ?? '';
const file = join(folder, 'hpke', 'rfc9180-a3-p256-sha256-aes128gcm.json');
const skip = folder && existsSync(file) ? false : 'TEGATA_VECTORS names no vectors folder';
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const refuses = (run: () => unknown, code: string) => assert.throws(run, { name: 'HpkeError', code });
const scalarOf = (key: KeyObject) =>
  Buffer.from(key.export({ format: 'jwk' }).d as string, 'base64url').toString('hex');

describe('RFC 9180 A.3', { skip }, () => {
  // The file writes some of its numbers as text.
  const numbers = new Set(['mode', 'sequence number', 'L']);
  const vectors: Vector[] = skip
    ? []
    : JSON.parse(readFileSync(file, 'utf8'), (key, value) => (numbers.has(key) ? Number(value) : value));

  it('has a vector for each of the four modes', () => {
    assert.deepEqual(
      vectors.map(({ mode }) => mode),
      [0, 1, 2, 3],
    );
  });

  for (const vector of vectors) {
    const recipient = () => deriveKeyPair(bytes(vector.ikmR));
    const sender = () => (vector.ikmS === undefined ? undefined : deriveKeyPair(bytes(vector.ikmS)));
    const preshared = () =>
      vector.psk === undefined ? {} : { preshared: { psk: bytes(vector.psk), pskId: bytes(vector.psk_id as string) } };
    const fixed: Random = { bytes: () => bytes(vector.ikmE) };
    const ends = () => {
      const from = sender();
      const common = { info: bytes(vector.info), ...preshared() };
      const { enc, context } = setupSender({
        ...common,
        recipientKey: recipient().publicKey,
        random: fixed,
        ...(from ? { senderKey: from.privateKey } : {}),
      });
      const opened = setupRecipient({
        ...common,
        enc,
        recipientKey: recipient().privateKey,
        ...(from ? { senderKey: from.publicKey } : {}),
      });
      return { enc, context, opened };
    };

    it(`${vector.name}: derives the keys and the schedule`, () => {
      assert.equal(hex(serializePublicKey(recipient().publicKey)), vector.pkRm);
      assert.equal(scalarOf(recipient().privateKey), vector.skRm);
      const sharedSecret = decapsulate(bytes(vector.enc), recipient().privateKey, sender()?.publicKey);
      assert.equal(hex(sharedSecret), vector.shared_secret);
      const keys = keySchedule({
        sharedSecret,
        info: bytes(vector.info),
        aead: 'AES-128-GCM',
        ...preshared(),
        authenticated: vector.mode >= 2,
      });
      assert.equal(hex(keys.key), vector.key);
      assert.equal(hex(keys.baseNonce), vector.base_nonce);
      assert.equal(hex(keys.exporterSecret), vector.exporter_secret);
    });

    it(`${vector.name}: seals and opens each message of the sequence`, () => {
      const { enc, context, opened } = ends();
      assert.equal(hex(enc), vector.enc);
      const listed = new Map(vector.encryptions.map((one) => [one['sequence number'], one]));
      const last = Math.max(...listed.keys());
      assert.equal(listed.size, 6);
      for (let number = 0; number <= last; number++) {
        const expected = listed.get(number);
        const plaintext = bytes(expected?.pt ?? '00');
        const aad = bytes(expected?.aad ?? '');
        const ciphertext = context.seal(plaintext, aad);
        if (expected) assert.equal(hex(ciphertext), expected.ct, `number ${number}`);
        assert.equal(hex(opened.open(ciphertext, aad)), hex(plaintext));
      }
    });

    it(`${vector.name}: exports`, () => {
      const { context, opened } = ends();
      assert.equal(vector.exports.length, 3);
      for (const { exporter_context, L, exported_value } of vector.exports) {
        assert.equal(hex(context.export(bytes(exporter_context), L)), exported_value);
        assert.equal(hex(opened.export(bytes(exporter_context), L)), exported_value);
      }
    });
  }
});

describe('HPKE', () => {
  const random = seededRandom('hpke');
  const recipient = deriveKeyPair(random.bytes(32));
  const sealed = (aead: 'AES-128-GCM' | 'AES-256-GCM' = 'AES-128-GCM') =>
    seal({ recipientKey: recipient.publicKey, plaintext: bytes('01020304'), info: bytes('aa'), aead, random });

  it('opens what it sealed, with either cipher, and not with the other', () => {
    for (const aead of ['AES-128-GCM', 'AES-256-GCM'] as const) {
      const common = { ...sealed(aead), recipientKey: recipient.privateKey, info: bytes('aa') };
      assert.equal(hex(open({ ...common, aead })), '01020304');
      refuses(() => open({ ...common, aead: aead === 'AES-128-GCM' ? 'AES-256-GCM' : 'AES-128-GCM' }), 'open-failed');
    }
  });

  it('refuses another info, aad, key, sender, preshared key and any changed byte', () => {
    const message = sealed();
    const common = { ...message, recipientKey: recipient.privateKey, info: bytes('aa') };
    const other = deriveKeyPair(random.bytes(32));
    const preshared = { psk: random.bytes(32), pskId: bytes('01') };
    refuses(() => open({ ...common, info: bytes('ab') }), 'open-failed');
    refuses(() => open({ ...common, aad: bytes('00') }), 'open-failed');
    refuses(() => open({ ...common, recipientKey: other.privateKey }), 'open-failed');
    refuses(() => open({ ...common, senderKey: other.publicKey }), 'open-failed');
    refuses(() => open({ ...common, preshared }), 'open-failed');
    refuses(() => open({ ...common, ciphertext: message.ciphertext.subarray(0, 15) }), 'open-failed');
    for (let at = 0; at < message.ciphertext.length; at++) {
      const ciphertext = message.ciphertext.slice();
      ciphertext[at]! ^= 1;
      refuses(() => open({ ...common, ciphertext }), 'open-failed');
    }
  });

  it('takes a message that failed for no message, so that the next still opens', () => {
    const { enc, context } = setupSender({ recipientKey: recipient.publicKey, random });
    const end = setupRecipient({ enc, recipientKey: recipient.privateKey });
    const one = context.seal(bytes('01'));
    refuses(() => end.open(one.map((byte) => byte ^ 1)), 'open-failed');
    assert.equal(hex(end.open(one)), '01');
    refuses(() => end.open(one), 'open-failed');
  });

  it('refuses keys that are no point of P-256, and preshared keys that are short or nameless', () => {
    const point = serializePublicKey(recipient.publicKey);
    const off = point.slice();
    off[64]! ^= 1;
    refuses(() => deserializePublicKey(off), 'key-point');
    refuses(() => deserializePublicKey(point.subarray(1)), 'key-form');
    refuses(() => deserializePublicKey(new Uint8Array(65)), 'key-form');
    refuses(() => open({ ...sealed(), enc: off, recipientKey: recipient.privateKey }), 'key-point');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    refuses(() => serializePublicKey(p384.publicKey), 'key-form');
    refuses(() => setupSender({ recipientKey: p384.publicKey, random }), 'key-form');
    refuses(() => setupSender({ recipientKey: recipient.publicKey, senderKey: p384.privateKey, random }), 'key-form');
    for (const preshared of [
      { psk: random.bytes(31), pskId: bytes('01') },
      { psk: random.bytes(32), pskId: bytes('') },
    ]) {
      refuses(() => setupSender({ recipientKey: recipient.publicKey, preshared, random }), 'psk-inputs');
    }
    refuses(() => deriveKeyPair(random.bytes(31)), 'key-form');
    const { context } = setupSender({ recipientKey: recipient.publicKey, random });
    refuses(() => context.export(bytes(''), 255 * 32 + 1), 'export-length');
    assert.equal(context.export(bytes(''), 255 * 32).length, 255 * 32);
  });

  it('meets arbitrary bytes with its own error', () => {
    const recipientKey = createPrivateKey(recipient.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ maxLength: 80 }), (enc, ciphertext) => {
        assert.throws(() => open({ enc, ciphertext, recipientKey }), HpkeError);
      }),
      { numRuns: 200 },
    );
  });
});
