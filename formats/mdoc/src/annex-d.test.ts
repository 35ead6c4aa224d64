import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Encoded } from '@tegata/cbor';
import {
  buildSessionData,
  buildSessionEstablishment,
  derivedKey,
  deviceAuthenticationBytes,
  establishSession,
  inspectDeviceRequest,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseDeviceResponse,
  parseSessionData,
  parseSessionEstablishment,
  sessionTranscriptBytes,
  verifyDeviceResponse,
} from './index.ts';

const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'iso18013-5-annex-d');
const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';
const hexOf = (name: string) => readFileSync(join(folder, `${name}.hex`), 'utf8').trim();
const read = (name: string) => new Uint8Array(Buffer.from(hexOf(name), 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function key(name: string): KeyObject {
  const part = (suffix: string) => Buffer.from(read(`${name}_${suffix}`)).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: part('x'), y: part('y'), d: part('d') };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** The tag-24 bytes without their head: the bare transcript. */
const bare = (bytes: Uint8Array) => {
  const head = bytes[2] === 0x59 ? 5 : 4;
  const content = bytes.slice(head);
  assert.equal(hex(Encoded.wrap(content).bytes), hex(bytes));
  return content;
};

const now = new Date('2021-03-01T00:00:00Z');

describe('ISO/IEC 18013-5 Annex D', { skip }, () => {
  const transcript = skip ? new Uint8Array(0) : bare(read('session_transcript_bytes'));
  const reader = () => key('ephemeral_reader_key');
  const device = () => key('ephemeral_device_key');
  const requested = {
    docType: 'org.iso.18013.5.1.mDL',
    nameSpaces: {
      'org.iso.18013.5.1': {
        family_name: true,
        document_number: true,
        driving_privileges: true,
        issue_date: true,
        expiry_date: true,
        portrait: false,
      },
    },
  };
  const verify = (changes: Partial<Parameters<typeof verifyDeviceResponse>[0]> = {}) =>
    verifyDeviceResponse({
      response: read('device_response'),
      sessionTranscript: transcript,
      eReaderKey: reader(),
      trustAnchors: [],
      pinnedIssuers: [read('ds_cert')],
      now,
      requested,
      ...changes,
    });
  const codesOf = (report: ReturnType<typeof verify>) =>
    report.checks.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id}: ${code}`);

  it('reads the engagement and keeps its bytes', () => {
    const engagement = parseDeviceEngagement(read('device_engagement'));
    assert.equal(hex(engagement.encoded.content), hexOf('device_engagement'));
    assert.equal(hex(engagement.eDeviceKeyBytes.bytes), hexOf('e_device_key_bytes'));
    assert.ok(engagement.eDeviceKey.equals(createPublicKey(device())));
    assert.deepEqual(
      engagement.retrievalMethods.map(({ type }) => type),
      [2],
    );
  });

  it('derives the session keys and EMacKey', () => {
    const deviceKey = createPublicKey(device());
    assert.equal(hex(sessionTranscriptBytes(transcript)), hexOf('session_transcript_bytes'));
    assert.equal(hex(derivedKey(reader(), deviceKey, transcript, 'SKReader')), hexOf('sk_reader'));
    assert.equal(hex(derivedKey(device(), createPublicKey(reader()), transcript, 'SKDevice')), hexOf('sk_device'));
    const staticKey = createPublicKey(key('static_device_key'));
    assert.equal(hex(derivedKey(reader(), staticKey, transcript, 'EMacKey')), hexOf('emac_key'));
  });

  it('opens both messages and makes the same bytes again', () => {
    const establishment = parseSessionEstablishment(read('session_establishment'));
    const data = parseSessionData(read('session_data')).data as Uint8Array;
    const ends = () => ({
      phone: establishSession({ role: 'device', privateKey: device(), peerKey: establishment.eReaderKey, transcript }),
      shop: establishSession({ role: 'reader', privateKey: reader(), peerKey: createPublicKey(device()), transcript }),
    });
    const one = ends();
    assert.equal(hex(one.phone.decrypt(establishment.data)), hexOf('device_request'));
    assert.equal(hex(one.shop.decrypt(data)), hexOf('device_response'));
    const other = ends();
    const sealed = other.shop.encrypt(read('device_request'));
    const message = buildSessionEstablishment({ eReaderKeyBytes: establishment.eReaderKeyBytes, data: sealed });
    assert.deepEqual(parseSessionEstablishment(message).data, establishment.data);
    assert.equal(hex(other.phone.encrypt(read('device_response'))), hex(data));
    assert.equal(hex(buildSessionData({ status: 20 })), hexOf('session_termination'));
    assert.deepEqual(parseSessionData(read('session_termination')), { status: 20 });
  });

  it('reads the request and lists its reader authentication as not performed', () => {
    const request = parseDeviceRequest(read('device_request'));
    const [document] = request.docRequests;
    assert.equal(hex(document!.itemsRequestBytes.content), hexOf('items_request'));
    assert.deepEqual(document!.itemsRequest, requested);
    assert.deepEqual(
      inspectDeviceRequest(request).map(({ id, result, code }) => [id, result, code]),
      [['reader-auth', 'not_performed', 'reader-trust-absent']],
    );
  });

  it('makes the same DeviceAuthenticationBytes', () => {
    const [document] = parseDeviceResponse(read('device_response')).documents;
    const { nameSpacesBytes } = document!.deviceSigned!;
    const bytes = deviceAuthenticationBytes(transcript, requested.docType, nameSpacesBytes);
    assert.equal(hex(bytes), hexOf('device_authentication_bytes'));
  });

  it('verifies the response: issuer signature, six digests, deviceMac', () => {
    const report = verify();
    assert.deepEqual(codesOf(report), []);
    assert.equal(report.result, 'passed');
    const [document] = report.documents;
    assert.ok(document?.result === 'passed');
    assert.equal(document.elements.get('org.iso.18013.5.1')?.size, 6);
    assert.equal(document.value('org.iso.18013.5.1', 'family_name'), 'Doe');
    const portrait = document.value('org.iso.18013.5.1', 'portrait') as Uint8Array;
    assert.equal(hex(portrait), hexOf('device_response_portrait_data'));
    const chain = report.checks.filter(({ id }) => id === 'issuer-chain');
    assert.deepEqual(
      chain.map(({ result, code }) => [result, code]),
      [
        ['warning', 'pinned'],
        ['not_performed', 'revocation-no-data'],
      ],
    );
  });

  it('does not verify it without the pin, without the reader’s key, out of its time, or in another session', () => {
    assert.deepEqual(codesOf(verify({ pinnedIssuers: [] })), ['issuer-chain: no-trust-anchor']);
    assert.deepEqual(codesOf(verify({ eReaderKey: undefined })), ['device-auth: reader-key-needed']);
    assert.deepEqual(codesOf(verify({ now: new Date('2022-01-01T00:00:00Z') })), [
      'issuer-chain: validity',
      'validity: expired',
    ]);
    const other = transcript.slice();
    other[other.length - 1]! ^= 1;
    assert.deepEqual(codesOf(verify({ sessionTranscript: other })), ['device-auth: mac-invalid']);
    assert.deepEqual(codesOf(verify({ eReaderKey: device() })), ['device-auth: mac-invalid']);
  });

  it('notices one changed bit in any of the digested items', () => {
    const response = read('device_response');
    const at = Buffer.from(response).indexOf('Doe');
    response[at]! ^= 1;
    const report = verify({ response });
    assert.deepEqual(codesOf(report), ['digest: digest-mismatch']);
    assert.equal(report.documents[0]?.result, 'failed');
  });
});
