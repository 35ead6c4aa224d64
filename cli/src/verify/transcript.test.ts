import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { type CborValue, Encoded, encode } from '@tegata/cbor';
import {
  buildSessionEstablishment,
  engagementToQr,
  parseDeviceEngagement,
  sessionTranscriptNfc,
  sessionTranscriptOf,
  type TranscriptParameters,
  type TranscriptVariant,
} from '@tegata/mdoc';
import {
  b64u,
  checksThat,
  hex,
  makeVerifySamples,
  pem,
  type Ran,
  run,
  type VerifySamples,
} from './samples-for-tests.ts';

let samples: VerifySamples;
before(async () => {
  samples = await makeVerifySamples();
});

const sha256 = (data: string | Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest());
const { kty, crv, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const jwk = { use: 'enc', kid: '1', kty, crv, x, y };
const jwkThumbprint = sha256(JSON.stringify({ crv, kty, x, y }));
const origin = 'https://shop.example';
const nonce = '-n0nce_that_is_long_enough';
const clientId = 'x509_hash:abc';
const responseUri = 'https://shop.example/response';
const encryptionInfo = Buffer.alloc(120, 0x5a).toString('base64url');

/** Presents over a transcript and verifies with other arguments. */
async function verify(transcript: Uint8Array, ...args: string[]): Promise<Ran> {
  const response = await samples.respond(transcript);
  return run(['--json', '--response', b64u(response), '--trust', b64u(samples.root), ...args]);
}

describe('the transcript that tegata verify computes', () => {
  const cases: {
    [V in TranscriptVariant]?: { parameters: TranscriptParameters[V]; args: string[][] };
  } = {
    'openid4vp-redirect': {
      parameters: { clientId, nonce, jwkThumbprint, responseUri },
      args: [
        ['--client-id', clientId, '--nonce', nonce, '--response-uri', responseUri, '--jwk', JSON.stringify(jwk)],
        [
          ...['--client-id', clientId, '--nonce', nonce, '--response-uri', responseUri],
          ...['--jwk-thumbprint', b64u(jwkThumbprint), '--transcript-type', 'openid4vp'],
        ],
      ],
    },
    'openid4vp-dc-api': {
      parameters: { origin, nonce, jwkThumbprint: null },
      args: [
        ['--origin', origin, '--nonce', nonce],
        ['--origin', origin, `--nonce=${nonce}`, '--jwk-thumbprint', 'none', '--client-id', clientId],
        ['--origin', origin, '--nonce', nonce, '--transcript-type', 'openid4vp-dcapi'],
      ],
    },
    'iso-18013-7-annex-c': {
      parameters: { encryptionInfo, origin },
      args: [
        ['--encryption-info', encryptionInfo, '--origin', origin],
        ['--encryption-info', `b64u:${encryptionInfo}`, '--origin', origin, '--transcript-type', 'annex-c'],
        ['--encryption-info', `hex:${Buffer.alloc(120, 0x5a).toString('hex')}`, '--origin', origin],
      ],
    },
    'apple-in-app': {
      parameters: {
        nonce: Uint8Array.of(1, 2),
        merchantId: 'merchant',
        teamId: 'team',
        recipientKeyHash: jwkThumbprint,
      },
      args: [
        [
          ...['--merchant-id', 'merchant', '--team-id', 'team', '--nonce', 'hex:0102'],
          ...['--recipient-key-hash', Buffer.from(jwkThumbprint).toString('hex')],
        ],
      ],
    },
    'iso-18013-7-annex-b': {
      parameters: { clientId, responseUri, nonce, mdocGeneratedNonce: 'm' },
      args: [
        [
          ...['--client-id', clientId, '--nonce', nonce, '--response-uri', responseUri],
          ...['--mdoc-generated-nonce', 'm', '--transcript-type', 'annex-b'],
        ],
      ],
    },
    'openid4vp-draft24-dc-api': {
      parameters: { origin, clientId, nonce },
      args: [['--origin', origin, '--client-id', clientId, '--nonce', nonce, '--transcript-type', 'openid4vp-draft24']],
    },
  };

  for (const [variant, { parameters, args }] of Object.entries(cases)) {
    it(`is that of ${variant}`, async () => {
      const transcript = sessionTranscriptOf(variant as TranscriptVariant, parameters as never, { legacy: true });
      for (const form of args) {
        const { code, result } = await verify(transcript, ...form);
        assert.deepEqual([code, result.error, checksThat('failed', result)], [0, undefined, []], form.join(' '));
      }
    });
  }

  it('is that of a QR code, with the reader’s key in any form', async () => {
    const key = ['--reader-key', pem(samples.reader.privateKey)];
    const establishment = buildSessionEstablishment({
      eReaderKeyBytes: samples.readerKeyBytes,
      data: new Uint8Array(1),
    });
    key[1] = b64u(samples.reader.privateKey.export({ format: 'der', type: 'pkcs8' }));
    const engagements = [
      engagementToQr(samples.engagement),
      hex(samples.engagement),
      hex(Encoded.wrap(samples.engagement).bytes),
    ];
    for (const engagement of engagements) {
      for (const form of [
        key,
        ['--e-reader-key', hex(samples.readerKeyBytes.bytes)],
        ['--e-reader-key', hex(samples.readerKeyBytes.content)],
        ['--establishment', hex(establishment)],
        [...key, '--handover', 'hex:f6', '--transcript-type', 'qr'],
      ]) {
        const { code } = await verify(samples.transcript, '--engagement', engagement, ...form);
        assert.equal(code, 0, form.join(' '));
      }
    }
  });

  it('is that of NFC, static and negotiated', async () => {
    const deviceEngagementBytes = parseDeviceEngagement(samples.engagement).encoded;
    const handoverSelect = Uint8Array.of(1, 2, 3);
    for (const handoverRequest of [null, Uint8Array.of(4, 5)]) {
      const transcript = sessionTranscriptNfc({
        deviceEngagementBytes,
        eReaderKeyBytes: samples.readerKeyBytes,
        handoverSelect,
        handoverRequest,
      });
      const handover = encode([handoverSelect, handoverRequest] as CborValue[]);
      const own = ['--engagement', hex(samples.engagement), '--e-reader-key', hex(samples.readerKeyBytes.bytes)];
      const messages = ['--handover-select', hex(handoverSelect)];
      if (handoverRequest) messages.push('--handover-request', hex(handoverRequest));
      for (const form of [['--handover', hex(handover)], messages, [...messages, '--transcript-type', 'nfc']]) {
        assert.equal((await verify(transcript, ...own, ...form)).code, 0, form.join(' '));
      }
    }
  });

  it('is asked for by name where it is an old one, or where two fit', async () => {
    const redirect = ['--client-id', clientId, '--nonce', nonce, '--response-uri', responseUri];
    const cases = [
      [...redirect, '--mdoc-generated-nonce', 'm'],
      [...redirect, '--origin', origin],
      ['--origin', origin, '--encryption-info', encryptionInfo, '--engagement', hex(samples.engagement)],
      ['--nonce', nonce],
      ['--origin', origin],
      ['--origin', `${origin}/`, '--nonce', nonce],
      ['--origin', origin, '--nonce', nonce, '--transcript-type', 'constructor'],
      ['--origin', origin, '--nonce', nonce, '--transcript-type', 'qr'],
      ['--handover', 'hex:01', '--engagement', hex(samples.engagement)],
      ['--engagement', 'mdoc:!', '--reader-key', 'hex:01'],
      ['--origin', origin, '--nonce', nonce, '--jwk-thumbprint', 'hex:00'],
      ['--origin', origin, '--nonce', nonce, '--jwk', '{"kty":"EC"}'],
      ['--origin', origin, '--nonce', nonce, '--jwk', '[]'],
      ['--merchant-id', 'm', '--nonce', 'plain text'],
    ];
    for (const args of cases) {
      const { code, result } = await verify(samples.transcript, ...args);
      assert.equal(code, 2, args.join(' '));
      assert.ok(result.error?.code, args.join(' '));
    }
  });
});

describe('the transcript doctor in tegata verify', () => {
  const own = ['--origin', origin, '--nonce', nonce];
  const deviceAuth = ({ result }: Ran) => result.documents[0]?.checks.find(({ id }) => id === 'device-auth');

  it('names the parameter that the phone took otherwise, and changes no verdict', async () => {
    const transcript = encode([null, null, ['OpenID4VPDCAPIHandover', sha256(encode([`${origin}/`, nonce, null]))]]);
    const ran = await verify(transcript, ...own);
    assert.equal(ran.code, 1);
    assert.deepEqual([deviceAuth(ran)?.result, deviceAuth(ran)?.code], ['failed', 'signature-invalid']);
    assert.match(deviceAuth(ran)?.detail ?? '', /Did you mean: .*origin with a slash at the end/);
    assert.deepEqual(ran.result.documents[0]?.elements, {});
  });

  it('prints its finding on a line of its own', async () => {
    const transcript = encode([null, null, ['OpenID4VPDCAPIHandover', sha256(encode([origin, nonce, jwkThumbprint]))]]);
    const response = await samples.respond(transcript);
    const args = ['--response', b64u(response), '--trust', b64u(samples.root), ...own, '--jwk-thumbprint', 'none'];
    const { out } = await run([...args, '--jwk', JSON.stringify(jwk)]);
    assert.match(out, /✗ device-auth +signature-invalid .*\n {6}did you mean: The phone used openid4vp-dc-api/);
  });

  it('finds the right transcript among the parameters beside a wrong one that was given whole', async () => {
    const right = sessionTranscriptOf('openid4vp-dc-api', { origin, nonce, jwkThumbprint: null });
    const ran = await verify(right, ...own, '--transcript', b64u(samples.transcript));
    assert.equal(ran.code, 1);
    assert.match(deviceAuth(ran)?.detail ?? '', /Did you mean: The phone used openid4vp-dc-api/);
  });

  it('says nothing where it knows nothing', async () => {
    const ran = await verify(encode([null, null, 'another']), ...own);
    assert.doesNotMatch(deviceAuth(ran)?.detail ?? '', /Did you mean/);
  });
});
