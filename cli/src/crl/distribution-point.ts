import { type Certificate, oid } from '@tegata/x509';
import type { NameParts } from '@tegata/x509-build';

const TYPES: Readonly<Record<string, NameParts[number][0]>> = {
  [oid.commonName]: 'CN',
  [oid.organizationName]: 'O',
  [oid.organizationalUnitName]: 'OU',
  [oid.localityName]: 'L',
  [oid.stateOrProvinceName]: 'ST',
  [oid.countryName]: 'C',
};

/** The directoryName of a certificate's distribution point; undefined where it has none, or one of unusual parts. */
export function distributionPointOf({ crlDistributionPoints }: Certificate): NameParts | undefined {
  const [name] = crlDistributionPoints?.[0]?.fullName ?? [];
  if (name?.type !== 'directoryName') return undefined;
  const parts = name.name.rdns.map(([attribute, ...more]) => {
    const type = attribute && more.length === 0 ? TYPES[attribute.type] : undefined;
    return type && attribute ? ([type, attribute.value] as const) : undefined;
  });
  return parts.every((part) => part !== undefined) ? (parts as NameParts) : undefined;
}
