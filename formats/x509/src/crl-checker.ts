import { asCertificate, type Certificate } from './certificate.ts';
import { type CrlProfile, type CrlResult, checkCrl, isSigned, readOnce } from './check-crl.ts';
import { type Crl, type OpenedCrl, openCrl } from './crl.ts';
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
  const crls: HeldCrl[] = [];
  let unread: CrlResult | undefined;
  const setAside = (error: unknown) => {
    if (!(error instanceof X509Error)) throw error;
    const check = { id: 'der', result: 'failed', code: 'der', detail: error.message } as const;
    unread ??= { status: 'unusable', code: 'der', checks: [check] };
  };
  for (const given of options.crls) {
    try {
      const opened = given instanceof Uint8Array ? openCrl(given) : given;
      crls.push({ opened, scope: scopeOf(opened), ...('summary' in opened ? { crl: opened } : {}) });
    } catch (error) {
      setAside(error);
    }
  }
  // The newest first: of two lists of one scope the later one is right.
  crls.sort((a, b) => b.opened.thisUpdate.getTime() - a.opened.thisUpdate.getTime());

  /** The whole CRL: its entries are walked over for the certificate that is asked for first. */
  const readWhole = (held: HeldCrl, certificate: Certificate, issuer: Certificate | undefined): Crl | undefined => {
    if (held.crl || held.broken) return held.crl;
    try {
      held.crl = readOnce(held.opened as OpenedCrl, certificate, issuer);
    } catch (error) {
      held.broken = true;
      setAside(error);
    }
    return held.crl;
  };

  const ask = (held: HeldCrl, certificate: Certificate, at: Date): CrlResult | undefined => {
    const named = issuers.filter(({ subject }) => sameName(subject, held.opened.issuer));
    // Generations of a CA share one name, and each has its own list: a clean one of another key proves nothing.
    const issuer = named.find((candidate) => isSignedBy(certificate, candidate));
    const crl = readWhole(held, certificate, issuer ?? named[0]);
    if (!crl) return undefined;
    if (!issuer || !isSigned(crl, issuer)) {
      return unsigned(
        named.length > 0,
        named.some((candidate) => isSigned(crl, candidate)),
      );
    }
    const under = baseOf(held, crls);
    const base = under && readWhole(under, certificate, issuer);
    const usable = base && isSigned(base, issuer) ? base : undefined;
    return checkCrl({ crl, ...(usable ? { base: usable } : {}), certificate, issuer, at, profile: options.profile });
  };

  return {
    check(given, at) {
      const certificate = asCertificate(given);
      const decided = new Map<string, CrlResult>();
      let refused: CrlResult | undefined;
      for (const held of crls) {
        if (!sameName(held.opened.issuer, certificate.issuer) || decided.has(held.scope)) continue;
        const result = ask(held, certificate, at);
        if (!result) continue;
        if (result.status === 'unusable') refused ??= result;
        else decided.set(held.scope, result);
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

/** A CRL at hand; its entries have been walked over once `crl` is there. */
interface HeldCrl {
  readonly opened: Crl | OpenedCrl;
  /** Lists that speak of the same certificates have the same scope; a delta CRL has that of its base. */
  readonly scope: string;
  crl?: Crl;
  broken?: boolean;
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

function scopeOf(crl: Crl | OpenedCrl): string {
  const extension = crl.extensions.find(({ oid: id }) => id === oid.issuingDistributionPoint);
  return extension ? Buffer.from(extension.value).toString('hex') : '';
}

function baseOf({ opened: delta, scope }: HeldCrl, crls: readonly HeldCrl[]): HeldCrl | undefined {
  if (delta.baseNumber === undefined) return undefined;
  return crls.find(
    (held) =>
      held.opened.baseNumber === undefined && held.scope === scope && sameName(held.opened.issuer, delta.issuer),
  );
}
