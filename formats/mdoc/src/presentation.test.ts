import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, Encoded, encode } from '@tegata/cbor';
import {
  ageAnswer,
  ageOverAnswer,
  answerable,
  buildDeviceEngagement,
  buildDeviceRequest,
  buildDeviceResponse,
  buildEmptyDeviceResponse,
  buildSessionData,
  engagementToQr,
  establishSession,
  httpRetrieval,
  httpRetrievalUri,
  inspectDeviceRequest,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseDeviceResponse,
  parseIssuerSigned,
  parseSessionData,
  parseSessionEstablishment,
  qrToEngagement,
  sessionTranscriptQr,
} from './index.ts';
import { makeAuthority, makeDevice, makeSession, planOptions } from './test-authority.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const refuses = (run: () => unknown, code: string) => assert.throws(run, { name: 'MdocError', code });
const keys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

describe('ageOverAnswer', () => {
  it('takes the true of the smallest age not below, else the false of the largest not above', () => {
    const held = { age_over_18: true, age_over_20: true, age_over_65: false };
    const answers: [number, string | undefined, boolean?][] = [
      [20, 'age_over_20', true],
      [19, 'age_over_20', true],
      [10, 'age_over_18', true],
      [21, undefined],
      [64, undefined],
      [65, 'age_over_65', false],
      [70, 'age_over_65', false],
    ];
    for (const [age, element, answer] of answers) {
      assert.deepEqual(ageOverAnswer(age, held), element && { element, answer }, String(age));
    }
    assert.deepEqual(ageOverAnswer(30, { age_over_25: false, age_over_20: false }), {
      element: 'age_over_25',
      answer: false,
    });
    assert.equal(ageOverAnswer(20, { age_over_20: 'true', age_over_2: true, age_in_years: 30 }), undefined);
  });

  it('is completed by age_in_years for a verifier only', () => {
    assert.deepEqual(ageAnswer(20, new Map([['age_in_years', 20]])), { element: 'age_in_years', answer: true });
    assert.deepEqual(ageAnswer(20, { age_in_years: 19 }), { element: 'age_in_years', answer: false });
    assert.deepEqual(ageAnswer(20, { age_over_20: false, age_in_years: 30 }), {
      element: 'age_over_20',
      answer: false,
    });
    assert.equal(ageAnswer(20, { age_in_years: true }), undefined);
  });
});

describe('DeviceEngagement', () => {
  const engagement = () =>
    buildDeviceEngagement({
      eDeviceKey: keys().publicKey,
      retrievalMethods: [httpRetrieval('http://127.0.0.1:1/sessions/1')],
    });

  it('goes through a QR code and comes back the same', () => {
    const bytes = engagement();
    const text = engagementToQr(bytes);
    assert.match(text, /^mdoc:[A-Za-z0-9_-]+$/);
    assert.equal(hex(qrToEngagement(text)), hex(bytes));
    const parsed = parseDeviceEngagement(bytes);
    assert.equal(httpRetrievalUri(parsed), 'http://127.0.0.1:1/sessions/1');
    assert.equal(
      httpRetrievalUri(parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey: keys().publicKey }))),
      undefined,
    );
  });

  it('refuses texts that are no mdoc QR code', () => {
    const text = engagementToQr(engagement());
    const wrong = [
      '',
      'mdoc:',
      text.replace(':', '://'),
      `${text}=`,
      `x${text}`,
      `${text} `,
      'mdoc:A',
      `mdoc:${'A'.repeat(9000)}`,
    ];
    for (const bad of wrong) refuses(() => qrToEngagement(bad), 'qr');
  });

  it('keeps unknown members, odd order and long integers, and puts the received bytes into the transcript', () => {
    const key = (decode(engagement()) as CborMap).get(1);
    const odd = encode(
      new Map<number, CborValue>([
        [6, new Map([[2, true]])],
        [1, key],
        [0, '1.1'],
        [5, []],
        [9, 'unknown'],
      ]),
      { mapOrder: 'given' },
    );
    // The same map with a head that is longer than need be.
    const longer = new Uint8Array([0xb8, 0x05, ...odd.slice(1)]);
    const parsed = parseDeviceEngagement(longer);
    assert.deepEqual(parsed.capabilities, { handoverSessionEstablishment: true });
    assert.deepEqual(parsed.originInfos, []);
    assert.deepEqual([...parsed.others.keys()], [9]);
    const readerBytes = Encoded.of(new Map());
    const transcript = sessionTranscriptQr({
      deviceEngagementBytes: parsed.encoded,
      eReaderKeyBytes: readerBytes.bytes,
    });
    assert.ok(Buffer.from(transcript).includes(longer));
    assert.equal(hex(transcript.subarray(-1)), 'f6');
    refuses(() => sessionTranscriptQr({ deviceEngagementBytes: longer, eReaderKeyBytes: readerBytes }), 'structure');
  });

  it('refuses other versions, suites and points off the curve', () => {
    const map = decode(engagement()) as CborMap;
    const [suite, key] = map.get(1) as [number, Encoded];
    const parse =
      (...changes: [number, CborValue][]) =>
      () =>
        parseDeviceEngagement(encode(new Map([...map, ...changes])));
    refuses(parse([0, '2.0']), 'version');
    refuses(parse([1, [2, key]]), 'engagement');
    refuses(parse([1, [suite]]), 'engagement');
    const off = key.decode() as CborMap;
    off.set(-2, new Uint8Array(32));
    refuses(parse([1, [1, Encoded.of(off)]]), 'engagement');
    refuses(() => parseDeviceEngagement(Uint8Array.of(0xff)), 'engagement');
  });
});

