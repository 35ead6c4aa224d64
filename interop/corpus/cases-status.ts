import { deflateRawSync } from 'node:zlib';
import { type CborMap, type CborValue, encode, Tagged } from '@tegata/cbor';
import { days, makeRoot, makeSigner, seconds } from './authority.ts';
import { type Case, type CaseText, fails, issuedCase, responseCase, root, signer } from './case.ts';
import { hex, joined } from './cbor-bytes.ts';
import { BIT, extension, OID, replacing, without } from './certificate.ts';
import { makeCrl } from './crl.ts';
import { seededKey } from './seeded-key.ts';
import {
  CLAIM,
  identifierReference,
  identifierToken,
  LIST_URI,
  listClaim,
  statusReference,
  statusToken,
  type TokenForgery,
} from './status-token.ts';

const CLAUSE = 'ISO/IEC 18013-5 2nd ed. §12.3.6.3';
const hard = { revocation: 'hard' } as const;
const set = (status: CborValue) => (mso: CborMap) => void mso.set('status', status);

/** Sixteen entries of one bit, of which 9 is the document's own. */
const CLEAN = hex('0000');
const OWN_SET = hex('0002');
const one = (octets = CLEAN) => listClaim(1, octets);
/** A signer of statuses under the same root. */
const statusSigner = (name = 'status signer', change?: Parameters<typeof makeSigner>[3]) =>
  makeSigner(root, name, 'P-256', (parts) => {
    const own = { ...parts, extensions: without(parts.extensions, OID.extKeyUsage) };
    return { ...own, ...change?.(own) };
  });

const status = (text: CaseText, tokens: readonly Uint8Array[], reference: CborValue = statusReference()) =>
  responseCase(
    { pitfalls: [9], options: hard, crls: [makeCrl()], ...text, statusTokens: tokens },
    { mso: set(reference) },
  );
const good = (
  id: string,
  title: string,
  tokens: readonly Uint8Array[],
  reference?: CborValue,
  more: Partial<CaseText> = {},
) => status({ id: `valid-status-${id}`, title, clause: CLAUSE, expect: 'valid', ...more }, tokens, reference);
const bad = (id: string, title: string, code: string, tokens: readonly Uint8Array[], reference?: CborValue) =>
  status({ id: `status-list-${id}`, title, clause: CLAUSE, expect: fails('status-list', code) }, tokens, reference);
/** Nothing can be said of the status, and whoever asks wants to know: never good. */
const unknown = (
  id: string,
  title: string,
  tokens: readonly Uint8Array[],
  reference?: CborValue,
  pitfalls: readonly number[] = [9, 10],
) =>
  status({ id: `status-list-${id}`, title, clause: CLAUSE, expect: fails('status-list'), pitfalls }, tokens, reference);
/** A clean list that is made or signed in another way. */
const forged = (id: string, title: string, forgery: TokenForgery, pitfalls?: readonly number[]) =>
  unknown(id, title, [statusToken(one(), forgery)], undefined, pitfalls);
const claim = (key: number, value: CborValue): TokenForgery => ({ claims: (claims) => void claims.set(key, value) });
const at = (date: Date) => Math.floor(date.getTime() / 1000);

