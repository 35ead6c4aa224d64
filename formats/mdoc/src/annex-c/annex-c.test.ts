import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type CborMap, decode, Encoded, encode, Tagged } from '@tegata/cbor';
import { x5chain } from '@tegata/cose';
import { seededRandom } from '@tegata/random';
import fc from 'fast-check';
import {
  annexCRequestData,
  buildDeviceRequest,
  buildEmptyDeviceResponse,
  MdocError,
  openAnnexCResponse,
  parseAnnexCRequest,
  parseDeviceResponse,
  parseEncryptionInfo,
  sealAnnexCResponse,
  sessionTranscriptAnnexC,
  verifyDeviceResponse,
} from '../index.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const root = process.env['TEGATA_VECTORS'] ?? '';
const folder = join(root, 'iso18013-7-annex-c');
const skip = root && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const b64u = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const refuses = (run: () => unknown, code: string, rule: string) =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], [code, rule]);
    return true;
  });

describe('The example of ISO/IEC 18013-7 Annex C', { skip }, () => {
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const read = (name: string) => new Uint8Array(Buffer.from(readFileSync(join(folder, name), 'utf8').trim(), 'hex'));
  const recipientKey = () => createPrivateKey({ key: json('recipient_private_key.jwk.json'), format: 'jwk' });

  it('is a request that is read, and made again byte for byte', () => {
    const { data } = json('request.json');
    const { deviceRequest, encryptionInfo } = parseAnnexCRequest(data);
    assert.deepEqual(
      deviceRequest.docRequests.map(({ itemsRequest }) => itemsRequest),
      [
        {
          docType: 'org.iso.18013.5.1.mDL',
          nameSpaces: { 'org.iso.18013.5.1': { family_name: false, document_number: false } },
        },
      ],
    );
    const { nonce, recipientPublicKey } = encryptionInfo;
    const made = annexCRequestData({
      deviceRequest: buildDeviceRequest(deviceRequest.docRequests[0]!.itemsRequest),
      nonce,
      recipientPublicKey,
    });
    // The example spells the members of DeviceRequest in the order of the standard, as we do.
    assert.deepEqual(made, data);
  });

  it('is a response that opens to the plaintext and verifies with the transcript', () => {
    const { data, origin } = json('request.json');
    const { encryptionInfo } = data;
    const { data: response } = json('response.json');
    const opened = openAnnexCResponse({ data: response, encryptionInfo, origin, recipientKey: recipientKey() });
    assert.equal(hex(opened.deviceResponse), hex(read('device_response_plaintext.hex')));
    assert.equal(hex(opened.sessionTranscript), hex(read('session_transcript.hex')));
    const [document] = parseDeviceResponse(opened.deviceResponse).documents;
    const [dsCertificate] = x5chain(document!.issuerAuth);
    const report = verifyDeviceResponse({
      response: opened.deviceResponse,
      sessionTranscript: opened.sessionTranscript,
      trustAnchors: [],
      pinnedIssuers: [dsCertificate!],
      now: new Date('2021-03-01T00:00:00Z'),
      requested: parseAnnexCRequest(data).deviceRequest.docRequests[0]!.itemsRequest,
    });
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'failed'),
      [],
    );
    const [verified] = report.documents;
    assert.ok(verified?.result === 'passed');
    assert.equal(verified.value('org.iso.18013.5.1', 'family_name'), 'Doe');
    assert.equal(verified.value('org.iso.18013.5.1', 'document_number'), '123456789');
    for (const wrong of [
      { origin: 'https://example.org' },
      { recipientKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey },
    ]) {
      const options = { data: response, encryptionInfo, origin, recipientKey: recipientKey(), ...wrong };
      refuses(() => openAnnexCResponse(options), 'dcapi-response', 'open-failed');
    }
  });
});

