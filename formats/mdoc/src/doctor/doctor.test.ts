import assert from 'node:assert/strict';
import { createHash, createPrivateKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, Encoded, encode, Raw } from '@tegata/cbor';
import { mac0, sign1 } from '@tegata/cose';
import fc from 'fast-check';
import {
  buildEmptyDeviceResponse,
  derivedKey,
  diagnoseTranscript,
  MNC_DOCTYPE,
  sessionTranscriptBytes,
  sessionTranscriptOf,
  type TranscriptFacts,
  type TranscriptVariant,
} from '../index.ts';
import { makeAuthority, makeDevice, makeSession, respond, type TestAuthority } from '../test-authority.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const sha256 = (data: Uint8Array | string) => new Uint8Array(createHash('sha256').update(data).digest());
const hash = (value: CborValue) => sha256(encode(value));
const handover = (...parts: CborValue[]) => encode([null, null, parts]);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
const jwk = { kty, crv, x, y, use: 'enc', alg: 'ECDH-ES', kid: '1' };
const thumbprint = sha256(JSON.stringify({ crv, kty, x, y }));
const origin = 'https://shop.example';
const nonce = Buffer.from(sha256('nonce')).toString('base64url');
const clientId = 'x509_hash:abc';
const responseUri = 'https://shop.example/response';
const facts: TranscriptFacts = { origin, nonce, jwk, clientId, responseUri };

