import { judgeSubject, judgeTimes, type TokenTimes } from './claims.ts';
import { CLAIM, TYP_HEADER, verifyCwt } from './cwt.ts';
import { StatusListError } from './error.ts';
import type { TokenInput } from './status-list-token.ts';

/** The type that an identifier list carries in its protected header 16. */
export const IDENTIFIER_LIST_CWT = 'application/identifierlist+cwt';

/** A list of revoked identifiers whose token was verified. */
export interface IdentifierListToken extends TokenTimes {
  readonly uri: string;
  readonly size: number;
  /** Listed is revoked. */
  has(id: Uint8Array): boolean;
}

/**
 * Opens an identifier list of ISO/IEC 18013-5 (2nd edition, §12.3.6.4): a CWT of its own type, in which `exp` is mandatory.
 * The type may stand among the claims instead of in the header, as one issuer writes it; both are signed.
 * @throws {StatusListError} with the reason; whoever catches it does not know the status
 * @example
 * openIdentifierList({ token, uri, at: clock.now(), signer }).has(id); // true: revoked
 */
export function openIdentifierList(input: Omit<TokenInput, 'form' | 'maxListOctets'>): IdentifierListToken {
  if (typeof input.token === 'string') throw new StatusListError('wrong-form', 'An identifier list is a CWT.');
  const { claims, protectedHeaders } = verifyCwt(input.token, input.signer);
  const type = protectedHeaders.has(TYP_HEADER) ? protectedHeaders.get(TYP_HEADER) : claims.get(CLAIM.typ);
  if (type !== IDENTIFIER_LIST_CWT) {
    throw new StatusListError('type', 'The token is of another type.', { expected: IDENTIFIER_LIST_CWT });
  }
  judgeSubject(claims.get(CLAIM.sub), input.uri);
  const exp = claims.get(CLAIM.exp);
  if (exp === undefined) throw new StatusListError('claims', 'An identifier list must expire.', { claim: 'exp' });
  const times = judgeTimes(
    { iat: claims.get(CLAIM.iat), exp, nbf: claims.get(CLAIM.nbf), ttl: claims.get(CLAIM.ttl) },
    input,
  );
  if (claims.has(CLAIM.statusList)) throw new StatusListError('claims', 'The token holds two kinds of list.');
  const list = claims.get(CLAIM.identifierList);
  const identifiers = list instanceof Map ? list.get('identifiers') : undefined;
  if (!(identifiers instanceof Map)) throw new StatusListError('claims', 'The token holds no list.');
  const listed = new Set<string>();
  for (const [id, entry] of identifiers) {
    if (!(id instanceof Uint8Array) || !(entry instanceof Map)) {
      throw new StatusListError('claims', 'An entry of the list is not an identifier.');
    }
    listed.add(latin1(id));
  }
  return { uri: input.uri, ...times, size: listed.size, has: (id) => listed.has(latin1(id)) };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