describe('DeviceRequest', () => {
  const ask = (nameSpaces: Record<string, Record<string, boolean>>) => ({ docType: MNC_DOCTYPE, nameSpaces });

  it('is read as it was built, and lists an absent reader authentication', () => {
    const request = ask({ [NS_ISO]: { age_over_20: false }, [NS_JP]: { full_name_unicode: true } });
    const parsed = parseDeviceRequest(buildDeviceRequest(request));
    assert.equal(parsed.version, '1.0');
    assert.deepEqual(
      parsed.docRequests.map(({ itemsRequest }) => itemsRequest),
      [request],
    );
    assert.deepEqual(
      inspectDeviceRequest(parsed).map(({ result, code }) => [result, code]),
      [['not_performed', 'reader-auth-absent']],
    );
  });

  it('does not ask for the My Number without a legal basis', () => {
    const request = ask({ [NS_JP]: { individual_number_unicode: true } });
    refuses(() => buildDeviceRequest(request), 'legal-basis-required');
    assert.ok(buildDeviceRequest([request], { legalBasis: '番号法' }));
  });

  it('does not ask for nothing', () => {
    refuses(() => buildDeviceRequest([]), 'request');
    refuses(() => buildDeviceRequest(ask({})), 'request');
    refuses(() => buildDeviceRequest(ask({ [NS_ISO]: {} })), 'request');
  });

  it('is refused when it is malformed, and takes names like __proto__ as names', () => {
    const parse =
      (itemsRequest: CborValue, version: CborValue = '1.0') =>
      () =>
        parseDeviceRequest(encode({ version, docRequests: [{ itemsRequest }] } as never));
    const inside = (nameSpaces: object) => Encoded.of({ docType: 'x', nameSpaces } as never);
    refuses(parse(inside({ a: { b: true } }), '2.0'), 'version');
    refuses(parse('x'), 'request');
    refuses(parse(inside({})), 'request');
    refuses(parse(inside({ a: { b: 1 } })), 'request');
    refuses(() => parseDeviceRequest(encode({ version: '1.0', docRequests: [] })), 'request');
    const names = new Map([['__proto__', new Map([['__proto__', true]])]]);
    const parsed = parse(
      Encoded.of(
        new Map<string, CborValue>([
          ['docType', 'x'],
          ['nameSpaces', names],
        ]),
      ),
    )();
    assert.deepEqual(Object.keys(parsed.docRequests[0]!.itemsRequest.nameSpaces), ['__proto__']);
  });
});

