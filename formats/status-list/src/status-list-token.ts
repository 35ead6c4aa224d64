import { judgeSubject, judgeTimes, type TimeRules, type TokenTimes } from './claims.ts';
import { CLAIM, TYP_HEADER, verifyCwt } from './cwt.ts';
import { StatusListError } from './error.ts';
import { isObject } from './json.ts';
import { fromBase64url, verifyJwt } from './jwt.ts';
import type { TrustedSigner } from './signer.ts';
import { inflateList, isStatusBits, type StatusList, statusListOver } from './status-list.ts';

/** The type that a CWT carries in its protected header 16. */
export const STATUS_LIST_CWT = 'application/statuslist+cwt';
/** The type that a JWT carries as `typ`. */
export const STATUS_LIST_JWT = 'statuslist+jwt';

/** What is asked of a token. */
export interface TokenInput extends TimeRules {
  readonly token: Uint8Array | string;
  /** The form that belongs to the credential: CWT for an mdoc, JWT for an SD-JWT VC. */
  readonly form: 'cwt' | 'jwt';
  /** The address in the credential. */
  readonly uri: string;
  readonly signer: TrustedSigner;
  /** Octets of the list when it is inflated (default 8 MiB). */
  readonly maxListOctets?: number;
}

/** A list whose token was verified. The times were judged once: who keeps a list judges `expiresAt` and `ttl` again. */
export interface StatusListToken extends TokenTimes {
  readonly uri: string;
  readonly list: StatusList;
  /** Where the issuer lists all its lists. */
  readonly aggregationUri?: string;
}

/**
 * Opens a Status List Token: signature, type, `sub`, times, bits, decompression, in this order (Token Status List §8.3).
 * @throws {StatusListError} with the reason; whoever catches it does not know the status
 * @example
 * const { list } = openStatusListToken({ token, form: 'cwt', uri, at: clock.now(), signer });
 * list.at(idx); // 0 valid, 1 invalid, 2 suspended
 */
export function openStatusListToken(input: TokenInput): StatusListToken {
  return input.form === 'cwt' ? openCwt(input) : openJwt(input);
}

function openCwt(input: TokenInput): StatusListToken {
  if (typeof input.token === 'string') throw new StatusListError('wrong-form', 'A CWT is bytes, not text.');
  const { claims, protectedHeaders } = verifyCwt(input.token, input.signer);
  if (protectedHeaders.get(TYP_HEADER) !== STATUS_LIST_CWT) {
    throw new StatusListError('type', 'The token is of another type.', { expected: STATUS_LIST_CWT });
  }
  judgeSubject(claims.get(CLAIM.sub), input.uri);
  const times = judgeTimes(
    {
      iat: claims.get(CLAIM.iat),
      exp: claims.get(CLAIM.exp),
      nbf: claims.get(CLAIM.nbf),
      ttl: claims.get(CLAIM.ttl),
    },
    input,
  );
  const list = claims.get(CLAIM.statusList);
  if (!(list instanceof Map)) throw new StatusListError('claims', 'The token holds no list.');
  const lst = list.get('lst');
  if (!(lst instanceof Uint8Array)) throw new StatusListError('claims', 'The list is not a byte string.');
  return {
    uri: input.uri,
    ...times,
    list: readList(list.get('bits'), lst, input),
    ...aggregation(list.get('aggregation_uri')),
  };
}

function openJwt(input: TokenInput): StatusListToken {
  const claims = verifyJwt(input.token, STATUS_LIST_JWT, input.signer);
  judgeSubject(claims['sub'], input.uri);
  const { iat, exp, nbf, ttl, status_list: list } = claims;
  const times = judgeTimes({ iat, exp, nbf, ttl }, input);
  if (!isObject(list) || typeof list['lst'] !== 'string') {
    throw new StatusListError('claims', 'The token holds no list.');
  }
  return {
    uri: input.uri,
    ...times,
    list: readList(list['bits'], fromBase64url(list['lst']), input),
    ...aggregation(list['aggregation_uri']),
  };
}

function readList(bits: unknown, compressed: Uint8Array, { maxListOctets }: TokenInput): StatusList {
  if (!isStatusBits(bits)) throw new StatusListError('bits', 'An entry has 1, 2, 4 or 8 bits.');
  return statusListOver(inflateList(compressed, maxListOctets), bits);
}

function aggregation(value: unknown): { aggregationUri?: string } {
  if (value === undefined) return {};
  if (typeof value !== 'string') throw new StatusListError('claims', 'The address of the aggregation is no text.');
  return { aggregationUri: value };
}
