import { createHash } from 'node:crypto';
import { type CborMap, type CborValue, Encoded, encode } from '@tegata/cbor';
import { coseKey } from './cose.ts';
import { seededKey } from './seeded-key.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** DeviceEngagement 1.0 with the phone's ephemeral key, as a map. */
export function engagement(name = 'engagement'): CborMap {
  return new Map<number, CborValue>([
    [0, '1.0'],
    [1, [1, Encoded.of(coseKey(seededKey(name)))]],
  ]);
}

/** SessionTranscript of an engagement by QR code, over the engagement bytes as they were read. */
export function qrTranscript(engagementBytes = encode(engagement()), readerName = 'reader'): Uint8Array {
  return encode([Encoded.wrap(engagementBytes), Encoded.of(coseKey(seededKey(readerName))), null]);
}

/** SessionTranscript of an engagement by NFC, static handover. */
export function nfcTranscript(handoverSelect: Uint8Array): Uint8Array {
  return encode([Encoded.of(engagement()), Encoded.of(coseKey(seededKey('reader'))), [handoverSelect, null]]);
}

/** What OpenID4VP over redirects binds a presentation to. */
export interface RedirectParameters {
  readonly clientId: string;
  readonly nonce: string;
  readonly thumbprint: Uint8Array | null;
  readonly responseUri: string;
}

/** Parameters of a shop that does not exist. */
export const REDIRECT: RedirectParameters = {
  clientId: 'x509_san_dns:shop.tegata.example',
  nonce: 'c29tZS1ub25jZQ',
  thumbprint: sha256(new TextEncoder().encode('a key of the shop')),
  responseUri: 'https://shop.tegata.example/response',
};

/** SessionTranscript of OpenID4VP 1.0 over redirects (Appendix B.2.6.1). */
export function redirectTranscript(change: Partial<RedirectParameters> = {}): Uint8Array {
  const { clientId, nonce, thumbprint, responseUri } = { ...REDIRECT, ...change };
  const info = encode([clientId, nonce, thumbprint, responseUri]);
  return encode([null, null, ['OpenID4VPHandover', sha256(info)]]);
}

/** SessionTranscript of OpenID4VP 1.0 over the Digital Credentials API (Appendix B.2.6.2). */
export function dcApiTranscript(origin = 'https://shop.tegata.example', nonce = REDIRECT.nonce): Uint8Array {
  const info = encode([origin, nonce, REDIRECT.thumbprint]);
  return encode([null, null, ['OpenID4VPDCAPIHandover', sha256(info)]]);
}
