import { signatureFits } from './algorithm.ts';
import { type Certificate, signedBy } from './certificate.ts';
import { sameBytes } from './name.ts';
import { isSelfSigned } from './rules/names.ts';

/** What a search came to: the longest chain that was found, and why it does not end at an anchor. */
export interface FoundPath {
  readonly chain: readonly Certificate[];
  readonly anchor?: Certificate;
  /**
   * What the last certificate of the chain lacks. `signature`: somebody of the issuer's name is known, but has not signed. `issuer-name`: a
   * trusted key has signed, under another name than the one given. `no-path-to-anchor`: neither.
   */
  readonly fault?: 'signature' | 'issuer-name' | 'no-path-to-anchor';
}

/** Where to look. */
export interface Search {
  readonly leaf: Certificate;
  readonly intermediates: readonly Certificate[];
  readonly anchors: readonly Certificate[];
  readonly maxIntermediates: number;
  /** Of two certificates that could follow, one that is valid at this time comes first. */
  readonly at: Date;
  /** Whether the first certificate names the second as its issuer. */
  readonly namesIssuer: (certificate: Certificate, issuer: Certificate) => boolean;
}

// A stranger's message chooses the certificates, and each signature of a P-384 key costs half a millisecond.
const MAX_SIGNATURES = 16;

/** Walks from the leaf upwards, an anchor preferred to any certificate that came along; steps back from a dead end. */
export function findPath(search: Search): FoundPath {
  const { leaf, anchors, intermediates, maxIntermediates, namesIssuer } = search;
  let signatures = 0;
  const signed = (certificate: Certificate, issuer: Certificate) =>
    ++signatures <= MAX_SIGNATURES && isSignedBy(certificate, issuer);
  let longest: readonly Certificate[] = [leaf];
  // Certificates for which somebody of the issuer's name is known.
  const named = new Set<Certificate>();

  const extend = (chain: readonly Certificate[]): FoundPath | undefined => {
    const current = chain[chain.length - 1] as Certificate;
    const follows = (candidate: Certificate) => candidate !== current && namesIssuer(current, candidate);
    const trusted = validFirst(anchors.filter(follows), search.at);
    const anchor = trusted.find((candidate) => signed(current, candidate));
    if (anchor) return { chain: [...chain, anchor], anchor };
    const room = chain.length <= maxIntermediates;
    const offered = room ? intermediates.filter((item) => follows(item) && !chain.includes(item)) : [];
    if (trusted.length + offered.length > 0) named.add(current);
    for (const candidate of validFirst(offered, search.at)) {
      if (!signed(current, candidate)) continue;
      const longer = [...chain, candidate];
      if (longer.length > longest.length) longest = longer;
      const found = extend(longer);
      if (found) return found;
    }
    return undefined;
  };

  const found = extend([leaf]);
  if (found) return found;
  const top = longest[longest.length - 1] as Certificate;
  if (longest.length > 1 && isOfAnother(top, [...anchors, ...intermediates])) {
    return { chain: longest, fault: 'no-path-to-anchor' };
  }
  if (named.has(top)) return { chain: longest, fault: 'signature' };
  const otherwise = anchors.some((anchor) => hintsAt(top, anchor, anchors.length) && signed(top, anchor));
  return { chain: longest, fault: otherwise ? 'issuer-name' : 'no-path-to-anchor' };
}

/** A stranger's root may have the name of one of ours. Its own signature, or the key that it names, tells that nothing is damaged. */
function isOfAnother(top: Certificate, known: readonly Certificate[]): boolean {
  const named = top.aki?.keyIdentifier;
  return isSelfSigned(top) || (named !== undefined && !known.some(({ ski }) => ski && sameBytes(ski, named)));
}

/** Whether it is worth a look if an anchor of another name has signed. */
function hintsAt(leaf: Certificate, anchor: Certificate, anchors: number): boolean {
  const named = leaf.aki?.keyIdentifier;
  return anchors <= 4 || (named !== undefined && anchor.ski !== undefined && sameBytes(named, anchor.ski));
}

function validFirst(candidates: readonly Certificate[], at: Date): readonly Certificate[] {
  if (candidates.length < 2) return candidates;
  const valid = ({ notBefore, notAfter }: Certificate) => notBefore <= at && at <= notAfter;
  return [...candidates.filter(valid), ...candidates.filter((candidate) => !valid(candidate))];
}

const MAX_VERDICTS = 8;

/**
 * Whether the signature of a certificate is of the other's key. What was signed stays signed: a certificate that is held is checked against
 * each issuer once.
 */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const verdicts = certificate[signedBy];
  const known = verdicts.find((verdict) => verdict.issuer === issuer);
  if (known) return known.fits;
  let fits = false;
  try {
    fits = signatureFits(certificate.signatureAlgorithm, issuer.publicKey, certificate.tbs, certificate.signature);
  } catch {
    // A key that cannot be imported has signed nothing; the rule `key` names the fault.
  }
  if (verdicts.length === MAX_VERDICTS) verdicts.shift();
  verdicts.push({ issuer, fits });
  return fits;
}