const verdicts = (): Case[] => [
  good('clean', 'A list in which the document is valid', [statusToken(one())]),
  good('neighbours', 'A list in which all others are revoked', [statusToken(one(hex('fffd')))]),
  good('two-bits', 'A list of two bits', [statusToken(listClaim(2, hex('fffff3')))]),
  good('eight-bits', 'A list of eight bits', [statusToken(listClaim(8, new Uint8Array(10).fill(1).with(9, 0)))]),
  good('bit-order', 'A list that would be another one if read from the highest bit', [statusToken(one(hex('0040')))]),
  good('status-signer', 'A list by a signer of statuses under the same root', [
    statusToken(one(), { key: statusSigner().key, chain: statusSigner().certificate }),
  ]),
  good(
    'named-signer',
    'The same, its certificate named in the MSO alone',
    [statusToken(one(), { key: statusSigner().key })],
    statusReference(9, [['certificate', statusSigner().certificate]]),
  ),
  good('other-token-too', 'A token of another list beside the right one', [
    statusToken(one(OWN_SET), claim(CLAIM.sub, 'https://status.tegata.example/2')),
    statusToken(one()),
  ]),
  good('no-expiry', 'A list of yesterday that does not say when it ends', [
    statusToken(one(), { claims: (claims) => void claims.delete(CLAIM.exp) }),
  ]),
  good(
    'soft-unknown',
    'A list that has ended, where statuses are asked for softly',
    [statusToken(one(), claim(CLAIM.exp, at(seconds(-1))))],
    undefined,
    {
      options: { revocation: 'soft' },
      warnings: [fails('status-list')],
      pitfalls: [10],
    },
  ),
  good(
    'identifier-clean',
    'An identifier list without the document',
    [identifierToken([hex('aa'), hex('01020304')])],
    identifierReference(hex('010203')),
  ),
  good('identifier-empty', 'An identifier list of nobody', [identifierToken([])], identifierReference(hex('010203'))),
  good(
    'identifier-type-claim',
    'An identifier list that says its type in its claims, as one issuer writes it',
    [identifierToken([], { type: null, ...claim(CLAIM.type, 'application/identifierlist+cwt') })],
    identifierReference(hex('010203')),
  ),
  bad('revoked', 'A list in which the document is revoked', 'revoked', [statusToken(one(OWN_SET))]),
  bad('revoked-two-bits', 'A list of two bits in which it is revoked', 'revoked', [
    statusToken(listClaim(2, hex('000004'))),
  ]),
  bad('bit-order', 'A list that would be clean if read from the highest bit', 'revoked', [
    statusToken(one(hex('0102'))),
  ]),
  bad('suspended', 'A list in which the document is suspended', 'suspended', [
    statusToken(listClaim(2, hex('000008'))),
  ]),
  bad('application', 'A status whose meaning only its issuer knows', 'status-application-specific', [
    statusToken(listClaim(2, hex('00000c'))),
  ]),
  bad('revoked-among', 'Two tokens of the list, of which one says revoked', 'revoked', [
    statusToken(one()),
    statusToken(one(OWN_SET)),
  ]),
  bad(
    'identifier',
    'An identifier list with the document',
    'revoked',
    [identifierToken([hex('aa'), hex('010203')])],
    identifierReference(hex('010203')),
  ),
  status(
    {
      id: 'status-list-revoked-soft',
      title: 'A revoked document, where statuses are asked for softly',
      clause: CLAUSE,
      expect: fails('status-list', 'revoked'),
      options: { revocation: 'soft' },
    },
    [statusToken(one(OWN_SET))],
  ),
  issuedCase(
    {
      id: 'status-list-issued-revoked',
      title: 'A revoked document outside of a presentation',
      clause: CLAUSE,
      expect: fails('status-list', 'revoked'),
      statusTokens: [statusToken(one(OWN_SET))],
    },
    { mso: set(statusReference()) },
  ),
];

