import { type CborMap, type CborValue, encode, Tagged } from '@tegata/cbor';
import { type CoseSigner, rawFromDer, sign1, x5chainHeader } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { CLAIM, TYP_HEADER } from './cwt.ts';
import { StatusListError } from './error.ts';
import { IDENTIFIER_LIST_CWT } from './identifier-list.ts';
import { deflateList, type StatusBits } from './status-list.ts';
import { STATUS_LIST_CWT, STATUS_LIST_JWT } from './status-list-token.ts';

/** What a token says besides its list. Parts of a second are cut off. */
export interface TokenClaims {
  readonly uri: string;
  readonly issuedAt: Date;
  readonly expiresAt?: Date;
  /** Seconds for which a fetched copy may be used. */
  readonly ttl?: number;
  /** Certificates of the signer (DER), without the root. */
  readonly x5chain?: readonly Uint8Array[];
}

/** A list as its issuer has it: one entry per index, packed by `packStatuses`. */
export interface ListToSign {
  readonly bits: StatusBits;
  readonly octets: Uint8Array;
  readonly aggregationUri?: string;
}

const second = (time: Date) => Math.floor(time.getTime() / 1000);

function cwtClaims(claims: TokenClaims): [number, CborValue][] {
  return [
    [CLAIM.sub, claims.uri],
    [CLAIM.iat, second(claims.issuedAt)],
    ...(claims.expiresAt ? ([[CLAIM.exp, second(claims.expiresAt)]] as [number, CborValue][]) : []),
    ...(claims.ttl === undefined ? [] : ([[CLAIM.ttl, claims.ttl]] as [number, CborValue][])),
  ];
}

async function signCwt(signer: CoseSigner, type: string, payload: CborMap, claims: TokenClaims): Promise<Uint8Array> {
  const message = await sign1({
    signer,
    payload: encode(payload),
    protectedHeaders: new Map([[TYP_HEADER, type]]),
    unprotectedHeaders: new Map(claims.x5chain?.length ? [[33, x5chainHeader(claims.x5chain)]] : []),
  });
  return encode(new Tagged(18, message));
}

/**
 * Makes a Status List Token as CWT, for mdocs (Token Status List §5.2).
 * @example
 * signStatusListCwt({ signer, list: { bits: 1, octets }, claims: { uri, issuedAt, expiresAt, ttl: 3600 } });
 */
export function signStatusListCwt(input: {
  readonly signer: CoseSigner;
  readonly list: ListToSign;
  readonly claims: TokenClaims;
}): Promise<Uint8Array> {
  const { list, claims } = input;
  const value: CborMap = new Map<string, CborValue>([
    ['bits', list.bits],
    ['lst', deflateList(list.octets)],
    ...(list.aggregationUri ? ([['aggregation_uri', list.aggregationUri]] as [string, CborValue][]) : []),
  ]);
  return signCwt(input.signer, STATUS_LIST_CWT, new Map([...cwtClaims(claims), [CLAIM.statusList, value]]), claims);
}

/**
 * Makes an identifier list (ISO/IEC 18013-5, 2nd edition, §12.3.6.4): who is listed is revoked.
 * @throws {StatusListError} `claims` without an end
 */
export async function signIdentifierList(input: {
  readonly signer: CoseSigner;
  readonly identifiers: Iterable<Uint8Array>;
  readonly claims: TokenClaims;
}): Promise<Uint8Array> {
  const { claims } = input;
  if (!claims.expiresAt) throw new StatusListError('claims', 'An identifier list must expire.', { claim: 'exp' });
  const identifiers: CborMap = new Map([...input.identifiers].map((id) => [id, new Map()]));
  const list: CborMap = new Map([['identifiers', identifiers]]);
  return signCwt(
    input.signer,
    IDENTIFIER_LIST_CWT,
    new Map([...cwtClaims(claims), [CLAIM.identifierList, list]]),
    claims,
  );
}

/**
 * Makes a Status List Token as JWT, for SD-JWT VCs (Token Status List §5.1).
 * @throws {StatusListError} `algorithm` for a key other than P-256 or P-384
 */
export async function signStatusListJwt(input: {
  readonly signer: Signer;
  readonly list: ListToSign;
  readonly claims: TokenClaims;
}): Promise<string> {
  const { signer, list, claims } = input;
  if (signer.algorithm === 'RS256') throw new StatusListError('algorithm', 'The token is signed with ECDSA.');
  const header = {
    alg: signer.algorithm,
    typ: STATUS_LIST_JWT,
    ...(claims.x5chain
      ? { x5c: claims.x5chain.map((certificate) => Buffer.from(certificate).toString('base64')) }
      : {}),
  };
  const body = {
    sub: claims.uri,
    iat: second(claims.issuedAt),
    ...(claims.expiresAt ? { exp: second(claims.expiresAt) } : {}),
    ...(claims.ttl === undefined ? {} : { ttl: claims.ttl }),
    status_list: {
      bits: list.bits,
      lst: base64url(deflateList(list.octets)),
      ...(list.aggregationUri ? { aggregation_uri: list.aggregationUri } : {}),
    },
  };
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(body))}`;
  const signature = rawFromDer(await signer.sign(Buffer.from(signed)), signer.algorithm === 'ES256' ? 32 : 48);
  return `${signed}.${base64url(signature)}`;
}

const base64url = (value: Uint8Array | string) => Buffer.from(value).toString('base64url');
