import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { decode, Encoded, encode } from '@tegata/cbor';
import { readBleRetrieval } from '../engagement/ble-retrieval.ts';
import { readNfcRetrieval } from '../engagement/nfc-retrieval.ts';
import { readHandoverRequest, readHandoverSelect } from '../nfc/handover-message.ts';
import { sessionTranscriptBytes } from '../session-transcript.ts';
import { LEGACY_VARIANTS, sessionTranscriptOf, TRANSCRIPT_VARIANTS } from './variant.ts';

const root = process.env['TEGATA_VECTORS'] ?? '';
const skip = root && existsSync(join(root, 'openid4vp')) ? false : 'TEGATA_VECTORS names no vectors folder';
const json = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));
const text = (...path: string[]) => readFileSync(join(root, ...path), 'utf8').trim();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const refuses = (run: () => unknown, rule: string) =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], ['transcript', rule]);
    return true;
  });

describe('SessionTranscript of the published examples', { skip }, () => {
  const vectors = skip ? {} : json('openid4vp', 'handover-vectors.json');
  const thumbprint = () => {
    const { crv, kty, x, y } = vectors.jwk as Record<string, string>;
    return new Uint8Array(createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest());
  };
  const redirect = (jwkThumbprint: Uint8Array | null) =>
    sessionTranscriptOf('openid4vp-redirect', {
      clientId: vectors.redirect.client_id,
      nonce: vectors.redirect.nonce,
      jwkThumbprint,
      responseUri: vectors.redirect.response_uri,
    });
  const dcApi = (jwkThumbprint: Uint8Array | null) =>
    sessionTranscriptOf('openid4vp-dc-api', {
      origin: vectors.dcapi.origin,
      nonce: vectors.dcapi.nonce,
      jwkThumbprint,
    });

  it('is that of OpenID4VP over redirects, encrypted and not', () => {
    assert.equal(hex(thumbprint()), vectors.redirect.jwk_thumbprint_hex);
    assert.equal(hex(redirect(thumbprint())), vectors.redirect.SessionTranscript);
    const { redirect_without_encryption: plain } = vectors.computed_not_in_spec;
    assert.equal(hex(redirect(null)), plain.SessionTranscript);
  });

  it('is that of OpenID4VP over the Digital Credentials API, encrypted and not', () => {
    assert.equal(hex(dcApi(thumbprint())), vectors.dcapi.SessionTranscript);
    const { dcapi_without_encryption: plain } = vectors.computed_not_in_spec;
    assert.equal(hex(dcApi(null)), plain.SessionTranscript);
  });

  it('is that of ISO/IEC 18013-7 Annex C', () => {
    const { origin, data } = json('iso18013-7-annex-c', 'request.json');
    const transcript = sessionTranscriptOf('iso-18013-7-annex-c', { encryptionInfo: data.encryptionInfo, origin });
    assert.equal(hex(transcript), text('iso18013-7-annex-c', 'session_transcript.hex'));
  });

  it('is that of ISO/IEC 18013-5 Annex D: NFC, negotiated handover', () => {
    const expected = text('iso18013-5-annex-d', 'session_transcript_bytes.hex');
    const whole = decode(Buffer.from(expected, 'hex')) as Encoded;
    const [engagement, readerKey, [handoverSelect, handoverRequest]] = decode(whole.content) as unknown as [
      Encoded,
      Encoded,
      [Uint8Array, Uint8Array],
    ];
    const request = readHandoverRequest(handoverRequest);
    const select = readHandoverSelect(handoverSelect, request);
    assert.equal(hex(select.engagement.encoded.bytes), hex(engagement.bytes));
    const parts = { deviceEngagementBytes: select.engagement.encoded, eReaderKeyBytes: readerKey };
    const messages = { handoverSelect: select.bytes, handoverRequest: request.bytes };
    const transcript = sessionTranscriptOf('nfc-negotiated', { ...parts, ...messages });
    assert.equal(hex(sessionTranscriptBytes(transcript)), expected);
    // The reader offers Bluetooth, NFC and Wi-Fi Aware; the phone takes Bluetooth as central, with the reader's UUID.
    assert.deepEqual(
      request.carriers.map(({ carrier }) => carrier),
      ['0', 'nfc', 'W'],
    );
    assert.deepEqual(
      request.retrievalMethods.map(({ type }) => type),
      [2, 1],
    );
    assert.deepEqual(readNfcRetrieval(request.retrievalMethods[1]!), {});
    const [ble] = select.retrievalMethods.map(readBleRetrieval);
    assert.deepEqual([ble?.centralClient, ble?.peripheralServer], [true, false]);
    assert.equal(hex(ble!.address!), '2828378b1228');
    assert.deepEqual(ble?.centralClientUuid, readBleRetrieval(request.retrievalMethods[0]!)?.centralClientUuid);
  });
});

