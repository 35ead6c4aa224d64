import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encode } from '@tegata/cbor';
import { InspectError } from './error.ts';
import { inspectInput, MAX_INPUT_BYTES } from './inspect-input.ts';
import { renderInspection } from './render.ts';

const END = 'a16673746174757314';
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const b64u = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the same object', () => {
  it('is found in hex, base64, base64url and as raw bytes', () => {
    const object = bytes(END);
    for (const [form, input] of [
      ['hex', END],
      ['hex', END.match(/../g)!.join(' ').toUpperCase()],
      ['hex', `0x${END.match(/../g)!.join(', 0x')}\n`],
      ['base64', `${Buffer.from(object).toString('base64')}\n`],
      ['base64url', Buffer.from(encode({ data: bytes('fbffbffeff') })).toString('base64url')],
      ['raw', object],
    ] as const) {
      const found = inspectInput(input);
      assert.deepEqual([found.form, found.kind], [form, 'session-data'], String(input));
    }
  });
  it('is found in a file of bytes that hold such text', () => {
    assert.equal(inspectInput(new TextEncoder().encode(`${END}\n`)).form, 'hex');
  });
});

describe('a token', () => {
  const jwt = `${b64u({ alg: 'ES256', typ: 'dpop+jwt' })}.${b64u({ iat: 1775001600, htm: 'POST' })}.${Buffer.alloc(64).toString('base64url')}`;
  it('that is signed is decoded, and said to be unverified', () => {
    const found = inspectInput(jwt);
    assert.equal(found.kind, 'jwt');
    const text = renderInspection(found);
    assert.match(text, /DPoP proof \(RFC 9449 §4\.2\)/);
    assert.match(text, /2026-04-01T00:00:00\.000Z/);
    assert.match(text, /the signature has not been verified/);
  });
  it('that is encrypted shows its header and sizes only', () => {
    const jwe = `${b64u({ alg: 'ECDH-ES', enc: 'A256GCM' })}..${Buffer.alloc(12).toString('base64url')}.${Buffer.alloc(100).toString('base64url')}.${Buffer.alloc(16).toString('base64url')}`;
    const found = inspectInput(jwe);
    assert.equal(found.kind, 'jwe');
    assert.match(renderInspection(found), /ciphertext\s+100 bytes/);
  });
  it('inside JSON is shown beside it', () => {
    const { sections } = inspectInput(JSON.stringify({ attestation: jwt }));
    assert.deepEqual(
      sections.map(({ title }) => title),
      ['JSON', 'attestation: JWT: header', 'attestation: JWT: claims', 'attestation: JWT: signature'],
    );
  });
});

describe('JSON', () => {
  it('is pretty printed with PINs, passwords and My Numbers masked', () => {
    const body = JSON.stringify({
      pin: '1234',
      signaturePassword: 'TEGATA1',
      note: 'No. 123456789018',
      number: 123456789018,
      persona: 'adult',
    });
    const text = renderInspection(inspectInput(body));
    for (const secret of ['1234', 'TEGATA1', '5678']) assert.ok(!text.includes(secret), secret);
    assert.match(text, /"persona": "adult"/);
    assert.match(renderInspection(inspectInput(body, { unmask: true })), /"pin": "1234"/);
  });
  it('that is a problem is read as one', () => {
    const problem = {
      type: 'urn:tegata:problem:wrong-pin',
      title: 'The PIN is wrong.',
      status: 403,
      code: 'wrong-pin',
      triesLeft: 2,
      ja: { what: '暗証番号が違います。', next: '入力し直してください。' },
    };
    const found = inspectInput(JSON.stringify(problem));
    assert.equal(found.kind, 'problem');
    assert.match(renderInspection(found), /triesLeft\s+2[\s\S]*ja what\s+暗証番号が違います。/);
  });
});

