import type { Certificate } from '@tegata/x509';
import { issuerPaths } from './issuer-paths.ts';
import type { RevocationTrust } from './revocation.ts';

/** A root of the reader's own list, limited to document types where `docTypes` is given. */
export type TrustAnchor =
  | Uint8Array
  | Certificate
  | { readonly certificate: Uint8Array | Certificate; readonly docTypes?: readonly string[] };

/** What the reader trusts, what it knows of revocation, and the time for which it asks. */
export interface IssuerTrust extends RevocationTrust {
  /** IACA roots. An empty list verifies nothing. */
  readonly trustAnchors: readonly TrustAnchor[];
  readonly now: Date;
  /** How far an issuer's clock may be ahead, in seconds (default 30): for `signed` and `validFrom` alone. */
  readonly skewSeconds?: number;
  /** Rules for foreign roots that deviate in known ways (default strict); those for document signers are always strict. */
  readonly profileMode?: 'strict' | 'interop';
  /** Document signers accepted as they are, without a path (DER): an operator's explicit decision, reported as a warning. */
  readonly pinnedIssuers?: readonly Uint8Array[];
}

/** The roots that may vouch for a document type. */
export function anchorsFor(
  { trustAnchors }: IssuerTrust,
  docType: string | undefined,
): readonly (Certificate | Uint8Array)[] {
  return trustAnchors.flatMap((anchor) => {
    if (anchor instanceof Uint8Array || !('certificate' in anchor)) return [anchor];
    const allowed = anchor.docTypes === undefined || (docType !== undefined && anchor.docTypes.includes(docType));
    return allowed ? [anchor.certificate] : [];
  });
}

/** All roots as read. @throws {X509Error} when one cannot be read */
export function allAnchors({ trustAnchors, profileMode = 'strict' }: IssuerTrust): readonly Certificate[] {
  const anchors = trustAnchors.map((anchor) =>
    anchor instanceof Uint8Array || !('certificate' in anchor) ? anchor : anchor.certificate,
  );
  return issuerPaths(anchors, profileMode).anchors;
}
