import { der } from '@tegata/der';
import { days, type Holder } from './authority.ts';
import { root } from './case.ts';
import { type Extension, ecdsaWith, extension, type NameParts, nameDer, signatureDer } from './certificate.ts';
import type { Hash, SeededKey } from './seeded-key.ts';

/** A revoked certificate. */
export interface CrlEntry {
  readonly serial: Uint8Array;
  /** CRLReason (RFC 5280 §5.3.1); none by default. */
  readonly reason?: number;
  readonly extensions?: readonly Extension[];
}

/** Everything that a CRL says, each part free to be wrong. */
export interface CrlParts {
  readonly version: 1 | 2;
  readonly issuer: NameParts;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  readonly entries: readonly CrlEntry[];
  readonly extensions: readonly Extension[];
  readonly hash: Hash;
  readonly signer: SeededKey;
}

export const CRL_NUMBER = '2.5.29.20';

/** CRLNumber. */
export const crlNumber = (number: number): Extension => ({ oid: CRL_NUMBER, value: der.integer(number) });
/** DeltaCRLIndicator. */
export const deltaOf = (number: number): Extension => ({
  oid: '2.5.29.27',
  critical: true,
  value: der.integer(number),
});
/** IssuingDistributionPoint of these members. */
export const issuingPoint = (...members: Uint8Array[]): Extension => ({
  oid: '2.5.29.28',
  critical: true,
  value: der.sequence(...members),
});

const listOf = (extensions: readonly Extension[]) =>
  der.sequence(
    ...extensions.map(({ oid, critical, value }) =>
      der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value)),
    ),
  );

function entryDer({ serial, reason, extensions = [] }: CrlEntry): Uint8Array {
  const all = [...(reason === undefined ? [] : [{ oid: '2.5.29.21', value: der.enumerated(reason) }]), ...extensions];
  return der.sequence(der.element(0x02, serial), der.time(days(-3)), ...(all.length > 0 ? [listOf(all)] : []));
}

/** A CRL of the root of most cases, by the profile of ISO/IEC 18013-5 B.1, but for the changes. */
export function makeCrl(change: Partial<CrlParts> = {}, issuer: Holder = root): Uint8Array {
  const parts: CrlParts = {
    version: 2,
    issuer: issuer.parts.subject,
    thisUpdate: days(-1),
    nextUpdate: days(30),
    entries: [],
    extensions: [extension.authorityKeyIdentifier(issuer.key), crlNumber(7)],
    hash: 'sha256',
    signer: issuer.key,
    ...change,
  };
  const algorithm = ecdsaWith(parts.hash);
  const tbs = der.sequence(
    ...(parts.version === 2 ? [der.integer(1)] : []),
    algorithm,
    nameDer(parts.issuer),
    der.time(parts.thisUpdate),
    ...(parts.nextUpdate ? [der.time(parts.nextUpdate)] : []),
    ...(parts.entries.length > 0 ? [der.sequence(...parts.entries.map(entryDer))] : []),
    ...(parts.extensions.length > 0 ? [der.explicit(0, listOf(parts.extensions))] : []),
  );
  return der.sequence(tbs, algorithm, der.bitString(signatureDer(parts.signer.sign(tbs, parts.hash))));
}