describe('PEM', () => {
  it('with a private key shows nothing of the key, masked or not', () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from('not a key, but secret').toString('base64')}\n-----END PRIVATE KEY-----\n`;
    for (const unmask of [false, true]) {
      const found = inspectInput(pem, { unmask });
      assert.equal(found.kind, 'private-key');
      assert.ok(!JSON.stringify(found).includes('bm90'));
    }
  });
});

describe('what cannot be shown', () => {
  const refusal = (code: string) => (error: unknown) => error instanceof InspectError && error.code === code;
  it('is refused as unrecognised', () => {
    for (const input of [
      '',
      ' \n',
      'hello',
      'zz',
      new Uint8Array(0),
      bytes('ff'),
      bytes('1c'),
      '-----BEGIN X-----',
      'mdoc:!!',
      'mdoc:',
    ]) {
      assert.throws(() => inspectInput(input), refusal('inspect-unrecognised'), JSON.stringify(input));
    }
  });
  it('is refused above 1 MiB, before anything is read', () => {
    assert.throws(() => inspectInput(new Uint8Array(MAX_INPUT_BYTES + 1)), refusal('inspect-too-large'));
    assert.throws(() => inspectInput('0'.repeat(MAX_INPUT_BYTES + 1)), refusal('inspect-too-large'));
  });
  it('is refused when it is nested too deeply', () => {
    assert.throws(() => inspectInput('['.repeat(100_000) + ']'.repeat(100_000)), refusal('inspect-unrecognised'));
    assert.throws(() => inspectInput('81'.repeat(100_000)), refusal('inspect-unrecognised'));
  });
  it('cannot send commands to the terminal', () => {
    const text = renderInspection(inspectInput(encode({ a: '\u001b[2J\u202e', b: '\u009b' })));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the requirement
    assert.doesNotMatch(text, /[\u001b\u009b\u202e]/);
  });
});

const vectors = process.env.TEGATA_VECTORS;
const annexD = vectors ? join(vectors, 'iso18013-5-annex-d') : undefined;
const skip = annexD && existsSync(annexD) ? false : 'TEGATA_VECTORS is not set: the public vectors are not there';

describe('the example of ISO/IEC 18013-5 Annex D', { skip }, () => {
  const read = (name: string) => readFileSync(join(annexD as string, `${name}.hex`));
  it('is recognised, structure by structure', () => {
    const kinds = {
      device_response: 'device-response',
      device_request: 'device-request',
      device_engagement: 'device-engagement',
      session_establishment: 'session-establishment',
      session_data: 'session-data',
      session_termination: 'session-data',
      items_request: 'items-request',
      e_device_key_bytes: 'cose-key',
      reader_auth: 'cose',
      reader_cert: 'certificate',
      ds_cert: 'certificate',
      device_response_portrait_data: 'image',
      session_transcript_bytes: 'session-transcript',
    };
    for (const [name, kind] of Object.entries(kinds)) assert.equal(inspectInput(read(name)).kind, kind, name);
  });
  it('tells what the response says', () => {
    const { sections, masked } = inspectInput(read('device_response'));
    const elements = sections.find(({ title }) => title === 'Elements of org.iso.18013.5.1');
    assert.equal(elements?.rows?.find(({ name }) => name === 'family_name')?.value, 'Doe  (digestID 0)');
    assert.match(
      elements?.rows?.find(({ name }) => name === 'portrait')?.value ?? '',
      /^JPEG, FF D8 FF .* … \(1042 bytes\)/,
    );
    assert.equal(masked, true);
    const mso = sections.find(({ title }) => title.startsWith('Mobile security object'));
    assert.equal(mso?.rows?.find(({ name }) => name === 'validUntil')?.value, '2021-10-01T13:30:02Z');
    const certificate = sections.find(({ title }) => title === 'Certificate of the signer');
    assert.equal(certificate?.rows?.find(({ name }) => name === 'subject')?.value, 'CN=utopia ds, C=US');
  });
  it('is read from a QR text', () => {
    const engagement = Buffer.from(read('device_engagement').toString('latin1').trim(), 'hex');
    const found = inspectInput(`mdoc:${engagement.toString('base64url')}`);
    assert.deepEqual([found.form, found.kind], ['mdoc-qr', 'device-engagement']);
  });
});
