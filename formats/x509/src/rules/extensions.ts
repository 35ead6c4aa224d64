import type { DistributionPoint } from '../extensions.ts';
import type { GeneralName } from '../general-name.ts';
import { keyHash } from '../key-hash.ts';
import { sameBytes } from '../name.ts';
import { oid, oidName } from '../oids.ts';
import { type Fault, none, type Rule, unless } from './rule.ts';

const clause = 'ISO/IEC 18013-5 B.1';

/** SKI is the SHA-1 of the key bits and not critical. */
export const subjectKeyIdentifier: Rule = {
  id: 'subject-key-identifier',
  clause,
  faults({ certificate }) {
    const sound =
      certificate.ski !== undefined &&
      sameBytes(certificate.ski, keyHash(certificate)) &&
      !certificate.extension(oid.subjectKeyIdentifier)?.critical;
    return unless(sound, 'ski', 'SKI must be the SHA-1 of the key bits, not critical.', true);
  },
};

function authorityKey(mandatory: boolean): Rule {
  return {
    id: 'authority-key-identifier',
    clause: 'RFC 5280 §4.2.1.1',
    needsIssuer: true,
    faults({ certificate, issuer }) {
      const named = certificate.aki?.keyIdentifier;
      if (!named) {
        const fine = !mandatory && !certificate.aki;
        return unless(fine, 'aki-missing', 'The key identifier of the issuer is missing.', true);
      }
      if (!issuer) return none;
      // A foreign root's own identifier may be made in another way; either tells which key is meant.
      const names = (issuer.ski !== undefined && sameBytes(named, issuer.ski)) || sameBytes(named, keyHash(issuer));
      return unless(names, 'aki-mismatch', 'AKI names another key than the issuer’s.', !mandatory);
    },
  };
}

/** AKI names the issuer's key. */
export const authorityKeyIdentifier: Rule = authorityKey(true);

/** AKI names the issuer's key, where it is there. */
export const authorityKeyIdentifierIfAny: Rule = authorityKey(false);

/** IssuerAltName: an e-mail address or URI, not critical. */
function alternativeName(mandatory: (issuerHasOne: boolean) => boolean): Rule {
  return {
    id: 'issuer-alt-name',
    clause,
    faults({ certificate, issuer }) {
      const names = certificate.issuerAltName;
      if (!names) {
        const needed = mandatory(issuer?.issuerAltName !== undefined);
        return unless(!needed, 'ian-missing', 'The certificate has no IssuerAltName.', true);
      }
      const reachable = names.some(({ type }) => type === 'uri' || type === 'email');
      return unless(
        reachable && !certificate.extension(oid.issuerAltName)?.critical,
        'ian-type',
        'IssuerAltName must hold an e-mail address or URI, not critical.',
        true,
      );
    },
  };
}

/** IssuerAltName is there. */
export const issuerAltName: Rule = alternativeName(() => true);

/** IssuerAltName is there if the CA has one. */
export const issuerAltNameAsIssuer: Rule = alternativeName((issuerHasOne) => issuerHasOne);

/** IssuerAltName of JPKI: the issuer's name in Japanese, a directoryName, not critical. */
export const issuerDirectoryName: Rule = {
  id: 'issuer-alt-name',
  clause: 'JPKI profile',
  faults({ certificate }) {
    const names = certificate.issuerAltName;
    if (!names) return unless(false, 'ian-missing', 'The certificate has no IssuerAltName.');
    return unless(
      names.some(({ type }) => type === 'directoryName') && !certificate.extension(oid.issuerAltName)?.critical,
      'ian-type',
      'IssuerAltName must hold a directoryName, not critical.',
    );
  },
};

/** CRLDistributionPoints: a name of the given types, without reasons or cRLIssuer, not critical. */
export function distributionPoint(...types: GeneralName['type'][]): Rule {
  const named = (point: DistributionPoint) => point.fullName?.some(({ type }) => types.includes(type)) === true;
  return {
    id: 'distribution-point',
    clause,
    faults({ certificate }) {
      const points = certificate.crlDistributionPoints;
      if (!points) return unless(false, 'cdp-missing', 'The certificate does not say where its CRL is.', true);
      const faults: Fault[] = [];
      const rule = (holds: boolean, code: Fault['code'], detail: string) => {
        if (!holds) faults.push({ code, detail, tolerable: true });
      };
      rule(!certificate.extension(oid.cRLDistributionPoints)?.critical, 'cdp-critical', 'CRLDP must not be critical.');
      rule(!points.some(({ reasons }) => reasons), 'cdp-reasons', 'A distribution point must not be for some reasons.');
      rule(
        !points.some(({ crlIssuer }) => crlIssuer),
        'cdp-crlissuer',
        'A distribution point must not name an issuer.',
      );
      // One that names its CRL in a way that nobody can follow is as good as none.
      const lost = points.some((point) => !point.crlIssuer && !named(point));
      if (lost) rule(false, 'cdp-missing', `A distribution point must be named by: ${types.join(', ')}.`);
      return faults;
    },
  };
}

const understood: ReadonlySet<string> = new Set([
  oid.keyUsage,
  oid.extKeyUsage,
  oid.basicConstraints,
  oid.subjectAltName,
  oid.issuerAltName,
  oid.certificatePolicies,
  oid.cRLDistributionPoints,
  oid.authorityKeyIdentifier,
  oid.subjectKeyIdentifier,
  oid.authorityInfoAccess,
  oid.ocspNoCheck,
]);

const forbiddenByAnnexB: ReadonlySet<string> = new Set([
  oid.policyMappings,
  oid.nameConstraints,
  oid.policyConstraints,
  oid.inhibitAnyPolicy,
  oid.freshestCRL,
]);

/** No critical extension that is not processed here; with `annexB` none of those that ISO/IEC 18013-5 forbids. */
export function criticalExtensions(options: { readonly annexB?: boolean } = {}): Rule {
  return {
    id: 'critical-extensions',
    clause: 'RFC 5280 §4.2',
    faults({ certificate }) {
      const faults: Fault[] = [];
      for (const item of certificate.extensions) {
        if (options.annexB && forbiddenByAnnexB.has(item.oid)) {
          faults.push({ code: 'forbidden', detail: `${oidName(item.oid)} is not allowed here.` });
        } else if (item.critical && !understood.has(item.oid)) {
          const detail = `The critical extension ${oidName(item.oid)} is not understood.`;
          faults.push({ code: 'unknown-critical', detail });
        }
      }
      return faults.length > 0 ? faults : none;
    },
  };
}
