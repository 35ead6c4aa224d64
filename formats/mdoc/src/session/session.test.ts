import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decode, Encoded, encode } from '@tegata/cbor';
import fc from 'fast-check';
import {
  buildDeviceEngagement,
  buildSessionData,
  buildSessionEstablishment,
  DeviceSession,
  eReaderKeyBytes,
  MdocError,
  parseDeviceEngagement,
  parseSessionData,
  ReaderSession,
  sessionTranscriptQr,
} from '../index.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const bytes = (...values: number[]) => Uint8Array.from(values);
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const newKey = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });

function pair() {
  const device = newKey();
  const engagement = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey: device.publicKey }));
  const transcript = (readerKey: Encoded) =>
    sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes: readerKey });
  return {
    phone: new DeviceSession({ eDeviceKey: device.privateKey, transcript }),
    shop: new ReaderSession({ eReaderKey: newKey().privateKey, eDeviceKey: engagement.eDeviceKey, transcript }),
    engagement,
    transcript,
  };
}

/** Runs a step that must fail; gives the code and the status that goes to the other end. */
function failure(side: DeviceSession | ReaderSession, step: () => unknown): [string, number | undefined] {
  let code = '';
  assert.throws(step, (error: unknown) => {
    assert.ok(error instanceof MdocError, String(error));
    code = error.code;
    return true;
  });
  assert.equal(side.state, 'ended');
  assert.ok(side.wiped);
  return [code, side.closing && parseSessionData(side.closing).status];
}