const signatures = (): Case[] => {
  const stranger = makeRoot('stranger');
  const below = makeSigner(stranger, 'status signer of a stranger');
  const named = [
    ['CN', 'A neighbouring TEST root'],
    ['C', 'JP'],
  ] as const;
  const neighbour = makeRoot('neighbour', 'P-256', () => ({ issuer: named, subject: named }));
  const ofNeighbour = makeSigner(neighbour, 'status signer of the neighbour', 'P-256', (parts) => ({
    ...parts,
    extensions: without(parts.extensions, OID.extKeyUsage),
  }));
  const reader = statusSigner('a reader who signs statuses', ({ extensions }) => ({
    extensions: replacing(extensions, extension.extKeyUsage(['1.0.18013.5.1.6'])),
  }));
  return [
    unknown('none', 'No token, where statuses are asked for strictly', []),
    forged('other-key', 'A list by another key', { key: seededKey('impostor') }),
    forged('bit', 'A list with one bit of its signature changed', {
      message: (made) =>
        new Tagged(18, [
          ...made.slice(0, 3),
          (made[3] as Uint8Array).with(9, ((made[3] as Uint8Array)[9] as number) ^ 1),
        ]),
    }),
    forged('unsigned', 'A list without a signature', {
      message: (made) => new Tagged(18, [...made.slice(0, 3), new Uint8Array(0)]),
    }),
    forged('alg-none', 'A list under the reserved algorithm 0', {
      protectedBytes: encode(
        new Map<number, CborValue>([
          [1, 0],
          [16, 'application/statuslist+cwt'],
        ]),
      ),
    }),
    forged('content-changed', 'A list that was changed after signing', {
      message: ([first, headers, payload, signature]) =>
        new Tagged(18, [
          first,
          headers,
          (payload as Uint8Array).with((payload as Uint8Array).length - 1, 0),
          signature,
        ]),
    }),
    forged('stranger', 'A list by a signer under a root that nobody trusts', {
      key: below.key,
      chain: [below.certificate, stranger.certificate],
    }),
    status(
      {
        id: 'status-list-other-root',
        title: 'A list by a signer of statuses under a root that is trusted for other documents of the same type',
        clause: CLAUSE,
        expect: fails('status-list', 'status-undetermined'),
        anchors: [{ certificate: root.certificate }, { certificate: neighbour.certificate }],
        crls: [makeCrl(), makeCrl({}, neighbour)],
      },
      [statusToken(one(), { key: ofNeighbour.key, chain: ofNeighbour.certificate })],
    ),
    forged('by-reader', 'A list by a reader under the same root', { key: reader.key, chain: reader.certificate }),
    forged('by-root', 'A list by the root, with its own certificate', { key: root.key, chain: root.certificate }),
    unknown(
      'other-than-named',
      'A list by another signer than the one the MSO names',
      [statusToken(one(), { key: signer.key, chain: signer.certificate })],
      statusReference(9, [['certificate', statusSigner().certificate]]),
    ),
    unknown('signer-expired', 'A list by a signer of statuses whose certificate has ended', [
      statusToken(
        one(),
        (() => {
          const old = statusSigner('old status signer', () => ({ notAfter: seconds(-1) }));
          return { key: old.key, chain: old.certificate };
        })(),
      ),
    ]),
    forged(
      'ku-bits',
      'A list by a signer whose key is not for signing',
      (() => {
        const other = statusSigner('status signer for agreements', ({ extensions }) => ({
          extensions: replacing(extensions, extension.keyUsage([BIT.keyAgreement])),
        }));
        return { key: other.key, chain: other.certificate };
      })(),
    ),
  ];
};