describe('diagnoseTranscript', () => {
  let authority: TestAuthority;
  const device = makeDevice();
  const session = makeSession();
  before(async () => {
    authority = await makeAuthority();
  });
  /** A response whose device signature is over this transcript. */
  const signedOver = (sessionTranscript: Uint8Array) => respond(authority, device, session, { sessionTranscript });
  const diagnose = async (
    transcript: Uint8Array,
    expected: TranscriptVariant,
    given: TranscriptFacts = facts,
  ): Promise<[string | undefined, string[], string]> => {
    const diagnosis = diagnoseTranscript({ response: await signedOver(transcript), facts: given, expected });
    assert.ok(!diagnosis.exhausted);
    if (diagnosis.result === 'explained') assert.equal(hex(diagnosis.sessionTranscript!), hex(transcript));
    const differences = diagnosis.differences.map(({ parameter, found }) => `${parameter} ${found}`);
    return [diagnosis.variant, differences, diagnosis.summary];
  };
  const dcApi = (...info: CborValue[]) => handover('OpenID4VPDCAPIHandover', hash(info));
  const redirect = (...info: CborValue[]) => handover('OpenID4VPHandover', hash(info));

  it('says so when the transcript at hand is right after all', async () => {
    const right = sessionTranscriptOf('openid4vp-dc-api', { origin, nonce, jwkThumbprint: thumbprint });
    const [variant, differences, summary] = await diagnose(right, 'openid4vp-dc-api');
    assert.deepEqual([variant, differences], ['openid4vp-dc-api', []]);
    assert.equal(summary, 'The phone used openid4vp-dc-api, with every parameter as it is at hand.');
  });

  it('names the parameter of OpenID4VP over the Digital Credentials API that differs', async () => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(text));
    const cases: [CborValue[], string[]][] = [
      [[`${origin}/`, nonce, thumbprint], ['origin with a slash at the end']],
      [[`origin:${origin}`, nonce, thumbprint], ['origin with the prefix origin:']],
      [[`${origin}:443`, nonce, thumbprint], ['origin with the default port written out']],
      [['shop.example', nonce, thumbprint], ['origin as host alone']],
      [[origin, bytes(nonce), thumbprint], ['nonce as byte string of its characters']],
      [
        [origin, new Uint8Array(Buffer.from(nonce, 'base64url')), thumbprint],
        ['nonce as byte string, decoded from base64url'],
      ],
      [[origin, Buffer.from(nonce).toString('base64url'), thumbprint], ['nonce as base64url text of its characters']],
      [[origin, nonce, null], ['jwkThumbprint null, as for a response without encryption']],
      [[origin, nonce, Buffer.from(thumbprint).toString('base64url')], ['jwkThumbprint as base64url text']],
      [[origin, nonce, sha256(JSON.stringify(jwk))], ['jwkThumbprint over all members of the key, as it was sent']],
      [
        [`${origin}/`, nonce, null],
        ['origin with a slash at the end', 'jwkThumbprint null, as for a response without encryption'],
      ],
    ];
    for (const [info, expected] of cases) {
      const [variant, differences] = await diagnose(dcApi(...info), 'openid4vp-dc-api');
      assert.deepEqual([variant, differences], ['openid4vp-dc-api', expected]);
    }
  });

  it('reads an origin in another case, with a port, or over the other scheme', async () => {
    const shop = { ...facts, origin: 'https://Shop.Example:8443' };
    for (const [used, found] of [
      ['https://shop.example:8443', 'in the serialised form: lower case, no default port, no path'],
      ['https://shop.example', 'without its port'],
      ['http://shop.example:8443', 'with the other of http and https'],
    ]) {
      const [, differences] = await diagnose(dcApi(used, nonce, thumbprint), 'openid4vp-dc-api', shop);
      assert.deepEqual(differences, [`origin ${found}`]);
    }
  });

  it('names the parameter of OpenID4VP over redirects that differs', async () => {
    const cases: [CborValue[], string][] = [
      [['abc', nonce, thumbprint, responseUri], 'clientId without its prefix'],
      [['x509_san_dns:abc', nonce, thumbprint, responseUri], 'clientId with the prefix x509_san_dns:'],
      [[clientId, nonce, null, responseUri], 'jwkThumbprint null, as for a response without encryption'],
      [[clientId, nonce, thumbprint, `${responseUri}/`], 'responseUri with a slash at the end'],
      [[clientId, nonce, thumbprint, 'app:/done'], 'responseUri redirect_uri in place of response_uri'],
    ];
    for (const [info, found] of cases) {
      const given = { ...facts, redirectUri: 'app:/done' };
      const [, differences] = await diagnose(redirect(...info), 'openid4vp-redirect', given);
      assert.deepEqual(differences, [found]);
    }
  });

  it('recognises another handover than the one expected', async () => {
    const old = { ...facts, mdocGeneratedNonce: 'mdoc nonce' };
    const annexB = { clientId, responseUri, nonce, mdocGeneratedNonce: 'mdoc nonce' };
    const legacy = { legacy: true };
    const cases: [TranscriptVariant, Uint8Array][] = [
      [
        'openid4vp-redirect',
        sessionTranscriptOf('openid4vp-redirect', { clientId, nonce, jwkThumbprint: thumbprint, responseUri }),
      ],
      [
        'openid4vp-draft24-dc-api',
        sessionTranscriptOf('openid4vp-draft24-dc-api', { origin, clientId, nonce }, legacy),
      ],
      ['iso-18013-7-annex-b', sessionTranscriptOf('iso-18013-7-annex-b', annexB, legacy)],
      ['iso-18013-7-annex-b-draft', sessionTranscriptOf('iso-18013-7-annex-b-draft', annexB, legacy)],
    ];
    for (const [used, transcript] of cases) {
      const [variant, differences, summary] = await diagnose(transcript, 'openid4vp-dc-api', old);
      assert.deepEqual([variant, differences], [used, [`handover ${used} in place of openid4vp-dc-api`]]);
      assert.match(summary, new RegExp(`^The phone used ${used} in place of openid4vp-dc-api`));
    }
  });

  it('recognises encryptionInfo that was encoded again, and padding', async () => {
    const sent = Buffer.from('8265646361706963616263', 'hex');
    const encryptionInfo = Buffer.from([0x98, 0x02, ...sent.subarray(1)]).toString('base64url');
    const given = { ...facts, encryptionInfo };
    const dcapi = (...info: CborValue[]) => handover('dcapi', hash(info));
    const [, again] = await diagnose(dcapi(sent.toString('base64url'), origin), 'iso-18013-7-annex-c', given);
    assert.deepEqual(again, ['encryptionInfo encoded again, not as it was sent']);
    const [, slash] = await diagnose(dcapi(encryptionInfo, `${origin}/`), 'iso-18013-7-annex-c', given);
    assert.deepEqual(slash, ['origin with a slash at the end']);
  });

  it('recognises what was done to the engagement', async () => {
    const map = decode(session.engagement.encoded.content) as CborMap;
    const odd = new Map<number, CborValue>([[6, new Map([[2, true]])], ...(map as Map<number, CborValue>)]);
    const engagement = encode(odd, { mapOrder: 'given' });
    const key = session.readerBytes;
    const given = { deviceEngagement: engagement, eReaderKeyBytes: key.bytes, handoverSelect: Uint8Array.of(1, 2) };
    const transcript = (first: CborValue, last: CborValue = null, readerKey: CborValue = key) =>
      encode([first, readerKey, last]);
    const cases: [Uint8Array, string | undefined, TranscriptVariant][] = [
      [transcript(Encoded.wrap(engagement)), undefined, 'qr'],
      [
        transcript(Encoded.wrap(engagement), [Uint8Array.of(1, 2), null]),
        'handover nfc-static in place of qr',
        'nfc-static',
      ],
      [transcript(Encoded.of(odd)), 'deviceEngagement encoded again, not as it was received', 'qr'],
      [transcript(Encoded.of(map)), 'deviceEngagement without the members that are unknown in version 1.0', 'qr'],
      [transcript(new Raw(engagement)), 'deviceEngagement without tag 24: as the map itself', 'qr'],
      [transcript(engagement), 'deviceEngagement without tag 24: as a byte string', 'qr'],
      [transcript(null), 'deviceEngagement null', 'qr'],
      [
        transcript(Encoded.wrap(engagement), null, new Raw(key.content)),
        'eReaderKey without tag 24: as the map itself',
        'qr',
      ],
    ];
    for (const [used, found, expected] of cases) {
      const [variant, differences] = await diagnose(used, 'qr', given);
      assert.deepEqual([variant, differences], [expected, found ? [found] : []]);
    }
  });

  it('recognises tag 24 where it is missing or too much in device authentication', async () => {
    const transcript = session.transcript;
    const given = { deviceEngagement: session.engagement.encoded.bytes, eReaderKeyBytes: session.readerBytes.bytes };
    const empty = Encoded.of({});
    const tagged = sessionTranscriptBytes(transcript);
    const cases: [Uint8Array, string][] = [
      [
        encode(['DeviceAuthentication', new Raw(transcript), MNC_DOCTYPE, empty]),
        'without tag 24 around DeviceAuthentication',
      ],
      [
        Encoded.of(['DeviceAuthentication', new Raw(tagged), MNC_DOCTYPE, empty]).bytes,
        'with the SessionTranscript in tag 24',
      ],
      [
        Encoded.of(['DeviceAuthentication', new Raw(transcript), MNC_DOCTYPE, new Map()]).bytes,
        'without tag 24 around DeviceNameSpaces',
      ],
    ];
    for (const [payload, found] of cases) {
      const deviceSignature = await sign1({ signer: device.signer, payload, detached: true });
      const response = await respond(authority, device, session, {
        deviceAuth: () => new Map([['deviceSignature', deviceSignature]]),
      });
      const { differences } = diagnoseTranscript({ response, facts: given, expected: 'qr' });
      assert.deepEqual(differences, [{ parameter: 'deviceAuthentication', found }]);
    }
  });

  it('works with a deviceMac: wrong salt, wrong transcript, no reader key', async () => {
    const given = {
      deviceEngagement: session.engagement.encoded.bytes,
      eReaderKeyBytes: session.readerBytes.bytes,
      handoverSelect: Uint8Array.of(9),
    };
    const macOver = (transcript: Uint8Array, key: Uint8Array) =>
      respond(authority, device, session, {
        sessionTranscript: transcript,
        deviceAuth: (_, payload) => new Map([['deviceMac', mac0({ key, payload, detached: true })]]),
      });
    const keyFor = (transcript: Uint8Array) =>
      derivedKey(device.privateKey, session.reader.publicKey, transcript, 'EMacKey');
    const eReaderKey = session.reader.privateKey;
    const diagnosed = (response: Uint8Array) =>
      diagnoseTranscript({ response, facts: given, eReaderKey, expected: 'qr' });

    const right = diagnosed(await macOver(session.transcript, keyFor(session.transcript)));
    assert.deepEqual([right.result, right.differences], ['explained', []]);
    const nfc = encode([session.engagement.encoded, session.readerBytes, [Uint8Array.of(9), null]]);
    assert.equal(diagnosed(await macOver(nfc, keyFor(nfc))).variant, 'nfc-static');
    const secret = diffieHellman({ privateKey: device.privateKey, publicKey: session.reader.publicKey });
    const unsalted = new Uint8Array(hkdfSync('sha256', secret, sha256(session.transcript), 'EMacKey', 32));
    assert.deepEqual(diagnosed(await macOver(session.transcript, unsalted)).differences, [
      { parameter: 'deviceAuthentication', found: 'with the transcript without tag 24 as salt of EMacKey' },
    ]);
    const response = await macOver(session.transcript, keyFor(session.transcript));
    const without = diagnoseTranscript({ response, facts: given });
    assert.deepEqual([without.result, without.code], ['not-diagnosable', 'reader-key-needed']);
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    assert.equal(diagnoseTranscript({ response, facts: given, eReaderKey: other }).code, 'key-curve');
  });

  it('gives up within its limit, and says what it could not try', async () => {
    const response = await signedOver(handover('nothing known'));
    const all = diagnoseTranscript({ response, facts });
    assert.deepEqual([all.result, all.exhausted], ['unexplained', false]);
    assert.ok(all.tries > 300 && all.tries <= 2000, String(all.tries));
    assert.deepEqual(all.untried.find(({ variant }) => variant === 'nfc-negotiated')?.missing, [
      'deviceEngagement',
      'eReaderKey',
      'handoverSelect',
      'handoverRequest',
    ]);
    const few = diagnoseTranscript({ response, facts, maxTries: 7 });
    assert.deepEqual([few.result, few.exhausted, few.tries], ['unexplained', true, 7]);
    const none = diagnoseTranscript({ response, facts: {} });
    assert.deepEqual([none.tries, none.untried.length], [0, 10]);
  });

  it('says why when the response lacks what the question needs', async () => {
    const code = (response: Uint8Array, more: object = {}) => {
      const diagnosis = diagnoseTranscript({ response, facts, ...more });
      assert.equal(diagnosis.result, 'not-diagnosable');
      return diagnosis.code;
    };
    const transcript = session.transcript;
    assert.equal(code(buildEmptyDeviceResponse()), 'no-documents');
    assert.equal(code(Uint8Array.of(0xff)), 'unexpected-break');
    assert.equal(code(await signedOver(transcript), { document: 1 }), 'no-documents');
    const respondWith = (deviceAuth: CborValue) =>
      respond(authority, device, session, { deviceAuth: () => deviceAuth });
    assert.equal(code(await respondWith(new Map())), 'device-auth');
    assert.equal(code(await respondWith(new Map([['other', 1]]))), 'device-auth');
    assert.equal(code(await respondWith(new Map([['deviceSignature', 'x']]))), 'structure');
  });

  it('never repeats a value, and meets changed responses without throwing', async () => {
    const response = await signedOver(dcApi(`${origin}/`, nonce, thumbprint));
    const text = JSON.stringify({ ...diagnoseTranscript({ response, facts }), sessionTranscript: undefined });
    for (const value of ['shop.example', nonce, clientId]) assert.ok(!text.includes(value), value);
    fc.assert(
      fc.property(fc.nat(response.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(response);
        changed[at]! ^= flip;
        diagnoseTranscript({ response: changed, facts, maxTries: 3 });
      }),
      { numRuns: 150 },
    );
  });
});

