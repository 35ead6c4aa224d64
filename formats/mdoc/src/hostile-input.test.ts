import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  buildDeviceEngagement,
  buildDeviceRequest,
  buildSessionData,
  buildSessionEstablishment,
  httpRetrieval,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseDeviceResponse,
  parseIssuerSigned,
  parseSessionData,
  parseSessionEstablishment,
  qrToEngagement,
} from './index.ts';
import { makeAuthority, makeDevice, makeSession, planOptions, respond } from './test-authority.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

describe('parsers of what others send', () => {
  it('throw nothing but MdocError, whatever is damaged', async () => {
    const authority = await makeAuthority();
    const device = makeDevice();
    const session = makeSession();
    const { dsSigner: signer, dsCertificate } = authority;
    const data = new Uint8Array(40);
    const request = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
    const retrievalMethods = [httpRetrieval('http://127.0.0.1:1/')];
    const parsers: [Uint8Array, (bytes: Uint8Array) => unknown][] = [
      [buildDeviceEngagement({ eDeviceKey: device.publicKey, retrievalMethods }), parseDeviceEngagement],
      [buildDeviceRequest(request), parseDeviceRequest],
      [await respond(authority, device, session), parseDeviceResponse],
      [buildSessionEstablishment({ eReaderKeyBytes: session.readerBytes, data }), parseSessionEstablishment],
      [buildSessionData({ data, status: 20 }), parseSessionData],
      [
        await issueMdoc({ ...planOptions(device.publicKey), signer, certificateChain: [dsCertificate] }),
        parseIssuerSigned,
      ],
    ];
    for (const [good, parse] of parsers) {
      assert.doesNotThrow(() => parse(good));
      const change = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(good.length), (changes, length) => {
          const damaged = good.slice();
          for (const [index, value] of changes) damaged[index] = value;
          for (const bytes of [damaged, damaged.subarray(0, length)]) {
            try {
              parse(bytes);
            } catch (error) {
              assert.equal((error as Error).name, 'MdocError');
            }
          }
        }),
        { numRuns: 300 },
      );
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => qrToEngagement(`${text} `), { name: 'MdocError', code: 'qr' });
      }),
      { numRuns: 100 },
    );
  });
});
