import { type CborMap, type CborValue, Encoded, encode, Raw, Tagged } from '@tegata/cbor';
import { makeSigner } from './authority.ts';
import { type Case, type CaseText, device, fails, issuedCase, responseCase, root, signer } from './case.ts';
import { hex, joined, rawMap } from './cbor-bytes.ts';
import { signatureDer } from './certificate.ts';
import { algHeader, sigStructure } from './cose.ts';
import type { Forgery } from './document.ts';
import { orderOf, seededKey } from './seeded-key.ts';

const text = (id: string, title: string, code: string, more: Partial<CaseText> = {}): CaseText => ({
  id: `signature-${id}`,
  title,
  clause: 'ISO/IEC 18013-5 §9.3.1',
  expect: fails('issuer-signature', code),
  ...more,
});

/** A document whose issuerAuth is changed after it was signed. */
const after = (
  id: string,
  title: string,
  code: string,
  change: (made: CborValue[]) => CborValue,
  more: Partial<CaseText> = {},
) => responseCase(text(id, title, code, more), { issuerAuth: change });
/** A document whose issuerAuth is signed in another way. */
const signing = (
  id: string,
  title: string,
  code: string,
  change: Forgery['issuerSigning'],
  more: Partial<CaseText> = {},
) => responseCase(text(id, title, code, more), { issuerSigning: change });

const withSignature = (signature: (old: Uint8Array) => Uint8Array) => (made: CborValue[]) => [
  ...made.slice(0, 3),
  signature(made[3] as Uint8Array),
];
const withUnprotected =
  (...more: [number, CborValue][]) =>
  ([first, unprotected, ...rest]: CborValue[]) => [first, new Map([...(unprotected as CborMap), ...more]), ...rest];
const x5chain: [number, CborValue] = [33, signer.certificate];
const r = (bytes: Uint8Array) => bytes.slice(0, 32);
const s = (bytes: Uint8Array) => bytes.slice(32);
const order = orderOf('P-256');
const zero = new Uint8Array(32);

const values = (): Case[] => [
  after(
    'bit',
    'One bit of the signature changed',
    'signature-invalid',
    withSignature((old) => old.with(40, (old[40] as number) ^ 1)),
  ),
  after(
    'zero',
    'r and s of zero, which once passed for a signature of anything',
    'signature-invalid',
    withSignature(() => new Uint8Array(64)),
    { clause: 'FIPS 186-5 §6.4.2' },
  ),
  after(
    'r-zero',
    'r of zero',
    'signature-invalid',
    withSignature((old) => joined(zero, s(old))),
    { clause: 'FIPS 186-5 §6.4.2' },
  ),
  after(
    's-zero',
    's of zero',
    'signature-invalid',
    withSignature((old) => joined(r(old), zero)),
    { clause: 'FIPS 186-5 §6.4.2' },
  ),
  after(
    'order',
    'r and s that are the order of the curve',
    'signature-invalid',
    withSignature(() => joined(order, order)),
    { clause: 'FIPS 186-5 §6.4.2' },
  ),
  after(
    'swapped',
    's before r',
    'signature-invalid',
    withSignature((old) => joined(s(old), r(old))),
  ),
  after('der', 'A signature in DER', 'signature-form', withSignature(signatureDer), { clause: 'RFC 9053 §2.1' }),
  after(
    'short',
    'A signature without its last byte',
    'signature-form',
    withSignature((old) => old.slice(0, -1)),
  ),
  after(
    'long',
    'A signature with a byte behind it',
    'signature-form',
    withSignature((old) => joined(old, hex('00'))),
  ),
  after(
    'none',
    'A signature of no bytes',
    'signature-form',
    withSignature(() => new Uint8Array(0)),
  ),
  after(
    'of-96-bytes',
    'The same numbers in the length of another curve',
    'signature-form',
    withSignature((old) => joined(new Uint8Array(16), r(old), new Uint8Array(16), s(old))),
  ),
  responseCase(text('other-key', 'The certificate of the signer, the signature of another key', 'signature-invalid'), {
    issuer: { ...signer, key: seededKey('impostor') },
  }),
  issuedCase(text('issued-other-key', 'The same outside of a presentation', 'signature-invalid'), {
    issuer: { ...signer, key: seededKey('impostor') },
  }),
  responseCase(text('by-device', 'The phone signed the MSO itself', 'signature-invalid'), {
    issuer: { ...signer, key: device },
  }),
  responseCase(text('other-signer', 'The certificate of another signer under the same root', 'signature-invalid'), {
    chain: makeSigner(root, 'the other signer').certificate,
  }),
];

