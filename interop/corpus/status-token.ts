import { deflateSync } from 'node:zlib';
import { type CborKey, type CborMap, type CborValue, encode, Tagged } from '@tegata/cbor';
import { days } from './authority.ts';
import { signer } from './case.ts';
import { sign1 } from './cose.ts';
import type { SeededKey } from './seeded-key.ts';

export const LIST_URI = 'https://status.tegata.example/1';
const second = (date: Date) => Math.floor(date.getTime() / 1000);

/** The numbers of claims (RFC 8392, Token Status List §5.2, ISO/IEC 18013-5 2nd ed. §12.3.6). */
export const CLAIM = { sub: 2, exp: 4, iat: 6, type: 16, identifiers: 65530, list: 65533, ttl: 65534 } as const;

/** A status list as it stands in a token: compressed as zlib, at the best level. */
export const listClaim = (bits: number, octets: Uint8Array): CborMap =>
  new Map<string, CborValue>([
    ['bits', bits],
    ['lst', new Uint8Array(deflateSync(octets, { level: 9 }))],
  ]);

/** What a token says and how it is signed; each part may be wrong. */
export interface TokenForgery {
  readonly type?: CborValue;
  readonly claims?: (claims: CborMap) => void;
  readonly key?: SeededKey;
  readonly chain?: CborValue;
  readonly protectedBytes?: Uint8Array;
  readonly message?: (message: CborValue[]) => CborValue;
}

function token(kind: string, claim: [number, CborValue], forgery: TokenForgery): Uint8Array {
  const claims: CborMap = new Map<CborKey, CborValue>([
    [CLAIM.sub, LIST_URI],
    [CLAIM.iat, second(days(-1))],
    [CLAIM.exp, second(days(6))],
    [CLAIM.ttl, 43_200],
    claim,
  ]);
  forgery.claims?.(claims);
  const type = forgery.type === undefined ? `application/${kind}+cwt` : forgery.type;
  const made = sign1({
    key: forgery.key ?? signer.key,
    payload: encode(claims),
    protectedBytes:
      forgery.protectedBytes ??
      encode(new Map<number, CborValue>([[1, -7], ...(type === null ? [] : [[16, type] as [number, CborValue]])])),
    unprotected: new Map(forgery.chain === undefined ? [] : [[33, forgery.chain]]),
  });
  return encode(forgery.message?.(made) ?? new Tagged(18, made));
}

/** A status list token as CWT. The index 9 of its list has the octet `octets[1]`. */
export const statusToken = (list: CborValue, forgery: TokenForgery = {}) =>
  token('statuslist', [CLAIM.list, list], forgery);

/** An identifier list as CWT. */
export const identifierToken = (ids: readonly Uint8Array[], forgery: TokenForgery = {}) =>
  token(
    'identifierlist',
    [CLAIM.identifiers, new Map([['identifiers', new Map(ids.map((id) => [id, new Map()]))]])],
    forgery,
  );

/** The member `status` of an MSO that refers to a status list. */
export const statusReference = (idx: CborValue = 9, more: [string, CborValue][] = []): CborMap =>
  new Map([['status_list', new Map<string, CborValue>([['idx', idx], ['uri', LIST_URI], ...more])]]);

/** The member `status` of an MSO that refers to an identifier list. */
export const identifierReference = (id: CborValue): CborMap =>
  new Map([
    [
      'identifier_list',
      new Map<string, CborValue>([
        ['id', id],
        ['uri', LIST_URI],
      ]),
    ],
  ]);