const contents = (): Case[] => [
  forged('subject', 'The list of another address', claim(CLAIM.sub, 'https://status.tegata.example/2')),
  forged('subject-slash', 'The address with a slash behind it', claim(CLAIM.sub, `${LIST_URI}/`)),
  forged('subject-missing', 'A list that does not say which it is', {
    claims: (claims) => void claims.delete(CLAIM.sub),
  }),
  forged('type', 'A token of another type', { type: 'application/cwt' }),
  forged('type-jwt', 'A CWT under the type of a JWT', { type: 'application/statuslist+jwt' }, [9, 11]),
  forged('type-missing', 'A token without a type', { type: null }),
  forged('expired', 'A list that ended a second ago', claim(CLAIM.exp, at(seconds(-1)))),
  forged('future', 'A list of tomorrow', claim(CLAIM.iat, at(days(1)))),
  forged('no-iat', 'A list that does not say when it was made', { claims: (claims) => void claims.delete(CLAIM.iat) }),
  forged('iat-text', 'A time as text', claim(CLAIM.iat, '2026-11-23')),
  forged('stale', 'A list of last month that does not say when it ends', {
    claims: (claims) => {
      claims.delete(CLAIM.exp);
      claims.set(CLAIM.iat, at(days(-30)));
    },
  }),
  unknown('index-past-end', 'An index behind the end of the list', [statusToken(one())], statusReference(16)),
  unknown('index-2-32', 'An index that is 9 plus 2^32', [statusToken(one())], statusReference(2 ** 32 + 9)),
  ...[0, 3, 16, 256].map((bits) =>
    unknown(`bits-${bits}`, `A list of ${bits} bits an entry`, [statusToken(listClaim(bits, CLEAN))]),
  ),
  unknown('bits-text', 'Bits as text', [
    statusToken(new Map<string, CborValue>([...one(), ['bits', '1']] as [string, CborValue][])),
  ]),
  unknown('raw-deflate', 'A list that is compressed without the frame of zlib', [
    statusToken(
      new Map<string, CborValue>([
        ['bits', 1],
        ['lst', new Uint8Array(deflateRawSync(CLEAN))],
      ]),
    ),
  ]),
  unknown('not-compressed', 'A list that is not compressed', [
    statusToken(
      new Map<string, CborValue>([
        ['bits', 1],
        ['lst', CLEAN],
      ]),
    ),
  ]),
  unknown('compressed-trailing', 'A list with bytes behind its compressed form', [
    statusToken(
      new Map<string, CborValue>([
        ['bits', 1],
        ['lst', joined(one().get('lst') as Uint8Array, hex('00'))],
      ]),
    ),
  ]),
  unknown('bomb', 'A few kilobytes that inflate to sixteen million bytes', [
    statusToken(one(new Uint8Array(16 * 1024 * 1024))),
  ]),
  unknown('list-text', 'A list as text', [
    statusToken(
      new Map<string, CborValue>([
        ['bits', 1],
        ['lst', 'eNrbuRgAAhcBXQ'],
      ]),
    ),
  ]),
  forged('untagged', 'A token without its tag', { message: (made) => made }),
  forged('tag-61', 'A token in the tag of CWT', { message: (made) => new Tagged(61, new Tagged(18, made)) }),
  forged('mac', 'A token in the tag of a MAC', { message: (made) => new Tagged(17, made) }),
  unknown(
    'garbage',
    'A page of HTML in the place of a token',
    [new TextEncoder().encode('<!doctype html><title>404 Not Found</title>')],
    undefined,
    [10],
  ),
  unknown('jwt', 'A list as JWT, which is for other credentials', [jwt()], undefined, [11]),
  unknown('trailing-byte', 'A token with a byte behind it', [joined(statusToken(one()), hex('00'))]),
  unknown(
    'identifier-no-expiry',
    'An identifier list that does not end',
    [identifierToken([], { claims: (claims) => void claims.delete(CLAIM.exp) })],
    identifierReference(hex('010203')),
  ),
  unknown(
    'identifier-type',
    'An identifier list under the type of a status list',
    [identifierToken([], { type: 'application/statuslist+cwt' })],
    identifierReference(hex('010203')),
  ),
  unknown(
    'identifier-two-lists',
    'A token with both kinds of list',
    [identifierToken([], claim(CLAIM.list, one()))],
    identifierReference(hex('010203')),
  ),
  unknown(
    'identifier-as-status',
    'A status list for a reference to an identifier list',
    [statusToken(one())],
    identifierReference(hex('010203')),
  ),
  unknown('status-as-identifier', 'An identifier list for a reference to a status list', [identifierToken([])]),
];

/** A list as JWT, signed by the document signer as JOSE wants it. */
function jwt(): Uint8Array {
  const part = (value: object | Uint8Array) =>
    Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url');
  const list = { bits: 1, lst: Buffer.from(one().get('lst') as Uint8Array).toString('base64url') };
  const claims = { sub: LIST_URI, iat: at(days(-1)), exp: at(days(6)), status_list: list };
  const signed = `${part({ alg: 'ES256', typ: 'statuslist+jwt' })}.${part(claims)}`;
  return new TextEncoder().encode(`${signed}.${part(signer.key.sign(new TextEncoder().encode(signed)))}`);
}

const references = (): Case[] => {
  const tokens = [statusToken(one())];
  const malformed = (id: string, title: string, value: CborValue) =>
    unknown(`reference-${id}`, title, tokens, value, [10]);
  return [
    malformed('text', 'A reference that is text', 'valid'),
    malformed('empty', 'A reference to nothing', new Map()),
    malformed(
      'both',
      'References to both kinds of list',
      new Map([...statusReference(), ...identifierReference(hex('01'))]),
    ),
    malformed('index-negative', 'The index −1', statusReference(-1)),
    malformed('index-text', 'An index as text', statusReference('9')),
    malformed('no-uri', 'A reference without an address', new Map([['status_list', new Map([['idx', 9]])]])),
    malformed('id-text', 'An identifier as text', identifierReference('id')),
  ];
};

/** Documents whose own status is bad, or not known. */
export const statusCases = (): Case[] => [...verdicts(), ...signatures(), ...contents(), ...references()];