const content = (): Case[] => [
  after(
    'payload-changed',
    'An MSO that was changed after signing: valid until one year later',
    'signature-invalid',
    ([first, unprotected, payload, signature]) => {
      const bytes = Buffer.from(payload as Uint8Array);
      const at = bytes.indexOf('2026-12');
      bytes.write('2027-12', at);
      return [first, unprotected, new Uint8Array(bytes), signature];
    },
  ),
  after('payload-other', 'The signature of another mdoc', 'signature-invalid', ([first, unprotected, payload]) => [
    first,
    unprotected,
    payload,
    signer.key.sign(sigStructure('Signature1', algHeader(-7), hex('d81841a0'))),
  ]),
  signing(
    'context',
    'Signed as a countersignature',
    'signature-invalid',
    { context: 'CounterSignature' },
    { clause: 'RFC 9052 §4.4' },
  ),
  signing(
    'context-signature',
    'Signed as one of several signatures',
    'signature-invalid',
    { context: 'Signature' },
    { clause: 'RFC 9052 §4.4' },
  ),
  signing('external-aad', 'Signed with external data', 'signature-invalid', { externalAad: hex('00') }),
  responseCase(text('payload-alone', 'The payload signed without the structure around it', 'signature-invalid'), {
    issuerAuth: ([first, unprotected, payload]) => [
      first,
      unprotected,
      payload,
      signer.key.sign(payload as Uint8Array),
    ],
  }),
  after(
    'headers-changed',
    'Another, equal encoding of the protected header after signing',
    'signature-invalid',
    ([, ...rest]) => [hex('b90001 0126'), ...rest],
  ),
];

const algorithms = (): Case[] => [
  signing('alg-of-p384', 'ES384 with a P-256 key', 'alg-key-mismatch', { alg: -35 }, { clause: 'RFC 9053 §2.1' }),
  signing('alg-es512', 'ES512 with a P-256 key', 'alg-key-mismatch', { alg: -36, hash: 'sha512' }),
  signing('alg-eddsa', 'EdDSA with a P-256 key', 'alg-key-mismatch', { alg: -8 }),
  signing('alg-esp384', 'ESP384 with a P-256 key', 'alg-key-mismatch', { alg: -51, hash: 'sha384' }),
  signing('alg-hmac', 'The algorithm of a MAC', 'alg-refused', { alg: 5 }),
  signing('alg-rs256', 'RS256', 'alg-refused', { alg: -257 }),
  signing('alg-rs1', 'RS1, which is SHA-1', 'alg-refused', { alg: -65535, hash: 'sha1' }),
  signing('alg-es256k', 'ES256K with a P-256 key', 'alg-refused', { alg: -47 }),
  signing('alg-zero', 'The reserved algorithm 0', 'alg-refused', { alg: 0 }),
  signing('alg-name', 'The algorithm by its name', 'alg-refused', { alg: 'ES256' }),
  signing('alg-bytes', 'The algorithm as bytes', 'alg-refused', { alg: hex('26') }),
  signing('alg-null', 'The algorithm null', 'alg-refused', { protectedBytes: hex('a1 01 f6') }),
  signing('alg-missing', 'No algorithm at all', 'alg-missing', { protectedBytes: new Uint8Array(0) }),
  signing('alg-missing-empty-map', 'A protected header that is an empty map', 'alg-missing', {
    protectedBytes: hex('a0'),
  }),
  signing(
    'alg-unprotected',
    'The algorithm in the unprotected header',
    'alg-unprotected',
    { protectedBytes: new Uint8Array(0), unprotected: new Map([[1, -7], x5chain]) },
    { clause: 'RFC 9052 §3.1' },
  ),
  signing(
    'alg-twice',
    'One algorithm in each header',
    'header-twice',
    { unprotected: new Map([[1, -7], x5chain]) },
    { clause: 'RFC 9052 §3' },
  ),
  after(
    'alg-added',
    'An algorithm in the unprotected header beside the signed one',
    'header-twice',
    withUnprotected([1, 5]),
  ),
];

