import { type CborValue, Encoded, encode } from '@tegata/cbor';
import { type Case, type CaseText, REQUESTED, transcript } from './case.ts';
import { hex } from './cbor-bytes.ts';
import { auth } from './device-auth-change.ts';
import { authorize } from './document.ts';
import {
  dcApiTranscript,
  engagement,
  nfcTranscript,
  qrTranscript,
  REDIRECT,
  redirectTranscript,
} from './transcript.ts';

/** Signatures over something else than DeviceAuthentication. */
export const deviceStructureCases = (): Case[] => {
  const made = (id: string, title: string, change: (parts: CborValue[]) => Uint8Array) =>
    auth(`structure-${id}`, title, 'signature-invalid', { deviceAuthentication: change });
  return [
    made('untagged', 'DeviceAuthentication signed without tag 24', (parts) => encode(parts)),
    made('bare-bytes', 'DeviceAuthentication signed as a byte string without tag', (parts) => encode(encode(parts))),
    made(
      'transcript-embedded',
      'The transcript in tag 24 inside of DeviceAuthentication',
      ([name, , ...rest]) => Encoded.of([name, Encoded.wrap(transcript), ...rest]).bytes,
    ),
    made('transcript-alone', 'Nothing but the transcript signed', () => Encoded.wrap(transcript).bytes),
    made(
      'name',
      'Signed as ReaderAuthentication',
      ([, ...rest]) => Encoded.of(['ReaderAuthentication', ...rest]).bytes,
    ),
    made(
      'doctype',
      'Signed for another document type',
      ([name, session, , rest]) => Encoded.of([name, session, 'com.example.library.1', rest]).bytes,
    ),
    made(
      'namespaces-bare',
      'The namespaces without tag 24 inside of DeviceAuthentication',
      ([name, session, docType]) => Encoded.of([name, session, docType, new Map()]).bytes,
    ),
    made('three-items', 'DeviceAuthentication without namespaces', (parts) => Encoded.of(parts.slice(0, 3)).bytes),
    auth(
      'namespaces-changed',
      'An authorised element that was changed after signing',
      'signature-invalid',
      {
        deviceNameSpaces: Encoded.of({ 'com.example.phone': { mood: 'fine' } }),
        mso: authorize(new Map([['nameSpaces', ['com.example.phone']]])),
        deviceSigned: (map) => map.set('nameSpaces', Encoded.of({ 'com.example.phone': { mood: 'good' } })),
      },
      { requested: [{ ...REQUESTED, nameSpaces: { ...REQUESTED.nameSpaces, 'com.example.phone': { mood: false } } }] },
    ),
    auth('namespaces-re-encoded', 'Namespaces in another, equal encoding than the signed one', 'signature-invalid', {
      deviceSigned: (map) => map.set('nameSpaces', Encoded.wrap(hex('b80 0'.replace(' ', '')))),
    }),
  ];
};

/** Signatures for another session. */
export const deviceSessionCases = (): Case[] => {
  const signedFor = (id: string, title: string, own: Uint8Array, signed: Uint8Array, more: Partial<CaseText> = {}) =>
    auth(
      `session-${id}`,
      title,
      'signature-invalid',
      { signedTranscript: signed },
      { clause: 'ISO/IEC 18013-5 §9.1.5.1', transcript: own, pitfalls: [3], ...more },
    );
  const redirect = redirectTranscript();
  const handover = Uint8Array.of(0x91, 0x02, 0x02, 0x48, 0x73, 0x15);
  const reordered = encode(new Map([...engagement()].reverse()), { mapOrder: 'given' });
  const unknownKeys = encode(engagement().set(5, []).set(6, new Map()));
  return [
    signedFor(
      'engagement',
      'Copied from a session of another engagement',
      transcript,
      qrTranscript(encode(engagement('another engagement'))),
    ),
    signedFor(
      'reader',
      'Copied from a session with another reader',
      transcript,
      qrTranscript(undefined, 'another reader'),
    ),
    signedFor('handover', 'Signed for the QR code, shown after NFC', nfcTranscript(handover), nfcAs('null')),
    signedFor(
      'nfc-select',
      'Signed for another handover message',
      nfcTranscript(handover),
      nfcTranscript(handover.with(5, 0x14)),
    ),
    signedFor(
      'unknown-keys-lost',
      'Signed by a phone that dropped keys 5 and 6 of its engagement',
      qrTranscript(unknownKeys),
      transcript,
      { pitfalls: [7] },
    ),
    signedFor('re-encoded', 'Signed over an engagement in another order', qrTranscript(reordered), transcript, {
      pitfalls: [7],
    }),
    signedFor(
      'nonce',
      'Presented online for another nonce',
      redirect,
      redirectTranscript({ nonce: 'YW5vdGhlci1ub25jZQ' }),
    ),
    signedFor(
      'client',
      'Presented online to another relying party',
      redirect,
      redirectTranscript({ clientId: 'x509_san_dns:other.tegata.example' }),
    ),
    signedFor(
      'client-prefix',
      'The same name under another prefix',
      redirect,
      redirectTranscript({ clientId: 'redirect_uri:shop.tegata.example' }),
      { pitfalls: [3, 16] },
    ),
    signedFor(
      'response-uri',
      'Presented online for another response URI',
      redirect,
      redirectTranscript({ responseUri: 'https://other.tegata.example/response' }),
    ),
    signedFor(
      'response-uri-slash',
      'A response URI with a slash behind it',
      redirect,
      redirectTranscript({ responseUri: `${REDIRECT.responseUri}/` }),
    ),
    signedFor(
      'encryption-key',
      'Encrypted to another key',
      redirect,
      redirectTranscript({ thumbprint: new Uint8Array(32) }),
    ),
    signedFor(
      'no-encryption',
      'Signed as if it were not encrypted',
      redirect,
      redirectTranscript({ thumbprint: null }),
    ),
    signedFor(
      'origin',
      'Asked from another origin',
      dcApiTranscript(),
      dcApiTranscript('https://shop.tegata.example.evil.example'),
    ),
    signedFor(
      'origin-port',
      'Asked from another port',
      dcApiTranscript(),
      dcApiTranscript('https://shop.tegata.example:8443'),
    ),
    signedFor(
      'origin-prefix',
      'An origin with a prefix',
      dcApiTranscript(),
      dcApiTranscript('origin:https://shop.tegata.example'),
    ),
    signedFor(
      'dc-api-nonce',
      'Another nonce over the Digital Credentials API',
      dcApiTranscript(),
      dcApiTranscript(undefined, 'YW5vdGhlci1ub25jZQ'),
    ),
    signedFor(
      'redirect-as-dc-api',
      'Signed for redirects, sent over the Digital Credentials API',
      dcApiTranscript(),
      redirect,
    ),
  ];
};

/** The transcript of the session, as it would be without NFC. */
const nfcAs = (_: 'null') => transcript;
