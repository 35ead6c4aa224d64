import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type CborValue, Encoded, Tagged } from '@tegata/cbor';
import fc from 'fast-check';
import { reencoded } from './cbor.ts';
import { decodeMessage } from './decode-message.ts';
import { InspectError } from './error.ts';
import { inspectInput } from './inspect-input.ts';
import { recognise } from './recognise.ts';
import { renderInspection } from './render.ts';
import { makeSamples, type Samples } from './samples-for-tests.ts';

let samples: Samples;
before(async () => {
  samples = await makeSamples();
});

const view = { unmask: false, inside: 0 };

/** The input is shown, or refused with the one error; the decoders below it throw nothing either. */
function holds(input: Uint8Array | string): void {
  try {
    renderInspection(inspectInput(input));
  } catch (error) {
    assert.ok(error instanceof InspectError, String(error));
  }
  if (typeof input !== 'string') {
    recognise(input, view);
    recognise(input, { ...view, unmask: true });
  }
}

const objects = () => [
  samples.text[1],
  samples.text[2],
  samples.text[3],
  samples.surface[3],
  samples.signCertificate,
  samples.ocspRequest,
  samples.ocspResponse,
  samples.issuerSigned,
  samples.deviceEngagement,
  samples.sessionTranscript,
  samples.deviceResponse,
  samples.deviceRequest,
  samples.signedApplication,
  samples.verifyPin,
];

describe('any input', () => {
  it('of bytes is shown or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), holds), { numRuns: 1500 });
  });
  it('of text is shown or refused', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN X-----',
      '-----END X-----',
      'mdoc:',
      '{"a":',
      '[',
      '> 00 B0',
      '< 9000',
      'eyJ',
      '.',
      '00',
      'FF',
      '=',
      '\n',
      '#',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 12 }), (parts) =>
        holds(parts.join('')),
      ),
      { numRuns: 1500 },
    );
  });
  it('that is a damaged object is shown or refused', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(255), fc.nat(3), (which, at, byte, change) => {
        const all = objects();
        const object = all[which % all.length] as Uint8Array;
        const damaged = Uint8Array.from(object);
        damaged[at % damaged.length] = byte;
        holds(change === 0 ? damaged.subarray(0, at % damaged.length) : damaged);
      }),
      { numRuns: 600 },
    );
  });
  it('of CBOR with the members of known structures is shown or refused', () => {
    const names = [
      'version',
      'documents',
      'status',
      'docRequests',
      'issuerAuth',
      'nameSpaces',
      'valueDigests',
      'docType',
      'digestID',
      'random',
      'elementIdentifier',
      'elementValue',
      'eReaderKey',
      'data',
      'deviceKeys',
      'keyAttestation',
      'card',
      'individual_number_unicode',
      'portrait',
      'itemsRequest',
      'deviceSigned',
      'deviceAuth',
      'deviceSignature',
      'issuerSigned',
      0,
      1,
      2,
      -1,
      -2,
      -3,
      33,
    ];
    const leaf = fc.oneof(
      fc.constantFrom(undefined, null, true, 'text', 0, -7, new Uint8Array(3), 1n << 64n),
      fc.string({ maxLength: 4 }),
    );
    const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 5 }),
        fc
          .array(fc.tuple(fc.constantFrom(...names), tie('value')), { maxLength: 6 })
          .map((entries) => new Map(entries)),
        tie('value').map((inner) => Encoded.wrap(reencoded(inner))),
        tie('value').map((inner) => new Tagged(18, inner)),
      ),
    }));
    fc.assert(
      fc.property(value, (one) => holds(reencoded(one))),
      { numRuns: 1500 },
    );
  });
  it('on a wire has an answer', () => {
    const kinds = fc.constantFrom('http-request', 'http-response', 'apdu-command', 'apdu-response');
    const types = fc.constantFrom(
      undefined,
      '',
      'application/json',
      'application/cbor',
      'application/pkcs7-mime',
      'application/ocsp-response',
      'text/plain',
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), kinds, types, (bytes, kind, contentType) => {
        const decoded = decodeMessage({
          from: 'smp',
          to: 'iaca',
          label: 'POST /x',
          kind: kind as 'http-request',
          bytes,
          contentType,
        });
        assert.ok(decoded.sections.length > 0);
      }),
      { numRuns: 800 },
    );
  });
});
