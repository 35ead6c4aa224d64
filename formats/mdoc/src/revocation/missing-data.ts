import type { StatusReference } from '@tegata/status-list';
import { type Certificate, type CrlChecker, type CrlResult, createCrlChecker } from '@tegata/x509';
import type { MdocCheck } from '../inspection/check-list.ts';
import { allAnchors, type IssuerTrust } from '../inspection/issuer-trust.ts';
import type { StatusToken } from '../inspection/revocation.ts';
import type { BoundedFetcher, Fetched } from './fetch.ts';

/** A document that is good as far as was asked without the network. */
export interface OpenDocument {
  readonly checks: readonly MdocCheck[];
  readonly certificate: Certificate;
  readonly reference?: StatusReference;
}

const OPEN: ReadonlySet<string | undefined> = new Set([
  'revocation-no-data',
  'revocation-undetermined',
  'status-no-data',
  'status-undetermined',
]);

/**
 * Fetches what would answer the open questions of these documents.
 * @returns the trust with it, or undefined when nothing is open or nobody says where to ask
 */
export async function withMissingData<T extends IssuerTrust>(
  trust: T,
  documents: readonly OpenDocument[],
  fetcher: BoundedFetcher,
): Promise<T | undefined> {
  const open = ({ checks }: OpenDocument, id: MdocCheck['id']) =>
    checks.some((check) => check.id === id && OPEN.has(check.code));
  const points = documents.flatMap((document) => {
    const uris = open(document, 'issuer-chain') ? crlAddresses(document.certificate) : [];
    return uris.length > 0 ? [uris] : [];
  });
  const references = documents.flatMap((document) =>
    document.reference && open(document, 'status-list') ? [document.reference] : [],
  );
  if (points.length === 0 && references.length === 0) return undefined;
  const [crls, tokens] = await Promise.all([
    Promise.all(points.map((uris) => firstAnswer(uris, fetcher))),
    Promise.all(references.map((reference) => fetchToken(reference, fetcher))),
  ]);
  return {
    ...trust,
    ...(crls.length > 0 ? { crls: checkerWith(trust, crls) } : {}),
    statusTokens: [...(trust.statusTokens ?? []), ...tokens],
  };
}

/** Where a certificate says that its CRL lies: whole CRLs of its own issuer alone. */
function crlAddresses({ crlDistributionPoints = [] }: Certificate): readonly string[] {
  return crlDistributionPoints
    .filter(({ reasons, crlIssuer }) => !reasons && crlIssuer === undefined)
    .flatMap(({ fullName = [] }) => fullName.flatMap((name) => (name.type === 'uri' ? [name.value] : [])));
}

/** Several addresses are several places of one CRL. */
async function firstAnswer(uris: readonly string[], fetcher: BoundedFetcher): Promise<Fetched> {
  let answer: Fetched = { failure: 'address' };
  for (const uri of uris) {
    answer = await fetcher.fetch('crl', uri);
    if ('body' in answer) return answer;
  }
  return answer;
}

async function fetchToken({ kind, uri }: StatusReference, fetcher: BoundedFetcher): Promise<StatusToken> {
  const answer = await fetcher.fetch(kind === 'status_list' ? 'status-list' : 'identifier-list', uri);
  return { ...answer, uri };
}

/** The CRLs at hand, and those that were fetched. One list that names a certificate is enough, whichever it is. */
function checkerWith(trust: IssuerTrust, fetched: readonly Fetched[]): CrlChecker {
  const bodies = fetched.flatMap((answer) => ('body' in answer ? [answer.body] : []));
  const failure = fetched.find((answer) => 'failure' in answer);
  const profile = trust.profileMode === 'interop' ? 'rfc5280' : 'mdoc';
  const issuers = allAnchors(trust);
  const { crls = [] } = trust;
  const given = 'check' in crls ? crls : undefined;
  const own = createCrlChecker({ crls: 'check' in crls ? bodies : [...crls, ...bodies], issuers, profile });
  return {
    check(certificate, at): CrlResult {
      const results = [own.check(certificate, at), ...(given ? [given.check(certificate, at)] : [])];
      const known =
        results.find(({ status }) => status === 'revoked') ?? results.find(({ status }) => status === 'good');
      if (known) return known;
      const [first] = results as [CrlResult];
      return first.code === 'no-crl' && failure ? notFetched(failure.failure) : first;
    },
  };
}

const notFetched = (failure: string): CrlResult => ({
  status: 'unusable',
  code: 'no-crl',
  checks: [{ id: 'fetch', result: 'failed', code: 'not-fetched', detail: `The list was not fetched: ${failure}.` }],
});
