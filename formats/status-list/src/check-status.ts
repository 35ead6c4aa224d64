import type { TimeRules } from './claims.ts';
import { StatusListError, type StatusListErrorCode } from './error.ts';
import { openIdentifierList } from './identifier-list.ts';
import type { TrustedSigner } from './signer.ts';
import { openStatusListToken } from './status-list-token.ts';
import type { StatusReference } from './status-reference.ts';

/** What came of fetching a list. */
export type FetchedToken =
  | { readonly body: Uint8Array; readonly contentType?: string }
  /** A word for what went wrong, for example `timeout` or `http-404`. */
  | { readonly failure: string };

/** A credential that was verified, and the token of its list. */
export interface StatusQuestion extends TimeRules {
  readonly reference: StatusReference;
  /** An mdoc has its status in a CWT, an SD-JWT VC in a JWT; the other form is not read. */
  readonly credential: 'mdoc' | 'sd-jwt';
  readonly fetched: FetchedToken;
  readonly signer: TrustedSigner;
  readonly maxListOctets?: number;
}

/** The status of a credential. `undetermined` is neither good nor bad: `code` says why it is not known. */
export type StatusAnswer =
  | {
      readonly status: 'valid' | 'invalid' | 'suspended' | 'application-specific';
      /** The number in the list. */
      readonly value: number;
      readonly expiresAt?: Date;
      readonly ttl?: number;
    }
  | { readonly status: 'undetermined'; readonly code: StatusListErrorCode; readonly detail: string };

/**
 * Says what a list says of a credential. It never throws for what the token holds, and never answers `valid` in doubt:
 * a token that was not fetched, cannot be read, or is not by a trusted signer leaves the status undetermined.
 * @example
 * const answer = checkStatus({ reference, credential: 'mdoc', fetched: { body }, at: clock.now(), signer });
 * if (answer.status === 'undetermined') decideBy(policy, answer.code);
 */
export function checkStatus(question: StatusQuestion): StatusAnswer {
  try {
    return answer(question);
  } catch (error) {
    if (!(error instanceof StatusListError)) throw error;
    return { status: 'undetermined', code: error.code, detail: error.message };
  }
}

function answer(question: StatusQuestion): StatusAnswer {
  const { reference, credential, fetched, ...rest } = question;
  if ('failure' in fetched) {
    throw new StatusListError('not-fetched', `The list was not fetched: ${fetched.failure}.`);
  }
  const form = credential === 'mdoc' ? 'cwt' : 'jwt';
  const kind = reference.kind === 'status_list' ? 'statuslist' : 'identifierlist';
  const type = fetched.contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== `application/${kind}+${form}`) {
    throw new StatusListError('content-type', 'The answer is of another type than a list for this credential.');
  }
  if (looksLikeJwt(fetched.body) !== (form === 'jwt')) {
    throw new StatusListError('wrong-form', `The status of this credential stands in a ${form.toUpperCase()}.`);
  }
  const input = { ...rest, token: fetched.body, uri: reference.uri };
  if (reference.kind === 'identifier_list') {
    if (form === 'jwt') throw new StatusListError('reference', 'An identifier list is for mdocs.');
    const opened = openIdentifierList(input);
    const value = opened.has(reference.id) ? 1 : 0;
    return { status: value === 1 ? 'invalid' : 'valid', value, ...times(opened) };
  }
  const opened = openStatusListToken({ ...input, form });
  const value = opened.list.at(reference.idx);
  return { status: nameOf(value), value, ...times(opened) };
}

function times({ expiresAt, ttl }: { expiresAt?: Date; ttl?: number }): { expiresAt?: Date; ttl?: number } {
  return { ...(expiresAt ? { expiresAt } : {}), ...(ttl === undefined ? {} : { ttl }) };
}

/** Status types (Token Status List §7.1); the reserved ones mean nothing yet, so that nothing follows from them. */
function nameOf(value: number): 'valid' | 'invalid' | 'suspended' | 'application-specific' {
  if (value === 0) return 'valid';
  if (value === 1) return 'invalid';
  if (value === 2) return 'suspended';
  if (value === 3 || (value >= 0x0c && value <= 0x0f)) return 'application-specific';
  throw new StatusListError('status-reserved', 'The list holds a status whose meaning is not defined.', { value });
}

/** A JWS in compact form begins with the base64url of `{"`; no CWT begins so. */
function looksLikeJwt(body: Uint8Array): boolean {
  return body[0] === 0x65 && body[1] === 0x79;
}
