import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type CborMap, decode, encode } from '@tegata/cbor';
import { engagementToQr } from '@tegata/mdoc';
import { inspectInput } from './inspect-input.ts';
import { renderInspection } from './render.ts';
import { MY_NUMBER, makeSamples, PERSON, type Samples } from './samples-for-tests.ts';
import type { Section } from './section.ts';

let samples: Samples;
before(async () => {
  samples = await makeSamples();
});

const NUMBER_IN_HEX = Buffer.from(MY_NUMBER).toString('hex');
const NUMBER_IN_PAIRS = NUMBER_IN_HEX.match(/../g)!.join(' ');

function find(sections: readonly Section[], title: string | RegExp): Section {
  const found = sections.find((section) =>
    typeof title === 'string' ? section.title === title : title.test(section.title),
  );
  assert.ok(found, `${title} is not among: ${sections.map((section) => section.title).join(' | ')}`);
  return found;
}
const value = (section: Section, name: string) => section.rows?.find((row) => row.name === name)?.value;

describe('each object of the flow', () => {
  it('is recognised', () => {
    const kinds: [string, Uint8Array | string][] = [
      ['card-file', samples.text[1]],
      ['card-file', samples.surface[2]],
      ['certificate', samples.signCertificate],
      ['ocsp-request', samples.ocspRequest],
      ['ocsp-response', samples.ocspResponse],
      ['jwt', samples.attestation],
      ['application', samples.application],
      ['signed-application', samples.signedApplication],
      ['issuer-signed', samples.issuerSigned],
      ['device-engagement', samples.deviceEngagement],
      ['device-engagement', engagementToQr(samples.deviceEngagement)],
      ['session-transcript', samples.sessionTranscript],
      ['device-request', samples.deviceRequest],
      ['device-response', samples.deviceResponse],
      ['jwt', samples.dpop],
      ['jwe', samples.jwe],
      ['apdu-command', samples.verifyPin],
      ['image', samples.portrait],
    ];
    for (const [kind, object] of kinds) assert.equal(inspectInput(object).kind, kind);
  });

  it('shows no My Number until asked, wherever it lies', () => {
    const holders = {
      text: samples.text[1],
      application: samples.application,
      signed: samples.signedApplication,
      mdoc: samples.issuerSigned,
      issuance: samples.issuance,
    };
    for (const [name, object] of Object.entries(holders)) {
      for (const input of [object, Buffer.from(object).toString('base64')]) {
        const masked = inspectInput(input);
        const printed = `${renderInspection(masked)}${JSON.stringify(masked)}`;
        for (const form of [MY_NUMBER, NUMBER_IN_HEX, NUMBER_IN_PAIRS, NUMBER_IN_PAIRS.toUpperCase()])
          assert.ok(!printed.includes(form), `${name}: ${form}`);
        assert.equal(masked.masked, true, name);
      }
      const open = inspectInput(object, { unmask: true });
      assert.equal(open.masked, false, name);
      const printed = renderInspection(open);
      assert.ok(
        [MY_NUMBER, NUMBER_IN_HEX, NUMBER_IN_PAIRS].some((form) => printed.includes(form)),
        `${name} holds it when unmasked`,
      );
    }
  });
});

