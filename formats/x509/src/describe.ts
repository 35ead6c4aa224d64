import { DerReader, isStringTag } from '@tegata/der';
import { asCertificate, type Certificate, type Extension } from './certificate.ts';
import type { DistributionPoint } from './extensions.ts';
import type { GeneralName } from './general-name.ts';
import { keyKind } from './key-kind.ts';
import { formatName } from './name.ts';
import { oid, oidName } from './oids.ts';

/** A certificate as plain JSON, for people. It may hold personal data: the caller masks before it shows. */
export interface CertificateDescription {
  readonly version: 3;
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  readonly signatureAlgorithm: string;
  readonly extensions: readonly ExtensionDescription[];
}

/** One extension: `values` are lines to read; for unknown ones the hex of the DER. */
export interface ExtensionDescription {
  readonly oid: string;
  readonly name: string;
  readonly critical: boolean;
  readonly values: readonly string[];
}

/**
 * Describes a certificate for screens and for `tegata x509`; nothing is verified by it.
 * @throws {X509Error}
 * @example
 * describeCertificate(der).extensions.map(({ name }) => name); // ['keyUsage', 'subjectAltName', …]
 */
export function describeCertificate(given: Certificate | Uint8Array): CertificateDescription {
  const certificate = asCertificate(given);
  return {
    version: 3,
    serial: certificate.serialHex,
    subject: formatName(certificate.subject),
    issuer: formatName(certificate.issuer),
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    key: keyKind(certificate) ?? oidName(certificate.spki.algorithm.oid),
    signatureAlgorithm: oidName(certificate.signatureAlgorithm.oid),
    extensions: certificate.extensions.map((extension) => ({
      oid: extension.oid,
      name: oidName(extension.oid),
      critical: extension.critical,
      values: values(certificate, extension),
    })),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

function values(certificate: Certificate, extension: Extension): string[] {
  switch (extension.oid) {
    case oid.keyUsage:
      return [...(certificate.keyUsage ?? [])];
    case oid.extKeyUsage:
      return (certificate.extKeyUsage ?? []).map(oidName);
    case oid.basicConstraints: {
      const { ca, pathLength } = certificate.basicConstraints ?? { ca: false };
      return [`CA:${ca ? 'TRUE' : 'FALSE'}`, ...(pathLength === undefined ? [] : [`pathLength: ${pathLength}`])];
    }
    case oid.subjectAltName:
      return (certificate.subjectAltName ?? []).map(generalName);
    case oid.issuerAltName:
      return (certificate.issuerAltName ?? []).map(generalName);
    case oid.cRLDistributionPoints:
      return (certificate.crlDistributionPoints ?? []).flatMap(distributionPoint);
    case oid.certificatePolicies:
      return (certificate.policies ?? []).flatMap((policy) => [policy.oid, ...policy.cps.map((uri) => `CPS: ${uri}`)]);
    case oid.authorityInfoAccess:
      return (certificate.authorityInfoAccess ?? []).map(
        ({ method, location }) => `${oidName(method)}: ${generalName(location)}`,
      );
    case oid.authorityKeyIdentifier: {
      const { keyIdentifier, issuer, serial } = certificate.aki ?? {};
      return [
        ...(keyIdentifier ? [`key: ${hex(keyIdentifier)}`] : []),
        ...(issuer ?? []).map((name) => `issuer: ${generalName(name)}`),
        ...(serial ? [`serial: ${hex(serial)}`] : []),
      ];
    }
    case oid.subjectKeyIdentifier:
      return [hex(certificate.ski ?? new Uint8Array())];
    case oid.ocspNoCheck:
      return [];
    default:
      return [hex(extension.value)];
  }
}

function distributionPoint(point: DistributionPoint): string[] {
  return [
    ...(point.fullName ?? []).map(generalName),
    ...(point.relativeName ? ['name relative to the CRL issuer'] : []),
    ...(point.reasons ? ['only some reasons'] : []),
    ...(point.crlIssuer ?? []).map((name) => `CRL issuer: ${generalName(name)}`),
  ];
}

function generalName(name: GeneralName): string {
  switch (name.type) {
    case 'directoryName':
      return `directoryName: ${formatName(name.name)}`;
    case 'otherName':
      return `otherName ${name.oid}: ${otherName(name.value)}`;
    case 'uri':
    case 'email':
    case 'dns':
      return `${name.type}: ${name.value}`;
    case 'registeredId':
      return `registeredId: ${name.value}`;
    default:
      return `${name.type}: ${hex(name.value)}`;
  }
}

function otherName(value: Uint8Array): string {
  const type = value[0];
  if (type === undefined || !isStringTag(type)) return hex(value);
  try {
    return DerReader.over(value).string();
  } catch {
    return hex(value);
  }
}
