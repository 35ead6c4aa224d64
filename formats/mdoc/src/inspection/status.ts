import type { CborValue } from '@tegata/cbor';
import {
  checkStatus,
  readStatusReference,
  type SignerHint,
  type StatusAnswer,
  StatusListError,
  type StatusReference,
  type TrustedSigner,
} from '@tegata/status-list';
import { type Certificate, sameBytes, X509Error } from '@tegata/x509';
import type { CheckList } from './check-list.ts';
import { issuerPaths } from './issuer-paths.ts';
import { anchorsFor, type IssuerTrust } from './issuer-trust.ts';
import { revocationOf, type StatusToken } from './revocation.ts';

/** A document whose other checks have passed. */
export interface SoundDocument {
  readonly docType: string;
  /** The member `status` of its MSO. */
  readonly status: CborValue;
  /** The document signer. */
  readonly certificate: Certificate;
}

/**
 * Makes the check `status-list` (ISO/IEC 18013-5, 2nd edition, §12.3.6) with the tokens at hand. What cannot be determined is a warning, or
 * a failure where revocation is `hard`; it is never good.
 */
export function inspectStatus(list: CheckList, document: SoundDocument, trust: IssuerTrust): void {
  const hard = trust.revocationPolicy === 'hard';
  const undetermined = (detail: string) => {
    if (hard) list.fail('status-list', 'status-undetermined', detail);
    else list.warn('status-list', 'status-undetermined', detail);
  };
  if (trust.revocationPolicy === 'off') {
    list.skip('status-list', 'revocation-off', 'Revocation was not to be checked.');
    return;
  }
  let reference: StatusReference;
  try {
    reference = readStatusReference(document.status);
  } catch (error) {
    if (!(error instanceof StatusListError)) throw error;
    undetermined(unknownBecause(error.code, error.message));
    return;
  }
  const tokens = (trust.statusTokens ?? []).filter((token) => speaksFor(token, reference.uri));
  if (tokens.length === 0) {
    const detail = 'The document refers to a status list, and no token of it was given.';
    if (hard) list.fail('status-list', 'status-undetermined', detail);
    else list.skip('status-list', 'status-no-data', detail);
    return;
  }
  const signer = trustedSigner(reference, document, trust);
  judge(
    list,
    tokens.map((token) => ask(token, reference, signer, trust)),
    undetermined,
  );
}

const speaksFor = (token: StatusToken, uri: string) =>
  token instanceof Uint8Array || token.uri === undefined || token.uri === uri;

function ask(
  token: StatusToken,
  reference: StatusReference,
  signer: TrustedSigner,
  { now }: IssuerTrust,
): StatusAnswer {
  const fetched = token instanceof Uint8Array ? { body: token } : token;
  const fetchedAt = token instanceof Uint8Array ? undefined : token.fetchedAt;
  const times = { at: now, ...(fetchedAt ? { fetchedAt } : {}) };
  return checkStatus({ reference, credential: 'mdoc', fetched, signer, ...times });
}

/** The one bad word among several tokens counts; then a good one; then the reason that is not merely that a list is another. */
function judge(list: CheckList, answers: readonly StatusAnswer[], undetermined: (detail: string) => void): void {
  const known = answers.flatMap((answer) => (answer.status === 'undetermined' ? [] : [answer.status]));
  const bad = known.find((status) => status !== 'valid');
  if (bad) list.fail('status-list', BAD[bad as keyof typeof BAD], `Its status is ${bad}.`);
  else if (known.length > 0) list.pass('status-list');
  else {
    const unknown = answers.filter((answer) => answer.status === 'undetermined');
    const reason = unknown.find(({ code }) => code !== 'subject') ?? unknown[0];
    undetermined(unknownBecause(reason?.code ?? 'not-fetched', reason?.detail ?? ''));
  }
}

const BAD = {
  invalid: 'revoked',
  suspended: 'suspended',
  'application-specific': 'status-application-specific',
} as const;

const unknownBecause = (code: string, why: string) => `Its status could not be determined (${code}). ${why}`.trim();

/**
 * The document's own signer, or one with a certificate for that purpose from the very root under which the document was issued: a signer of
 * another issuer has no say, even where its root is trusted too.
 */
function trustedSigner(reference: StatusReference, document: SoundDocument, trust: IssuerTrust): TrustedSigner {
  return ({ x5chain }: SignerHint) => {
    const [first, ...others] = x5chain;
    const leaf = first ?? reference.certificate;
    // The issuer signed which certificate it is: another one is another signer.
    if (reference.certificate && leaf && !sameBytes(reference.certificate, leaf)) return undefined;
    try {
      if (!leaf || sameBytes(leaf, document.certificate.raw)) return document.certificate.publicKey;
      return statusSigner(leaf, others, document, trust)?.publicKey;
    } catch (error) {
      if (error instanceof X509Error) return undefined;
      throw error;
    }
  };
}

function statusSigner(
  leaf: Uint8Array,
  others: readonly Uint8Array[],
  { docType, certificate }: SoundDocument,
  trust: IssuerTrust,
): Certificate | undefined {
  const mode = trust.profileMode ?? 'strict';
  const { anchors } = issuerPaths(anchorsFor(trust, docType), mode);
  const own = anchors.filter(({ subject }) => sameBytes(subject.raw, certificate.issuer.raw));
  const path = issuerPaths(own, mode, 'status-signer').verify(leaf, trust.now, others);
  if (path.result !== 'passed' || !path.leaf) return undefined;
  const known = revocationOf(path.leaf, trust)?.status;
  const trusted = trust.revocationPolicy === 'hard' ? known === 'good' : known !== 'revoked';
  return trusted ? path.leaf : undefined;
}