describe('a signed application', () => {
  it('is opened down to the fields of the card files and the key attestation', () => {
    const { sections } = inspectInput(samples.signedApplication);
    assert.equal(value(find(sections, 'CMS SignedData'), 'content type'), '2.999.8.5.9.1 (application of Tegata)');
    const signer = find(sections, 'Signer 1');
    assert.equal(value(signer, 'signingTime'), '2026-04-01T00:00:00Z');
    assert.equal(
      value(find(sections, 'Certificate of the signer'), 'issuer'),
      'C=JP, O=Tegata TEST ONLY, OU=TEST digital signature, OU=Tegata test authority',
    );
    assert.equal(value(find(sections, 'Application'), 'platform'), 'ios');
    const attributes = find(sections, /text AP .*EF 0002/);
    assert.equal(value(attributes, 'DF22 name (氏名)'), PERSON.name);
    assert.equal(value(attributes, 'DF24 birth date (生年月日)'), '1990-04-01');
    assert.equal(value(find(sections, /surface AP .*EF 0003/), 'DF34 municipality code'), '99201');
    assert.match(
      value(find(sections, /surface AP .*EF 0002/), 'DF27 photo') ?? '',
      /^JPEG 2000 \(JP2\), 00 00 00 0C .* … \(\d+ bytes\)$/,
    );
    assert.match(find(sections, 'Key attestation: claims').text, /"key_storage": \[\s+"iso_18045_basic"/);
    assert.match(
      value(find(sections, 'Key attestation: certificate 1 (x5c)'), 'subject') ?? '',
      /TEST key attestation signer/,
    );
  });
  it('that breaks its form is shown with the reason', () => {
    const map = decode(samples.application) as CborMap;
    map.delete('platform');
    const section = find(inspectInput(encode(map)).sections, 'Application');
    assert.match(section.note ?? '', /Refused as an application \(application-member\)/);
  });
});

describe('a certificate of the card', () => {
  it('shows the six personal fields by their names', () => {
    const san = value(inspectInput(samples.signCertificate).sections[0] as Section, 'subjectAltName') ?? '';
    assert.match(san, /^name \(氏名\): 見本　花子$/m);
    assert.match(san, /^birth date \(生年月日\): 419900401$/m);
    assert.match(san, /^substitute flags of the name: 00000$/m);
  });
  it('is found as PEM, also with text around it', () => {
    const pem = `subject=…\n-----BEGIN CERTIFICATE-----\n${Buffer.from(samples.iaca).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const found = inspectInput(pem);
    assert.deepEqual([found.form, found.kind], ['pem', 'certificate']);
    assert.equal(value(found.sections[0] as Section, 'subject'), 'CN=Tegata TEST mdoc root, O=Tegata TEST ONLY, C=JP');
    assert.equal(value(found.sections[0] as Section, 'public key'), 'P-384');
  });
  it('that the strict reader refuses is shown as a tree, with the reason', () => {
    const damaged = samples.iaca.slice();
    // The version [0] { INTEGER 2 } becomes 1.
    damaged[damaged.indexOf(0xa0, 4) + 4] = 1;
    const [section] = inspectInput(damaged).sections;
    assert.match(section?.note ?? '', /certificate-version/);
    assert.match(section?.text ?? '', /UTF8String "Tegata TEST mdoc root"/);
  });
});

describe('an OCSP exchange', () => {
  it('shows the nonce on both ends and the status with its reason', () => {
    const request = inspectInput(samples.ocspRequest).sections[0] as Section;
    const { sections } = inspectInput(samples.ocspResponse);
    assert.equal(value(request, 'nonce'), value(sections[0] as Section, 'nonce'));
    const answer = find(sections, 'Answer 1: revoked');
    assert.equal(value(answer, 'reason'), 'affiliationChanged');
    assert.equal(value(answer, 'revoked at'), '2026-04-01T00:00:00Z');
  });
});

describe('an mdoc', () => {
  it('shows elements, validity, device key and the signer', () => {
    const { sections } = inspectInput(samples.issuerSigned);
    const elements = find(sections, 'Elements of org.iso.23220.1.jp');
    assert.match(value(elements, 'full_name_unicode') ?? '', /^見本　花子 {2}\(digestID \d+\)$/);
    assert.match(value(elements, 'individual_number_unicode') ?? '', /^\*{4} /);
    assert.equal(value(find(sections, /^Mobile security object/), 'validUntil'), '2026-05-01T00:00:00Z');
    assert.match(value(find(sections, 'Certificate of the signer'), 'extKeyUsage (critical)') ?? '', /mdlDs/);
  });
  it('answered by a phone shows one bit of an age check', () => {
    const { sections } = inspectInput(samples.deviceResponse);
    assert.deepEqual(
      sections.filter(({ title }) => title.startsWith('Elements of')).map(({ title, rows }) => [title, rows?.length]),
      [['Elements of org.iso.23220.1', 1]],
    );
    assert.equal(
      value(find(sections, 'Document 1: org.iso.23220.1.jp.mnc'), 'device authentication'),
      'deviceSignature',
    );
  });
  it('reached over HTTP names the address in its engagement', () => {
    const row = inspectInput(samples.deviceEngagement).sections[0]?.rows?.find(({ name }) =>
      name.startsWith('retrieval'),
    );
    assert.deepEqual(row?.name, 'retrieval: HTTP (in place of the radio)');
    assert.match(row?.value ?? '', /127\.0\.0\.1:4711/);
  });
});
