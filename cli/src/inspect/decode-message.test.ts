import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { decodeMessage, type WireMessage } from './decode-message.ts';
import { MY_NUMBER, makeSamples, type Samples } from './samples-for-tests.ts';

let samples: Samples;
before(async () => {
  samples = await makeSamples();
});

const request = (label: string, bytes: Uint8Array, contentType?: string): WireMessage => ({
  from: 'applicant-app',
  to: 'smp',
  kind: 'http-request',
  label,
  bytes,
  contentType,
});
const json = (value: object) => new Uint8Array(Buffer.from(JSON.stringify(value)));
const command = (hex: string): WireMessage => ({
  from: 'applicant-app',
  to: 'card',
  kind: 'apdu-command',
  label: 'APDU',
  bytes: Buffer.from(hex, 'hex'),
});
const response = (hex: string): WireMessage => ({
  from: 'card',
  to: 'applicant-app',
  kind: 'apdu-response',
  label: '9000',
  bytes: Buffer.from(hex, 'hex'),
});
const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

describe('a message of the figure', () => {
  it('is decoded by its media type', () => {
    const cases: [WireMessage, string][] = [
      [request('POST /sessions', json({ platform: 'ios' }), 'application/json'), 'JSON'],
      [
        request(
          '422',
          json({ type: 't', status: 422, code: 'cms-invalid' }),
          'application/problem+json; charset=utf-8',
        ),
        'Problem',
      ],
      [
        request('POST /applications', samples.signedApplication, 'application/pkcs7-mime; smime-type=signed-data'),
        'CMS SignedData',
      ],
      [request('POST /ocsp', samples.ocspRequest, 'application/ocsp-request'), 'OCSP request'],
      [request('200', samples.ocspResponse, 'application/ocsp-response'), 'OCSP response'],
      [request('PUT /issuances/1', samples.issuance, 'application/cbor'), 'CBOR diagnostic notation'],
      [request('PUT /deliveries/1', json({ recipient: 'a', jwe: samples.jwe }), 'application/json'), 'JSON'],
      [request('GET /applications/1', new Uint8Array(0)), 'GET /applications/1'],
      [request('POST /x', new Uint8Array([0xff, 0x01, 0x02])), 'Octets, 3 bytes'],
      [request('POST /x', json({}), 'application/ocsp-request'), 'Octets, 2 bytes'],
    ];
    for (const [message, title] of cases) assert.equal(decodeMessage(message).sections[0]?.title, title, message.label);
  });
  it('shows a token in a member beside the JSON', () => {
    const { sections } = decodeMessage(request('200', json({ attestation: samples.attestation }), 'application/json'));
    assert.ok(sections.some(({ title }) => title === 'attestation: JWT: claims'));
  });
  it('has PINs and passwords masked in the sections and in the bytes', () => {
    const message = request(
      'POST /applications',
      json({ pin: '1234', signaturePassword: 'TEGATA1', platform: 'ios' }),
      'application/json',
    );
    const decoded = decodeMessage(message);
    assert.equal(decoded.masked, true);
    for (const shown of [JSON.stringify(decoded.sections), latin(decoded.maskedBytes)]) {
      assert.ok(!shown.includes('1234') && !shown.includes('TEGATA1'), shown);
      assert.ok(shown.includes('ios'));
    }
    const open = decodeMessage(message, { unmask: true });
    assert.equal(open.masked, false);
    assert.ok(JSON.stringify(open.sections).includes('TEGATA1'));
  });
  it('has the My Number masked in the bytes of CBOR and CMS too', () => {
    for (const bytes of [samples.issuance, samples.application, samples.signedApplication, samples.issuerSigned]) {
      assert.ok(latin(bytes).includes(MY_NUMBER));
      const { maskedBytes } = decodeMessage(request('POST /x', bytes));
      assert.equal(maskedBytes.length, bytes.length);
      assert.ok(!latin(maskedBytes).includes(MY_NUMBER));
    }
  });
  it('has the PINs of the phone’s certificates masked', () => {
    const body = {
      challenge: 'A'.repeat(43),
      certificates: { platform: 'ios', authPin: '9876', signaturePassword: 'PHONE01' },
    };
    const decoded = decodeMessage(request('POST /keys', json(body), 'application/json'));
    assert.equal(decoded.masked, true);
    assert.ok(!/9876|PHONE01/.test(latin(decoded.maskedBytes) + JSON.stringify(decoded.sections)));
  });
  it('is shown as it is when it holds no secret', () => {
    const decoded = decodeMessage(request('POST /sessions', json({ platform: 'ios' }), 'application/json'));
    assert.equal(decoded.masked, false);
    assert.equal(latin(decoded.maskedBytes), '{"platform":"ios"}');
  });
});

describe('an APDU of the figure', () => {
  const selectText = command('00A4040C0AD3921000310001010408');
  it('is named by what was selected before', () => {
    const decoded = decodeMessage(command('00B0000000'), {
      before: [selectText, response('9000'), command('00A4020C020002'), response('9000')],
    });
    assert.equal(decoded.sections[0]?.rows?.[0]?.value, 'READ BINARY: EF 0002, four attributes (基本4情報)');
  });
  it('hides the PIN of VERIFY in the sections and in the bytes', () => {
    const decoded = decodeMessage(command('00200091' + '0431323334'));
    assert.ok(!JSON.stringify(decoded.sections).includes('31 32 33 34'));
    assert.equal(Buffer.from(decoded.maskedBytes).toString('hex'), '00200091042a2a2a2a');
  });
  it('hides EF 0001, whole or in pieces, with and without what came before', () => {
    const before = [selectText, response('9000'), command('00A4020C020001'), response('9000'), command('00B0000308')];
    const piece = response(`${Buffer.from('12345678').toString('hex')}9000`);
    for (const options of [{ before }, {}]) {
      const decoded = decodeMessage(piece, options);
      assert.equal(Buffer.from(decoded.maskedBytes).toString('hex'), `${'2a'.repeat(8)}9000`);
      assert.ok(!JSON.stringify(decoded.sections).includes('33 34 35'));
    }
    const whole = decodeMessage(response(`${Buffer.from(samples.text[1]).toString('hex')}9000`));
    assert.ok(!latin(whole.maskedBytes).includes('3456'));
  });
  it('that is no APDU is shown as octets', () => {
    assert.equal(decodeMessage(command('00')).sections[0]?.title, 'Octets, 1 bytes');
    assert.equal(decodeMessage(response('90')).sections[0]?.title, 'Octets, 1 bytes');
  });
});
