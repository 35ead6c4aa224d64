import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, encode } from '@tegata/cbor';
import { seal } from '@tegata/hpke';
import { seededRandom } from '@tegata/random';
import { openAppleEnvelope, sealAppleEnvelope, sessionTranscriptOf } from '../index.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const random = seededRandom('apple');
const { privateKey: recipientKey, publicKey: recipientPublicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const request = { nonce: random.bytes(32), merchantId: 'merchant.example', teamId: 'TEAM' };
// A response whose heads are longer than need be, to see that its bytes are kept.
const deviceResponse = new Uint8Array(Buffer.from('b900026776657273696f6e63312e306673746174757300', 'hex'));
const envelope = sealAppleEnvelope({ ...request, deviceResponse, recipientPublicKey, random });
const refuses = (run: () => unknown, rule: string, code = 'apple-envelope') =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], [code, rule]);
    return true;
  });

describe('The envelope of an in-app presentation', () => {
  it('opens to the response in the bytes in which it was sealed, with the transcript of the request', () => {
    const opened = openAppleEnvelope({ ...request, envelope, recipientKey });
    assert.equal(hex(opened.deviceResponse), hex(deviceResponse));
    const params = (decode(envelope) as CborMap).get('params') as CborMap;
    const recipientKeyHash = params.get('pkRHash') as Uint8Array;
    const transcript = sessionTranscriptOf('apple-in-app', { ...request, recipientKeyHash });
    assert.equal(hex(opened.sessionTranscript), hex(transcript));
    assert.equal(hex(params.get('infoHash') as Uint8Array), createHash('sha256').update(transcript).digest('hex'));
  });

  it('is refused for another key, nonce, merchant or team before anything is decrypted', () => {
    const open = (changes: object) => () => openAppleEnvelope({ ...request, envelope, recipientKey, ...changes });
    refuses(open({ recipientKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }), 'key-hash');
    refuses(open({ nonce: random.bytes(32) }), 'info-hash');
    refuses(open({ merchantId: 'other' }), 'info-hash');
    refuses(open({ teamId: 'other' }), 'info-hash');
    refuses(open({ nonce: random.bytes(65) }), 'nonce-length', 'transcript');
  });

  it('is refused when it is of another form, or was changed', () => {
    const changed = (change: (map: CborMap) => void) => {
      const map = decode(envelope) as CborMap;
      change(map);
      return () => openAppleEnvelope({ ...request, envelope: encode(map), recipientKey });
    };
    const params = (name: string, value: CborValue) =>
      changed((map) => (map.get('params') as CborMap).set(name, value));
    refuses(
      changed((map) => map.set('algorithm', 'APPLE-HPKE-v2')),
      'algorithm',
    );
    refuses(
      changed((map) => map.delete('params')),
      'member-missing',
    );
    refuses(
      changed((map) => map.set('data', new Uint8Array(30))),
      'open-failed',
    );
    refuses(params('mode', 1), 'mode');
    refuses(params('pkEm', new Uint8Array(65)), 'key-form');
    refuses(() => openAppleEnvelope({ ...request, envelope: Uint8Array.of(0xff), recipientKey }), 'unexpected-break');
  });

  it('is refused when what it holds is no identity', () => {
    const map = decode(envelope) as CborMap;
    const old = map.get('params') as CborMap;
    const info = sessionTranscriptOf('apple-in-app', {
      ...request,
      recipientKeyHash: old.get('pkRHash') as Uint8Array,
    });
    const holding = (plaintext: Uint8Array) => {
      const { enc, ciphertext } = seal({ recipientKey: recipientPublicKey, plaintext, info, random });
      const changed = new Map<string, CborValue>([
        ...(map as Map<string, CborValue>),
        ['params', new Map([...old, ['pkEm', enc]])],
        ['data', ciphertext],
      ]);
      return () => openAppleEnvelope({ ...request, envelope: encode(changed), recipientKey });
    };
    refuses(holding(encode({ other: 1 })), 'member-missing');
    refuses(holding(encode([])), 'value-unsupported');
    refuses(holding(Uint8Array.of(0xa1)), 'truncated');
  });
});
