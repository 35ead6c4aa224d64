import { asCertificate, type Certificate, nameValues, oid } from '@tegata/x509';

/**
 * Where the CRL for a certificate of JPKI lies at the certificate service. The certificate names its distribution point by a
 * directoryName and no address, so the path is made from what stands in the certificate:
 * `/crl/KEY/PREFECTURE/MUNICIPALITY.crl`, with the hex of the authorityKeyIdentifier, the last OU of the distribution point, and its CN
 * without ` CRLDP`.
 * @returns the path, percent-encoded; undefined for a certificate that has no such distribution point
 * @throws {X509Error} when the certificate cannot be read
 * @example
 * jpkiCrlPath(certificate); // '/crl/1ac100f5…/Ibaraki-ken/Tsukuba-shi.crl'
 */
export function jpkiCrlPath(certificate: Certificate | Uint8Array): string | undefined {
  const { aki, crlDistributionPoints } = asCertificate(certificate);
  const [name] = crlDistributionPoints?.[0]?.fullName ?? [];
  if (!aki?.keyIdentifier || name?.type !== 'directoryName') return undefined;
  const prefecture = nameValues(name.name, oid.organizationalUnitName).at(-1);
  const municipality = /^(.+) CRLDP$/.exec(nameValues(name.name, oid.commonName).at(-1) ?? '')?.[1];
  if (prefecture === undefined || municipality === undefined) return undefined;
  const key = Buffer.from(aki.keyIdentifier).toString('hex');
  return `/crl/${key}/${encodeURIComponent(prefecture)}/${encodeURIComponent(municipality)}.crl`;
}