const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'iso18013-5-annex-d');
const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';

describe('diagnoseTranscript on ISO/IEC 18013-5 Annex D', { skip }, () => {
  it('recognises the negotiated handover from the parts', () => {
    const read = (name: string) =>
      new Uint8Array(Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').trim(), 'hex'));
    const part = (suffix: string) => Buffer.from(read(`ephemeral_reader_key_${suffix}`)).toString('base64url');
    const eReaderKey = createPrivateKey({
      key: { kty: 'EC', crv: 'P-256', x: part('x'), y: part('y'), d: part('d') },
      format: 'jwk',
    });
    const transcript = decode((decode(read('session_transcript_bytes')) as Encoded).content) as [
      Encoded,
      Encoded,
      Uint8Array[],
    ];
    const [handoverSelect, handoverRequest] = transcript[2];
    const given = {
      deviceEngagement: read('device_engagement'),
      eReaderKeyBytes: transcript[1].bytes,
      handoverSelect,
      handoverRequest,
    };
    const options = { response: read('device_response'), facts: given, eReaderKey };
    const diagnosis = diagnoseTranscript({ ...options, expected: 'nfc-static' });
    // The engagement that the annex prints is the one for a QR code: the phone used the one of its NFC message.
    assert.deepEqual(diagnosis.differences, [
      { parameter: 'handover', found: 'nfc-negotiated in place of nfc-static' },
      { parameter: 'deviceEngagement', found: 'the one inside the Handover Select message' },
    ]);
    const { deviceEngagement: _, ...messages } = given;
    const right = diagnoseTranscript({ ...options, facts: messages, expected: 'nfc-negotiated' });
    assert.deepEqual([right.result, right.differences, right.tries], ['explained', [], 1]);
    assert.equal(hex(sessionTranscriptBytes(diagnosis.sessionTranscript!)), hex(read('session_transcript_bytes')));
  });
});
