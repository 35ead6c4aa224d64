import { StatusListError } from './error.ts';

/** When a token counts, and for how long. */
export interface TokenTimes {
  readonly issuedAt: Date;
  readonly expiresAt?: Date;
  /** Seconds for which a fetched copy may be used. */
  readonly ttl?: number;
}

/** The times as they stand in the claims. */
export interface TimeClaims {
  readonly iat: unknown;
  readonly exp: unknown;
  readonly nbf: unknown;
  readonly ttl: unknown;
}

/** The question of time. */
export interface TimeRules {
  /** The time in question: now, or a day in the past when the list of that day was asked for. */
  readonly at: Date;
  /** When this copy was fetched: then `ttl` counts. */
  readonly fetchedAt?: Date;
  /** Seconds by which the issuer's clock may run ahead (default 60). */
  readonly skewSeconds?: number;
  /** Age in seconds at which a token without `exp` is too old (default 7 days). */
  readonly maxAgeSeconds?: number;
}

/** The last second that RFC 3339 can write. */
const LAST_SECOND = 253_402_300_799;
// A copy is never kept for longer than this, whatever the issuer says.
const LONGEST_TTL = 7 * 86_400;

function seconds(name: string, value: unknown): number {
  if (typeof value === 'bigint' || typeof value !== 'number' || !(value >= 0 && value <= LAST_SECOND)) {
    throw new StatusListError('claims', 'A time of the token is missing, or no time.', { claim: name });
  }
  return value;
}

/**
 * Reads and judges the times of a token (Token Status List §8.3, in which claims count more than HTTP headers).
 * @throws {StatusListError} `claims` `not-yet-valid` `expired` `stale`
 */
export function judgeTimes(claims: TimeClaims, rules: TimeRules): TokenTimes {
  const iat = seconds('iat', claims.iat);
  const exp = claims.exp === undefined ? undefined : seconds('exp', claims.exp);
  const nbf = claims.nbf === undefined ? undefined : seconds('nbf', claims.nbf);
  const ttl = claims.ttl === undefined ? undefined : seconds('ttl', claims.ttl);
  if (ttl === 0) throw new StatusListError('claims', 'A time to live is longer than nothing.', { claim: 'ttl' });
  if (exp !== undefined && exp <= iat) {
    throw new StatusListError('claims', 'The token expires before it is issued.', { claim: 'exp' });
  }
  const now = rules.at.getTime() / 1000;
  const ahead = now + (rules.skewSeconds ?? 60);
  if (!(iat <= ahead) || !(nbf === undefined || nbf <= ahead)) {
    throw new StatusListError('not-yet-valid', 'The token is of the future.');
  }
  if (exp !== undefined && !(now < exp)) throw new StatusListError('expired', 'The token has expired.');
  const age = rules.maxAgeSeconds ?? (exp === undefined ? 7 * 86_400 : undefined);
  if (age !== undefined && !(now < iat + age)) {
    throw new StatusListError('stale', 'The token is older than allowed.');
  }
  if (rules.fetchedAt) {
    const kept = now - rules.fetchedAt.getTime() / 1000;
    if (!(kept < Math.min(ttl ?? LONGEST_TTL, LONGEST_TTL))) {
      throw new StatusListError('stale', 'The copy of the token is older than its time to live.');
    }
  }
  return {
    issuedAt: new Date(iat * 1000),
    ...(exp === undefined ? {} : { expiresAt: new Date(exp * 1000) }),
    ...(ttl === undefined ? {} : { ttl }),
  };
}

/** `sub` is the address under which the credential names the list, character for character. */
export function judgeSubject(sub: unknown, uri: string): void {
  if (sub !== uri) throw new StatusListError('subject', 'The token is that of another list.');
}
