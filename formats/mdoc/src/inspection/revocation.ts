import type { FetchedToken } from '@tegata/status-list';
import { type Certificate, type CrlChecker, createCrlChecker, crlWords } from '@tegata/x509';
import type { CheckList } from './check-list.ts';
import { allAnchors, type IssuerTrust } from './issuer-trust.ts';

/** A status token as its bytes, or what came of fetching it; with `uri` it speaks for the list of that address alone. */
export type StatusToken = Uint8Array | (FetchedToken & { readonly uri?: string; readonly fetchedAt?: Date });

/** What the reader knows of revocation, and what follows where it knows nothing. */
export interface RevocationTrust {
  /**
   * `off`: revocation is not looked at. `soft` (default): what is undetermined is a warning. `hard`: what is undetermined fails, and so does
   * the lack of any data. Revoked fails under both.
   */
  readonly revocationPolicy?: 'off' | 'soft' | 'hard';
  /**
   * CRLs of the roots (DER), read anew in each call: who verifies much passes the checker that `createCrlChecker` of `@tegata/x509` makes.
   */
  readonly crls?: readonly Uint8Array[] | CrlChecker;
  /** Another source that tells whether a document signer is revoked. One that says so is enough. */
  readonly issuerRevocation?: (certificate: Certificate) => 'good' | 'revoked' | 'undetermined';
  /** Tokens (CWT) of status lists and identifier lists. They are asked once all else of a document has passed. */
  readonly statusTokens?: readonly StatusToken[];
}

/** Reads CRLs once for a whole response, and not before somebody asks. */
export function withCrlChecker<T extends IssuerTrust>(trust: T): T {
  const { crls } = trust;
  if (crls === undefined || 'check' in crls) return trust;
  const profile = trust.profileMode === 'interop' ? 'rfc5280' : 'mdoc';
  let made: CrlChecker | undefined;
  const checker: CrlChecker = {
    check(certificate, at) {
      made ??= createCrlChecker({ crls, issuers: allAnchors(trust), profile });
      return made.check(certificate, at);
    },
  };
  return { ...trust, crls: checker };
}

/** What all sources together say of a certificate; undefined where there is none. */
export interface RevocationStatus {
  readonly status: 'good' | 'revoked' | 'undetermined';
  readonly detail?: string;
}

/** Asks the sources about a certificate. */
export function revocationOf(certificate: Certificate, trust: IssuerTrust): RevocationStatus | undefined {
  const { crls, issuerRevocation, now } = trust;
  const own = issuerRevocation?.(certificate);
  if (own === 'revoked' || crls === undefined) return own === undefined ? undefined : { status: own };
  const listed = (crls as CrlChecker).check(certificate, now);
  const status = listed.status === 'unusable' ? 'undetermined' : listed.status;
  return status === 'undetermined' && own === 'good' ? { status: own } : { status, detail: crlWords(listed) };
}

/** Adds to `issuer-chain` what is known of the revocation of the document signer. */
export function inspectRevocation(list: CheckList, leaf: Certificate, trust: IssuerTrust): void {
  if (trust.revocationPolicy === 'off') {
    list.skip('issuer-chain', 'revocation-off', 'Revocation was not to be checked.');
    return;
  }
  const known = revocationOf(leaf, trust);
  if (known?.status === 'good') return;
  const more = known?.detail ? ` ${known.detail}` : '';
  if (known?.status === 'revoked') list.fail('issuer-chain', 'revoked', `The document signer is revoked.${more}`);
  else if (!known && trust.revocationPolicy !== 'hard') {
    list.skip('issuer-chain', 'revocation-no-data', 'No revocation data was given for the document signer.');
  } else {
    const detail = known
      ? `Whether the document signer is revoked could not be found out.${more}`
      : 'No revocation data was given for the document signer.';
    if (trust.revocationPolicy === 'hard') list.fail('issuer-chain', 'revocation-undetermined', detail);
    else list.warn('issuer-chain', 'revocation-undetermined', detail);
  }
}