describe('DeviceResponse', () => {
  const device = makeDevice();
  const issued = async () => {
    const { dsSigner, dsCertificate } = await makeAuthority();
    return issueMdoc({ ...planOptions(device.publicKey), signer: dsSigner, certificateChain: [dsCertificate] });
  };

  it('shows the disclosed elements in the bytes in which they were issued, and no others', async () => {
    const issuerSigned = await issued();
    const { transcript } = makeSession();
    const disclose = { [NS_ISO]: ['age_over_20'], [NS_JP]: ['full_name_unicode'] };
    const options = {
      issuerSigned,
      docType: MNC_DOCTYPE,
      disclose,
      sessionTranscript: transcript,
      deviceSigner: device.signer,
    };
    const response = await buildDeviceResponse(options);
    const [document] = parseDeviceResponse(response).documents;
    const shown = [...document!.nameSpaces.values()].flat();
    assert.deepEqual(shown.map(({ elementIdentifier }) => elementIdentifier).sort(), [
      'age_over_20',
      'full_name_unicode',
    ]);
    for (const { encoded } of shown) assert.ok(Buffer.from(issuerSigned).includes(encoded.bytes));
    assert.equal(Buffer.from(response).includes('000000000000'), false);
    await assert.rejects(buildDeviceResponse({ ...options, disclose: { [NS_ISO]: ['age_over_21'] } }), {
      code: 'response',
    });
    await assert.rejects(buildDeviceResponse({ ...options, docType: 'other' }), { code: 'response' });
  });

  it('answers a request with what the mdoc holds, ages by the nearest value', async () => {
    const { nameSpaces } = parseIssuerSigned(await issued());
    const request = (elements: string[]) => ({
      docType: MNC_DOCTYPE,
      nameSpaces: { [NS_ISO]: Object.fromEntries(elements.map((element) => [element, false])), other: { x: true } },
    });
    assert.deepEqual(answerable(request(['age_over_20', 'sex', 'given_name']), nameSpaces), {
      [NS_ISO]: ['age_over_20', 'sex'],
    });
    assert.deepEqual(answerable(request(['age_over_19', 'age_over_20']), nameSpaces), { [NS_ISO]: ['age_over_20'] });
    assert.deepEqual(answerable(request(['age_over_70']), nameSpaces), { [NS_ISO]: ['age_over_65'] });
    assert.deepEqual(answerable(request(['age_over_40']), nameSpaces), {});
  });

  it('can show nothing', () => {
    assert.deepEqual(parseDeviceResponse(buildEmptyDeviceResponse()).documents, []);
    assert.equal(parseDeviceResponse(buildEmptyDeviceResponse(11)).status, 11);
  });
});

describe('session encryption', () => {
  const ends = () => {
    const { device, reader, transcript } = makeSession();
    const shop = establishSession({
      role: 'reader',
      privateKey: reader.privateKey,
      peerKey: device.publicKey,
      transcript,
    });
    const phone = establishSession({
      role: 'device',
      privateKey: device.privateKey,
      peerKey: reader.publicKey,
      transcript,
    });
    return { shop, phone };
  };
  const text = (value: string) => new TextEncoder().encode(value);

  it('carries several messages each way', () => {
    const { shop, phone } = ends();
    for (const word of ['one', 'two', '']) {
      assert.deepEqual(phone.decrypt(shop.encrypt(text(word))), text(word));
      assert.deepEqual(shop.decrypt(phone.encrypt(text(word))), text(word));
    }
  });

  it('refuses replay, reflection, reordering and damage, and ends there', () => {
    const attacks: ((pair: ReturnType<typeof ends>) => [Uint8Array, 'shop' | 'phone'])[] = [
      ({ shop, phone }) => {
        const message = shop.encrypt(text('x'));
        phone.decrypt(message);
        return [message, 'phone'];
      },
      ({ shop }) => [shop.encrypt(text('x')), 'shop'],
      ({ shop }) => {
        shop.encrypt(text('lost'));
        return [shop.encrypt(text('x')), 'phone'];
      },
      ({ shop }) => [shop.encrypt(text('x')).map((byte, index) => (index === 0 ? byte ^ 1 : byte)), 'phone'],
      () => [new Uint8Array(15), 'phone'],
    ];
    for (const attack of attacks) {
      const pair = ends();
      const [message, end] = attack(pair);
      refuses(() => pair[end].decrypt(message), 'session-decryption');
      refuses(() => pair[end].encrypt(text('x')), 'session-ended');
    }
  });

  it('does not agree with another transcript or over different curves', () => {
    const one = makeSession();
    const shop = establishSession({
      role: 'reader',
      privateKey: one.reader.privateKey,
      peerKey: one.device.publicKey,
      transcript: one.transcript,
    });
    const other = makeSession();
    const phone = establishSession({
      role: 'device',
      privateKey: one.device.privateKey,
      peerKey: one.reader.publicKey,
      transcript: other.transcript,
    });
    refuses(() => phone.decrypt(shop.encrypt(text('x'))), 'session-decryption');
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    refuses(
      () =>
        establishSession({
          role: 'reader',
          privateKey: one.reader.privateKey,
          peerKey: p384.publicKey,
          transcript: one.transcript,
        }),
      'session-key',
    );
  });

  it('reads data and status together, and refuses neither', () => {
    const message = buildSessionData({ data: text('x'), status: 20 });
    assert.deepEqual(parseSessionData(message), { data: text('x'), status: 20 });
    refuses(() => parseSessionData(Uint8Array.of(0xa0)), 'session-message');
    refuses(() => parseSessionData(encode({ data: 'x' })), 'session-message');
    refuses(() => parseSessionEstablishment(encode({ data: text('x') })), 'session-message');
    const key = Encoded.of(
      new Map<number, CborValue>([
        [1, 2],
        [-1, 1],
        [-2, new Uint8Array(32)],
        [-3, new Uint8Array(32)],
      ]),
    );
    refuses(() => parseSessionEstablishment(encode({ eReaderKey: key, data: text('x') })), 'session-key');
  });
});
