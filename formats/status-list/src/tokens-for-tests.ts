import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { type CborMap, type CborValue, encode, Tagged } from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import {
  checkStatus,
  packStatuses,
  type StatusListErrorCode,
  type StatusQuestion,
  signIdentifierList,
  signStatusListCwt,
  signStatusListJwt,
  type TokenClaims,
} from './index.ts';

export const at = new Date('2026-11-24T03:04:05Z');
export const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
export const uri = 'https://status.tegata.example/lists/7';
export const signer = softwareSigner(await generateSoftwareKey('P-256'));
export const stranger = softwareSigner(await generateSoftwareKey('P-256'));
export const random = seededRandom('check-status.test');
export const trusted = () => signer.publicKey;

export const statuses = new Map([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [12, 12],
  [15, 15],
]);
export const octets = packStatuses({ bits: 4, size: 100, statuses });
export const list = { bits: 4 as const, octets };
export const claims: TokenClaims = { uri, issuedAt: at, expiresAt: later(3600), ttl: 600 };
export const cwt = (change: Partial<TokenClaims> = {}, by = signer) =>
  signStatusListCwt({ signer: by, list, claims: { ...claims, ...change } });
export const jwt = async (change: Partial<TokenClaims> = {}) =>
  Buffer.from(await signStatusListJwt({ signer, list, claims: { ...claims, ...change } }));
export const identifier = random.bytes(16);
export const identifiers = (change: Partial<TokenClaims> = {}) =>
  signIdentifierList({ signer, identifiers: [random.bytes(16), identifier], claims: { ...claims, ...change } });

export const byIndex = (idx: number) => ({ kind: 'status_list' as const, idx, uri });
export const byIdentifier = (id: Uint8Array) => ({ kind: 'identifier_list' as const, id, uri });

export function ask(body: Uint8Array, change: Partial<StatusQuestion> = {}) {
  const question: StatusQuestion = {
    reference: byIndex(0),
    credential: 'mdoc',
    fetched: { body },
    at,
    signer: trusted,
    ...change,
  };
  return checkStatus(question);
}

export function undetermined(code: StatusListErrorCode, body: Uint8Array, change: Partial<StatusQuestion> = {}) {
  const answer = ask(body, change);
  assert.deepEqual([answer.status, 'code' in answer ? answer.code : undefined], ['undetermined', code]);
}

/** A CWT of any claims and headers, validly signed. */
export async function cwtOf(payload: CborMap, type: CborValue = 'application/statuslist+cwt') {
  const protectedHeaders: CborMap = new Map(type === null ? [] : [[16, type]]);
  return encode(new Tagged(18, await sign1({ signer, payload: encode(payload), protectedHeaders })));
}
export const seconds = at.getTime() / 1000;
export const lst = new Uint8Array(deflateSync(octets));
export const sound: readonly (readonly [number, CborValue])[] = [
  [2, uri],
  [6, seconds],
  [4, seconds + 3600],
  [65534, 600],
  [
    65533,
    new Map<string, CborValue>([
      ['bits', 4],
      ['lst', lst],
    ]),
  ],
];
export const withClaim = (key: number, value: CborValue) => cwtOf(new Map([...sound, [key, value]]));
export const withoutClaim = (key: number) => cwtOf(new Map(sound.filter(([own]) => own !== key)));
export const withList = (entries: [string, CborValue][]) => withClaim(65533, new Map(entries));

/** A JWT of any header and body, validly signed. */
export function jwtOf(header: object | string, body: object | string, key?: KeyObject, hash = 'sha256') {
  const part = (value: object | string) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(body)}`;
  const pair = key ?? jwtKey.privateKey;
  const signature = sign(hash, Buffer.from(signed), { key: pair, dsaEncoding: 'ieee-p1363' });
  return Buffer.from(`${signed}.${signature.toString('base64url')}`);
}
export const jwtKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const jwtHeader = { alg: 'ES256', typ: 'statuslist+jwt' };
export const jwtBody = {
  sub: uri,
  iat: seconds,
  exp: seconds + 3600,
  status_list: { bits: 4, lst: Buffer.from(lst).toString('base64url') },
};
export const asJwt = { credential: 'sd-jwt' as const, signer: () => jwtKey.publicKey };
