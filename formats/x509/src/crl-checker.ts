import { asCertificate, type Certificate } from './certificate.ts';
import { type CrlProfile, type CrlResult, checkCrl, isSigned } from './check-crl.ts';
import { asCrl, type Crl } from './crl.ts';
import { X509Error } from './error.ts';
import { isSignedBy } from './find-path.ts';
import { sameName } from './name.ts';
import { oid } from './oids.ts';

/** The CRLs at hand, and whose word counts. */
export interface CrlCheckerOptions {
  /** As fetched: what cannot be read is set aside, and says so when nothing else decides. */
  readonly crls: readonly (Crl | Uint8Array)[];
  /** CAs that the caller trusts, each with the certificates and CRLs under its name. */
  readonly issuers: readonly (Certificate | Uint8Array)[];
  readonly profile?: CrlProfile;
}

/** Answers for many certificates from the same CRLs. */
export interface CrlChecker {
  check(certificate: Certificate | Uint8Array, at: Date): CrlResult;
}

/**
 * Reads CRLs once and picks, for each certificate, those that speak of it: of each scope the newest that is usable, a delta CRL
 * together with its base. One list that names the certificate is enough for `revoked`; `good` takes a usable list that
 * covers it; anything else is `unusable` with the reason, `no-crl` where there is none of its issuer.
 * @throws {X509Error} when an issuer cannot be read
 * @example
 * const checker = createCrlChecker({ crls, issuers: iacaRoots, profile: 'mdoc' });
 * checker.check(ds, clock.now()).status; // 'good' | 'revoked' | 'unusable'
 */
export function createCrlChecker(options: CrlCheckerOptions): CrlChecker {
  const issuers = options.issuers.map(asCertificate);
  const crls: Crl[] = [];
  let unread: CrlResult | undefined;
  for (const given of options.crls) {
    try {
      crls.push(asCrl(given));
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      const check = { id: 'der', result: 'failed', code: 'der', detail: error.message } as const;
      unread ??= { status: 'unusable', code: 'der', checks: [check] };
    }
  }
  // The newest first: of two lists of one scope the later one is right.
  crls.sort((a, b) => b.thisUpdate.getTime() - a.thisUpdate.getTime());

  return {
    check(given, at) {
      const certificate = asCertificate(given);
      const decided = new Map<string, CrlResult>();
      let refused: CrlResult | undefined;
      for (const crl of crls) {
        if (!sameName(crl.issuer, certificate.issuer)) continue;
        const scope = scopeOf(crl);
        if (decided.has(scope)) continue;
        const named = issuers.filter(({ subject }) => sameName(subject, crl.issuer));
        const signers = named.filter((candidate) => isSigned(crl, candidate));
        // Generations of a CA share one name, and each has its own list: a clean one of another key proves nothing.
        const issuer = signers.find((candidate) => isSignedBy(certificate, candidate));
        const result = issuer
          ? checkCrl({ crl, base: baseOf(crl, crls, issuer), certificate, issuer, at, profile: options.profile })
          : unsigned(named.length > 0, signers.length > 0);
        if (result.status === 'unusable') refused ??= result;
        else decided.set(scope, result);
      }
      const results = [...decided.values()];
      return (
        results.find(({ status }) => status === 'revoked') ??
        results[0] ??
        refused ??
        unread ?? { status: 'unusable', code: 'no-crl', checks: [] }
      );
    },
  };
}

/** Nobody stands behind the list, or not the one who stands behind the certificate. */
function unsigned(named: boolean, signed: boolean): CrlResult {
  const [code, detail] = signed
    ? (['issuer-key', 'The CRL is of another key than the certificate, under the same name.'] as const)
    : named
      ? (['signature', 'The signature is not the issuer’s.'] as const)
      : (['issuer-name', 'Nobody of the CRL’s name is trusted.'] as const);
  const check = { id: code, result: 'failed', code, detail, clause: 'RFC 5280 §6.3.3' } as const;
  return { status: 'unusable', code, checks: [check] };
}

/**
 * The hook of a verifier that asks `good`, `revoked` or `undetermined` of a certificate.
 * @example
 * verifyDeviceResponse({ …, issuerRevocation: revocationFrom(checker, now) });
 */
export function revocationFrom(
  checker: CrlChecker,
  at: Date,
): (certificate: Certificate) => 'good' | 'revoked' | 'undetermined' {
  return (certificate) => {
    const { status } = checker.check(certificate, at);
    return status === 'unusable' ? 'undetermined' : status;
  };
}

/** Lists that speak of the same certificates have the same scope; a delta CRL has that of its base. */
function scopeOf(crl: Crl): string {
  const extension = crl.extensions.find(({ oid: id }) => id === oid.issuingDistributionPoint);
  return extension ? Buffer.from(extension.value).toString('hex') : '';
}

function baseOf(delta: Crl, crls: readonly Crl[], issuer: Certificate): Crl | undefined {
  if (delta.baseNumber === undefined) return undefined;
  const scope = scopeOf(delta);
  return crls.find(
    (crl) =>
      crl.baseNumber === undefined &&
      scopeOf(crl) === scope &&
      sameName(crl.issuer, delta.issuer) &&
      isSigned(crl, issuer),
  );
}