describe('SessionTranscript', () => {
  const hash = (value: Parameters<typeof encode>[0]) => createHash('sha256').update(encode(value)).digest();
  const annexB = { clientId: 'a', responseUri: 'https://b.example/r', nonce: 'n', mdocGeneratedNonce: 'm' };
  const key = Encoded.of(new Map([[1, 2]]));

  it('has one maker for each variant', () => {
    assert.equal(TRANSCRIPT_VARIANTS.length, 10);
    assert.deepEqual(
      TRANSCRIPT_VARIANTS.filter((variant) => LEGACY_VARIANTS.has(variant)),
      ['iso-18013-7-annex-b', 'iso-18013-7-annex-b-draft', 'openid4vp-draft24-dc-api'],
    );
  });

  it('of Annex B is verified only where the operator allows it', () => {
    refuses(() => sessionTranscriptOf('iso-18013-7-annex-b', annexB), 'legacy-variant');
    const expected = [hash(['a', 'm']), hash(['https://b.example/r', 'm']), 'n'];
    const made = sessionTranscriptOf('iso-18013-7-annex-b', annexB, { legacy: true });
    assert.equal(hex(made), hex(encode([null, null, expected])));
    const draft = sessionTranscriptOf('iso-18013-7-annex-b-draft', annexB, { legacy: true });
    assert.equal(hex(draft), hex(encode([null, null, ['m', 'a', 'https://b.example/r', 'n']])));
    const old = { origin: 'https://b.example', clientId: 'a', nonce: 'n' };
    refuses(() => sessionTranscriptOf('openid4vp-draft24-dc-api', old), 'legacy-variant');
    assert.equal(
      hex(sessionTranscriptOf('openid4vp-draft24-dc-api', old, { legacy: true })),
      hex(encode([null, null, ['OpenID4VPDCAPIHandover', hash(['https://b.example', 'a', 'n'])]])),
    );
  });

  it('of NFC holds the raw messages, and null where the reader sent none', () => {
    const parts = { deviceEngagementBytes: key, eReaderKeyBytes: key.bytes, handoverSelect: Uint8Array.of(1, 2) };
    assert.deepEqual(decode(sessionTranscriptOf('nfc-static', parts)), [key, key, [Uint8Array.of(1, 2), null]]);
    const negotiated = sessionTranscriptOf('nfc-negotiated', { ...parts, handoverRequest: Uint8Array.of(3) });
    assert.deepEqual(decode(negotiated), [key, key, [Uint8Array.of(1, 2), Uint8Array.of(3)]]);
  });

  it('of an app holds nonce, merchant, team and the hash of the key', () => {
    const parameters = {
      nonce: new Uint8Array(64),
      merchantId: 'merchant.example',
      teamId: 'TEAM',
      recipientKeyHash: new Uint8Array(32),
    };
    assert.deepEqual(decode(sessionTranscriptOf('apple-in-app', parameters)), [
      null,
      null,
      ['AppleIdentityPresentment_1.0', parameters.nonce, 'merchant.example', 'TEAM', parameters.recipientKeyHash],
    ]);
    const with_ = (changes: Partial<typeof parameters>) => () =>
      sessionTranscriptOf('apple-in-app', { ...parameters, ...changes });
    refuses(with_({ nonce: new Uint8Array(65) }), 'nonce-length');
    refuses(with_({ nonce: new Uint8Array(0) }), 'nonce-length');
    refuses(with_({ recipientKeyHash: new Uint8Array(20) }), 'key-hash-form');
  });

  it('refuses origins that are not serialised, and takes those of apps', () => {
    const made = (origin: string) => () =>
      sessionTranscriptOf('openid4vp-dc-api', { origin, nonce: 'n', jwkThumbprint: null });
    const wrong = [
      'https://shop.example/',
      'https://shop.example/path',
      'HTTPS://shop.example',
      'https://Shop.example',
      'https://shop.example:443',
      'origin:https://shop.example',
      'https://',
      '',
      'android:apk-key-hash:abc/',
    ];
    for (const origin of wrong) refuses(made(origin), 'origin-form');
    for (const origin of ['https://shop.example', 'http://localhost:8080', 'android:apk-key-hash:abc']) made(origin)();
    refuses(
      () => sessionTranscriptOf('iso-18013-7-annex-c', { encryptionInfo: 'YQ==', origin: 'https://a.example' }),
      'base64url',
    );
  });

  it('refuses a thumbprint that is text in disguise', () => {
    const jwkThumbprint = Buffer.from('QoPskna9Bxx');
    refuses(
      () => sessionTranscriptOf('openid4vp-dc-api', { origin: 'https://a.example', nonce: 'n', jwkThumbprint }),
      'thumbprint-form',
    );
  });
});