const headers = (): Case[] => [
  after('tagged', 'issuerAuth with tag 18', 'tagged', (made) => new Tagged(18, made), { pitfalls: [13] }),
  issuedCase(text('issued-tagged', 'The same outside of a presentation', 'tagged', { pitfalls: [13] }), {
    issuerAuth: (made) => new Tagged(18, made),
  }),
  after(
    'tagged-changed',
    'issuerAuth with tag 18 and another signature, in interop mode',
    'signature-invalid',
    (made) =>
      new Tagged(18, [
        ...made.slice(0, 3),
        (made[3] as Uint8Array).with(5, ((made[3] as Uint8Array)[5] as number) ^ 1),
      ]),
    { pitfalls: [13], options: { profileMode: 'interop' } },
  ),
  ...[responseCase, issuedCase].map((make) =>
    make(
      {
        ...text('', 'issuerAuth with tag 18, in interop mode', 'tagged', { pitfalls: [13] }),
        id: make === issuedCase ? 'valid-interop-issued-tagged' : 'valid-interop-tagged',
        expect: 'valid',
        options: { profileMode: 'interop' },
        warnings: [fails('issuer-signature', 'tagged')],
      },
      { issuerAuth: (made) => new Tagged(18, made) },
    ),
  ),
  after('tag-98', 'issuerAuth with the tag of COSE_Sign', 'structure', (made) => new Tagged(98, made)),
  after('tag-17', 'issuerAuth with the tag of COSE_Mac0', 'structure', (made) => new Tagged(17, made)),
  after('tag-61', 'issuerAuth with the tag of a CWT', 'structure', (made) => new Tagged(61, made)),
  after('three-items', 'issuerAuth of three items', 'structure', (made) => made.slice(0, 3)),
  after('five-items', 'issuerAuth of five items', 'structure', (made) => [...made, new Uint8Array(0)]),
  after(
    'two-signers',
    'A COSE_Sign of two signers',
    'structure',
    ([first, unprotected, payload, signature]) => [
      first,
      unprotected,
      payload,
      [
        [first as Uint8Array, new Map(), signature as Uint8Array],
        [first as Uint8Array, new Map(), signature as Uint8Array],
      ],
    ],
    { pitfalls: [24] },
  ),
  after('embedded', 'issuerAuth embedded in tag 24', 'structure', (made) => Encoded.of(made)),
  after('null', 'issuerAuth of null', 'structure', () => new Raw(hex('f6'))),
  after('text', 'issuerAuth as text', 'structure', () => 'signature'),
  after('protected-map', 'A protected header that is no byte string', 'structure', ([, ...rest]) => [
    new Map([[1, -7]]),
    ...rest,
  ]),
  after('protected-array', 'A protected header that holds an array', 'structure', ([, ...rest]) => [
    hex('8126'),
    ...rest,
  ]),
  after('protected-trailing', 'A protected header with a byte behind it', 'structure', ([, ...rest]) => [
    hex('a10126 00'),
    ...rest,
  ]),
  signing('protected-duplicate', 'A protected header with two algorithms', 'structure', {
    protectedBytes: rawMap([
      [1, -35],
      [1, -7],
    ]).bytes,
  }),
  signing('protected-not-utf8', 'A protected header with text that is not UTF-8', 'structure', {
    protectedBytes: joined(hex('a2 01 26 61 ff'), hex('00')),
  }),
  after('unprotected-array', 'An unprotected header that is an array', 'structure', ([first, , ...rest]) => [
    first,
    [],
    ...rest,
  ]),
  after('kid-text', 'A key identifier as text', 'kid-form', withUnprotected([4, 'kid']), {
    clause: 'RFC 9052 §3.1',
    pitfalls: [17],
  }),
  after('kid-undefined', 'A key identifier of undefined', 'kid-form', withUnprotected([4, new Raw(hex('f7'))]), {
    clause: 'RFC 9052 §3.1',
    pitfalls: [17],
  }),
  after('kid-null', 'A key identifier of null', 'kid-form', withUnprotected([4, null]), {
    clause: 'RFC 9052 §3.1',
    pitfalls: [17],
  }),
  signing(
    'kid-protected-number',
    'A key identifier as number in the protected header',
    'kid-form',
    {
      protectedBytes: encode(
        new Map<number, CborValue>([
          [1, -7],
          [4, 1],
        ]),
      ),
    },
    { pitfalls: [17] },
  ),
  signing(
    'critical',
    'A header that must be understood, and is not',
    'critical-header',
    {
      protectedBytes: encode(
        new Map<number, CborValue>([
          [1, -7],
          [2, [-70000]],
          [-70000, 1],
        ]),
      ),
    },
    { clause: 'RFC 9052 §3.1' },
  ),
  signing(
    'critical-unprotected',
    'A list of critical headers that is not signed',
    'critical-header',
    { unprotected: new Map<number, CborValue>([x5chain, [2, [1]]]) },
    { clause: 'RFC 9052 §3.1' },
  ),
];

/** Documents with something wrong in the issuer's COSE_Sign1. */
export const signatureCases = (): Case[] => [...values(), ...content(), ...algorithms(), ...headers()];