describe('A session', () => {
  it('goes from engagement through request and response, twice, to its end', () => {
    const { phone, shop } = pair();
    assert.deepEqual([phone.state, shop.state], ['awaiting-establishment', 'engaged']);
    const establishment = shop.request(bytes(1));
    assert.deepEqual(phone.receive(establishment), { data: bytes(1), ended: false });
    assert.equal(hex(phone.transcript), hex(shop.transcript));
    assert.deepEqual([phone.state, shop.state], ['request-received', 'awaiting-response']);
    assert.deepEqual(shop.receive(phone.respond(bytes(2))), { data: bytes(2), ended: false });
    assert.deepEqual([phone.state, shop.state], ['awaiting-request', 'response-received']);
    const again = shop.request(bytes(3));
    assert.ok(!(decode(again) as Map<string, unknown>).has('eReaderKey'));
    assert.deepEqual(phone.receive(again), { data: bytes(3), ended: false });
    const last = phone.respond(bytes(4), { terminate: true });
    assert.deepEqual(shop.receive(last), { data: bytes(4), status: 20, ended: true });
    assert.deepEqual([phone.state, shop.state], ['ended', 'ended']);
    assert.ok(phone.wiped && shop.wiped);
    assert.deepEqual(
      [phone.messages, shop.messages],
      [
        { sent: 2, received: 2 },
        { sent: 2, received: 2 },
      ],
    );
    assert.equal(phone.closing, undefined);
  });

  it('holds its keys until it ends, and forgets them then: by word, without a word, or by the other end', () => {
    const { phone, shop } = pair();
    assert.ok(!phone.wiped && !shop.wiped);
    phone.receive(shop.request(bytes(1)));
    assert.ok(!phone.wiped && !shop.wiped);
    const goodbye = shop.terminate();
    assert.equal(hex(goodbye), 'a16673746174757314');
    assert.ok(shop.wiped);
    assert.deepEqual(phone.receive(goodbye), { status: 20, ended: true });
    assert.ok(phone.wiped);
    for (const step of [() => phone.receive(goodbye), () => phone.respond(bytes(1)), () => phone.terminate()]) {
      assert.throws(step, { code: 'session-ended' });
    }
    const other = pair();
    other.phone.abandon();
    assert.ok(other.phone.wiped);
    assert.throws(() => other.phone.receive(other.shop.request(bytes(1))), { code: 'session-ended' });
  });

  it('refuses what is out of turn, and ends with status 20', () => {
    const turns: [string, (ends: ReturnType<typeof pair>) => [DeviceSession | ReaderSession, () => unknown]][] = [
      ['the phone answers before it was asked', ({ phone }) => [phone, () => phone.respond(bytes(1))]],
      [
        'the phone answers twice',
        ({ phone, shop }) => {
          phone.receive(shop.request(bytes(1)));
          phone.respond(bytes(2));
          return [phone, () => phone.respond(bytes(2))];
        },
      ],
      [
        'the reader asks twice',
        ({ shop }) => {
          shop.request(bytes(1));
          return [shop, () => shop.request(bytes(1))];
        },
      ],
      [
        'data reaches the phone while it owes an answer',
        ({ phone, shop }) => {
          phone.receive(shop.request(bytes(1)));
          return [phone, () => phone.receive(buildSessionData({ data: bytes(1) }))];
        },
      ],
      [
        'data reaches the reader before it asked',
        ({ shop }) => [shop, () => shop.receive(buildSessionData({ data: bytes(1) }))],
      ],
      [
        'the reader reads the transcript, but the phone has none yet',
        ({ phone }) => {
          const step = () => {
            try {
              return phone.transcript;
            } finally {
              phone.abandon();
            }
          };
          return [phone, step];
        },
      ],
    ];
    for (const [name, turn] of turns) {
      const [side, step] = turn(pair());
      const [code, status] = failure(side, step);
      assert.equal(code, 'session-state', name);
      assert.ok(status === 20 || status === undefined, name);
    }
  });

  it('refuses a second establishment', () => {
    const { phone, shop } = pair();
    const establishment = shop.request(bytes(1));
    phone.receive(establishment);
    phone.respond(bytes(2));
    // As SessionData it carries data under a counter that has passed: a replay.
    assert.deepEqual(
      failure(phone, () => phone.receive(establishment)),
      ['session-decryption', 10],
    );
  });

  it('answers bytes that are no message with 11, keys and ciphertexts that do not fit with 10', () => {
    const cases: [string, number, (ends: ReturnType<typeof pair>) => Uint8Array][] = [
      ['session-message', 11, () => bytes(0xff)],
      ['session-message', 11, () => encode({ data: bytes(1) })],
      ['session-message', 11, () => encode({ eReaderKey: bytes(1), data: bytes(1) })],
      ['session-key', 10, () => buildSessionEstablishment({ eReaderKeyBytes: Encoded.of(new Map()), data: bytes(1) })],
      [
        'session-key',
        10,
        () =>
          buildSessionEstablishment({ eReaderKeyBytes: eReaderKeyBytes(newKey('P-384').publicKey), data: bytes(1) }),
      ],
      [
        'session-decryption',
        10,
        ({ shop }) => buildSessionEstablishment({ eReaderKeyBytes: shop.eReaderKeyBytes, data: new Uint8Array(40) }),
      ],
      [
        'session-decryption',
        10,
        ({ shop }) => buildSessionEstablishment({ eReaderKeyBytes: shop.eReaderKeyBytes, data: bytes() }),
      ],
    ];
    for (const [code, status, message] of cases) {
      const ends = pair();
      assert.deepEqual(
        failure(ends.phone, () => ends.phone.receive(message(ends))),
        [code, status],
      );
    }
    const { phone, shop } = pair();
    phone.receive(shop.request(bytes(1)));
    const response = phone.respond(bytes(2));
    response[response.length - 1]! ^= 1;
    assert.deepEqual(
      failure(shop, () => shop.receive(response)),
      ['session-decryption', 10],
    );
    const two = pair();
    two.shop.request(bytes(1));
    assert.deepEqual(
      failure(two.shop, () => two.shop.receive(encode({}))),
      ['session-message', 11],
    );
  });

  it('refuses replayed and reordered messages', () => {
    const { phone, shop } = pair();
    phone.receive(shop.request(bytes(1)));
    const first = phone.respond(bytes(2));
    shop.receive(first);
    shop.request(bytes(3));
    assert.deepEqual(
      failure(shop, () => shop.receive(first)),
      ['session-decryption', 10],
    );
  });

  it('takes an error that the other end reports as the end', () => {
    for (const status of [10, 11, 99]) {
      const { shop } = pair();
      shop.request(bytes(1));
      assert.deepEqual(shop.receive(buildSessionData({ status })), { status, ended: true });
      assert.equal(shop.closing, undefined);
      assert.ok(shop.wiped);
    }
  });

  it('does not stand between keys of different curves', () => {
    const { transcript } = pair();
    const build = () =>
      new ReaderSession({ eReaderKey: newKey('P-384').privateKey, eDeviceKey: newKey().publicKey, transcript });
    assert.throws(build, { code: 'session-key' });
  });

  it('meets any row of messages with its own error, and never lives on after one', () => {
    const { shop, engagement, transcript } = pair();
    const establishment = shop.request(bytes(1));
    const message = fc.oneof(
      fc.constant(establishment),
      fc.constant(buildSessionData({ status: 20 })),
      fc.uint8Array({ maxLength: 30 }).map((data) => buildSessionData({ data })),
      fc.uint8Array({ maxLength: 60 }),
    );
    assert.ok(engagement);
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
        const phone = new DeviceSession({ eDeviceKey: newKey().privateKey, transcript });
        for (const one of messages) {
          const before = phone.state;
          try {
            phone.receive(one);
            assert.notEqual(before, 'ended');
          } catch (error) {
            assert.ok(error instanceof MdocError, String(error));
            assert.equal(phone.state, 'ended');
            assert.ok(phone.wiped);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'iso18013-5-annex-d');
const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';

describe('The session of ISO/IEC 18013-5 Annex D', { skip }, () => {
  const hexOf = (name: string) => readFileSync(join(folder, `${name}.hex`), 'utf8').trim();
  const read = (name: string) => new Uint8Array(Buffer.from(hexOf(name), 'hex'));
  const key = (name: string): KeyObject => {
    const part = (suffix: string) => Buffer.from(read(`${name}_${suffix}`)).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: part('x'), y: part('y'), d: part('d') };
    return createPrivateKey({ key: jwk, format: 'jwk' });
  };
  const transcript = () => (decode(read('session_transcript_bytes')) as Encoded).content;

  it('is spoken byte for byte by both ends', () => {
    const eDeviceKey = key('ephemeral_device_key');
    const shop = new ReaderSession({
      eReaderKey: key('ephemeral_reader_key'),
      eDeviceKey: createPublicKey(eDeviceKey),
      transcript,
    });
    const phone = new DeviceSession({ eDeviceKey, transcript });
    const establishment = shop.request(read('device_request'));
    assert.equal(hex(establishment), hexOf('session_establishment'));
    assert.equal(hex(phone.receive(establishment).data!), hexOf('device_request'));
    const response = phone.respond(read('device_response'));
    assert.equal(hex(response), hexOf('session_data'));
    assert.equal(hex(shop.receive(response).data!), hexOf('device_response'));
    const goodbye = shop.terminate();
    assert.equal(hex(goodbye), hexOf('session_termination'));
    assert.deepEqual(phone.receive(goodbye), { status: 20, ended: true });
  });
});
