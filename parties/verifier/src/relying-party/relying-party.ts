import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import {
  createLogin,
  type Login,
  memoryChallenges,
  ocspStatus,
  type PairwiseIdentifiers,
  pairwiseIdentifiers,
  type StatusSource,
} from '@tegata/relying-party';

/** What a service needs that accepts e-certificates. */
export interface RelyingPartyConfig {
  /** Its own web origin, which stands in every text that a visitor signs. */
  readonly origin: string;
  /** JPKI, and what this service is enrolled with there: without a secret it learns that somebody may come in, and not who. */
  readonly jpki: { readonly url: string; readonly secret?: string };
  /** The CAs of the two kinds of certificates, DER: the only sources of trust. */
  readonly trust: { readonly jpkiSign: readonly Uint8Array[]; readonly jpkiAuth: readonly Uint8Array[] };
}

/** A service that accepts e-certificates: logins and signed documents. */
export interface RelyingParty {
  readonly login: Login;
  /** Absent where the service is not enrolled. */
  readonly identify?: PairwiseIdentifiers;
  readonly status: StatusSource;
  /** The CAs of signature certificates. */
  readonly signers: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes it from `@tegata/relying-party` alone, as anybody would who installs that.
 * @throws {RelyingPartyError} `origin-invalid`, `responder-invalid`
 */
export function relyingParty(config: RelyingPartyConfig, parts: { clock: Clock; random: Random }): RelyingParty {
  const { origin, jpki, trust } = config;
  const { clock, random } = parts;
  const status = ocspStatus({ responders: [new URL('/ocsp', jpki.url).href], random });
  const login = createLogin({
    origin,
    trust: { anchors: trust.jpkiAuth },
    status,
    challenges: memoryChallenges({ clock, capacity: 10_000 }),
    clock,
    random,
  });
  const url = new URL('/pairwise-identifiers', jpki.url).href;
  const identify = jpki.secret === undefined ? undefined : pairwiseIdentifiers({ url, secret: jpki.secret });
  return { login, status, signers: trust.jpkiSign, clock, random, ...(identify ? { identify } : {}) };
}