describe('Annex C', () => {
  const random = seededRandom('annex c');
  const { privateKey: recipientKey, publicKey: recipientPublicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  const nonce = random.bytes(16);
  const origin = 'https://shop.example';
  const ask = buildDeviceRequest({ docType: 'a', nameSpaces: { b: { c: true } } });
  const data = annexCRequestData({ deviceRequest: ask, nonce, recipientPublicKey });
  const deviceResponse = buildEmptyDeviceResponse();

  it('carries a response from the phone to the verifier', () => {
    const { encryptionInfo } = parseAnnexCRequest(data);
    const sealed = sealAnnexCResponse({ deviceResponse, encryptionInfo, origin, random });
    const opened = openAnnexCResponse({ data: sealed, encryptionInfo: data.encryptionInfo, origin, recipientKey });
    assert.equal(hex(opened.deviceResponse), hex(deviceResponse));
    assert.equal(
      hex(opened.sessionTranscript),
      hex(sessionTranscriptAnnexC({ encryptionInfo: data.encryptionInfo, origin })),
    );
    const again = sealAnnexCResponse({ deviceResponse, encryptionInfo, origin, random });
    assert.notEqual(again.response, sealed.response);
  });

  it('binds the response to the text of encryptionInfo, not to what it means', () => {
    const { encryptionInfo } = parseAnnexCRequest(data);
    const sealed = sealAnnexCResponse({ deviceResponse, encryptionInfo, origin, random });
    const [label, map] = decode(Buffer.from(data.encryptionInfo, 'base64url')) as [string, CborMap];
    const reordered = b64u(encode([label, new Map([...map].reverse())], { mapOrder: 'given' }));
    assert.notEqual(reordered, data.encryptionInfo);
    refuses(
      () => openAnnexCResponse({ data: sealed, encryptionInfo: reordered, origin, recipientKey }),
      'dcapi-response',
      'open-failed',
    );
  });

  it('refuses requests that browsers refuse', () => {
    const items = (value: unknown) => ({ itemsRequest: value });
    const request = (docRequests: unknown, more: object = {}) =>
      b64u(encode({ version: '1.0', docRequests, ...more } as never));
    const inside = (nameSpaces: unknown) => Encoded.of({ docType: 'a', nameSpaces } as never);
    const parse = (deviceRequest: unknown) => () => parseAnnexCRequest({ ...data, deviceRequest });
    const cases: [unknown, string, string][] = [
      [`${data.deviceRequest}=`, 'dcapi-request', 'base64url'],
      [data.deviceRequest.replace(/^./, '+'), 'dcapi-request', 'base64url'],
      [` ${data.deviceRequest}`, 'dcapi-request', 'base64url'],
      ['A', 'dcapi-request', 'base64url'],
      ['', 'dcapi-request', 'base64url'],
      [undefined, 'dcapi-request', 'base64url'],
      [12, 'dcapi-request', 'base64url'],
      [b64u(Buffer.concat([ask, Uint8Array.of(0)])), 'request', 'trailing-bytes'],
      [b64u(Uint8Array.of(0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x01)), 'request', 'duplicate-key'],
      [b64u(Uint8Array.of(0xa1, 0x61, 0xff, 0x01)), 'request', 'invalid-utf8'],
      [b64u(encode([])), 'request', 'member-type'],
      [b64u(encode({ version: '1.0' })), 'request', 'member-missing'],
      [request('x'), 'request', 'member-type'],
      [request([1]), 'request', 'member-type'],
      [request([{}]), 'request', 'member-missing'],
      [request([items(new Tagged(24, inside({ b: { c: true } }).bytes))]), 'request', 'member-type'],
      [request([items(Encoded.of([]))]), 'request', 'member-type'],
      [
        request([items(Encoded.wrap(Uint8Array.of(0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x01)))]),
        'request',
        'duplicate-key',
      ],
      [request([items(inside([]))]), 'request', 'member-type'],
      [request([items(inside({ b: true }))]), 'request', 'member-type'],
      [request([items(inside({ 'org.iso.18013.5.1': { oidc_info: false } }))]), 'dcapi-request', 'server-retrieval'],
      [
        request([
          items(inside({ b: { c: true } })),
          items(inside({ 'org.iso.18013.5.1': { a: true, webapi_info: true } })),
        ]),
        'dcapi-request',
        'server-retrieval',
      ],
    ];
    for (const [deviceRequest, code, rule] of cases) refuses(parse(deviceRequest), code, rule);
    parse(request([items(inside({ other: { oidc_info: true } }))], { unknown: 1 }))();
    for (const wrong of [null, 'text', undefined])
      refuses(() => parseAnnexCRequest(wrong), 'dcapi-request', 'member-type');
  });

  it('refuses encryptionInfo with a short nonce, another curve, or no point', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    const build = (changes: object) => () =>
      annexCRequestData({ deviceRequest: ask, nonce, recipientPublicKey, ...changes });
    refuses(build({ nonce: random.bytes(15) }), 'dcapi-request', 'nonce-length');
    refuses(build({ recipientPublicKey: p384 }), 'dcapi-request', 'key-curve');
    const [, map] = decode(Buffer.from(data.encryptionInfo, 'base64url')) as [string, CborMap];
    const parse =
      (...value: unknown[]) =>
      () =>
        parseEncryptionInfo(b64u(encode(value as never)));
    refuses(
      parse('dcapi', { nonce: random.bytes(15), recipientPublicKey: map.get('recipientPublicKey') }),
      'dcapi-request',
      'nonce-length',
    );
    const off = new Map(map.get('recipientPublicKey') as CborMap).set(-2, new Uint8Array(32));
    refuses(parse('dcapi', { nonce, recipientPublicKey: off }), 'dcapi-request', 'key-point');
    refuses(parse('other', map), 'dcapi-request', 'member-type');
    refuses(parse('dcapi', map, 1), 'dcapi-request', 'member-type');
    refuses(parse('dcapi', {}), 'dcapi-request', 'member-missing');
  });

  it('meets arbitrary responses with its own error', () => {
    const sealed = sealAnnexCResponse({
      deviceResponse,
      encryptionInfo: parseAnnexCRequest(data).encryptionInfo,
      origin,
      random,
    });
    const bytes = Buffer.from(sealed.response, 'base64url');
    const changed = fc
      .tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }))
      .map(([at, flip]) => {
        const copy = Buffer.from(bytes);
        copy[at]! ^= flip;
        return copy.toString('base64url');
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.string(), fc.uint8Array().map(b64u)), (response) => {
        const options = { data: { response }, encryptionInfo: data.encryptionInfo, origin, recipientKey };
        assert.throws(() => openAnnexCResponse(options), MdocError);
      }),
      { numRuns: 200 },
    );
  });
});
