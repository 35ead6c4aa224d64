import { createHash, type KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AccessDescription,
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  CertificatePolicies,
  CRLDistributionPoints,
  DistributionPoint,
  DistributionPointName,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  GeneralNames,
  id_ad_ocsp,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_cRLDistributionPoints,
  id_ce_extKeyUsage,
  id_ce_issuerAltName,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_pe_authorityInfoAccess,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  OtherName,
  PolicyInformation,
  PolicyQualifierInfo,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import { der } from '@tegata/der';
import { type Certificate, parseCertificate } from '@tegata/x509';
import { type NameParts, nameFromDer, toName } from './name.ts';

/** An extension as it will stand; `value` is the DER inside its OCTET STRING. */
export interface ExtensionSpec {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}

function spec(oid: string, critical: boolean, value: unknown): ExtensionSpec {
  return { oid, critical, value: new Uint8Array(AsnConvert.serialize(value)) };
}

/** The library's form of an extension. */
export function toExtension({ oid, critical, value }: ExtensionSpec): Extension {
  return new Extension({ extnID: oid, critical, extnValue: new OctetString(buffer(value)) });
}

/** A general name: a URI, a directory name, or an otherName that holds a UTF8String. */
export type GeneralNameSpec =
  | { readonly uri: string }
  | { readonly directoryName: NameParts }
  | { readonly otherName: string; readonly utf8: string };

/** The library's form of a general name. */
export function toGeneralName(given: GeneralNameSpec): GeneralName {
  if ('uri' in given) return new GeneralName({ uniformResourceIdentifier: given.uri });
  if ('directoryName' in given) return new GeneralName({ directoryName: toName(given.directoryName) });
  const value = buffer(der.utf8(given.utf8));
  return new GeneralName({ otherName: new OtherName({ typeId: given.otherName, value }) });
}

/** SHA-1 of the key bits (RFC 5280 §4.2.1.2, method 1). */
export function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const spki = AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
  return new Uint8Array(createHash('sha1').update(new Uint8Array(spki.subjectPublicKey)).digest());
}

/** Makers of the extensions of RFC 5280 §4.2, one each. */
export const extension = {
  keyUsage: (...bits: (keyof typeof KeyUsageFlags)[]): ExtensionSpec =>
    spec(id_ce_keyUsage, true, new KeyUsage(bits.reduce((flags, bit) => flags | KeyUsageFlags[bit], 0))),
  basicConstraints: (pathLength?: number): ExtensionSpec =>
    spec(
      id_ce_basicConstraints,
      true,
      new BasicConstraints(pathLength === undefined ? { cA: true } : { cA: true, pathLenConstraint: pathLength }),
    ),
  extKeyUsage: (critical: boolean, ...purposes: string[]): ExtensionSpec =>
    spec(id_ce_extKeyUsage, critical, new ExtendedKeyUsage(purposes)),
  subjectAltName: (...names: GeneralNameSpec[]): ExtensionSpec =>
    spec(id_ce_subjectAltName, false, new GeneralNames(names.map(toGeneralName))),
  issuerAltName: (...names: GeneralNameSpec[]): ExtensionSpec =>
    spec(id_ce_issuerAltName, false, new GeneralNames(names.map(toGeneralName))),
  /** One policy, critical as in JPKI, with a CPS qualifier. */
  certificatePolicies(policy: string, cps: string): ExtensionSpec {
    const qualifier = new PolicyQualifierInfo({
      policyQualifierId: '1.3.6.1.5.5.7.2.1',
      qualifier: buffer(der.ia5(cps)),
    });
    const information = new PolicyInformation({ policyIdentifier: policy, policyQualifiers: [qualifier] });
    return spec(id_ce_certificatePolicies, true, new CertificatePolicies([information]));
  },
  crlDistributionPoint(name: GeneralNameSpec): ExtensionSpec {
    const distributionPoint = new DistributionPointName({ fullName: [toGeneralName(name)] });
    return spec(
      id_ce_cRLDistributionPoints,
      false,
      new CRLDistributionPoints([new DistributionPoint({ distributionPoint })]),
    );
  },
  ocspAccess(url: string): ExtensionSpec {
    const description = new AccessDescription({
      accessMethod: id_ad_ocsp,
      accessLocation: toGeneralName({ uri: url }),
    });
    return spec(id_pe_authorityInfoAccess, false, new AuthorityInfoAccessSyntax([description]));
  },
  subjectKeyIdentifier: (publicKey: KeyObject): ExtensionSpec =>
    spec(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(buffer(keyIdentifier(publicKey)))),
  /** By key only. */
  authorityKeyIdentifier: (issuerKey: KeyObject): ExtensionSpec =>
    spec(
      id_ce_authorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(buffer(keyIdentifier(issuerKey))) }),
    ),
  /** By key, issuer and serial number, as the end entities of JPKI appear to have it. */
  authorityKeyIdentifierWithIssuer(issuer: Certificate | Uint8Array): ExtensionSpec {
    const certificate = issuer instanceof Uint8Array ? parseCertificate(issuer) : issuer;
    return spec(
      id_ce_authorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({
        keyIdentifier: new KeyIdentifier(buffer(keyIdentifier(certificate.publicKey))),
        authorityCertIssuer: [new GeneralName({ directoryName: nameFromDer(certificate.issuer.raw) })],
        authorityCertSerialNumber: buffer(certificate.serial),
      }),
    );
  },
  /** id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1). */
  ocspNoCheck: (): ExtensionSpec => ({ oid: '1.3.6.1.5.5.7.48.1.5', critical: false, value: der.null() }),
} as const;
