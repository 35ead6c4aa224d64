import { der } from '@tegata/der';
import type { Signer } from '@tegata/keys';
import { type Extension, parseCertificate } from './certificate.ts';
import { oid } from './oids.ts';

/** What of a certificate becomes another; the rest stays octet for octet. */
export interface Alteration {
  /** DER of the whole `[0]`, or nothing for version 1. */
  readonly version?: Uint8Array | null;
  readonly serial?: Uint8Array;
  readonly innerAlgorithm?: Uint8Array;
  readonly outerAlgorithm?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly notBefore?: Uint8Array;
  readonly notAfter?: Uint8Array;
  readonly spki?: Uint8Array;
  readonly extensions?: (extensions: readonly Extension[]) => readonly Extension[];
  readonly signature?: (signature: Uint8Array) => Uint8Array;
}

/** Leaves an extension out. */
export const without = (id: string) => (extensions: readonly Extension[]) =>
  extensions.filter((extension) => extension.oid !== id);

/** Puts an extension at the end. */
export const adding =
  (id: string, critical: boolean, value: Uint8Array) =>
  (extensions: readonly Extension[]): readonly Extension[] => [...extensions, { oid: id, critical, value }];

/** Changes an extension where it stands. */
export const changing =
  (id: string, change: Partial<Extension>) =>
  (extensions: readonly Extension[]): readonly Extension[] =>
    extensions.map((extension) => (extension.oid === id ? { ...extension, ...change } : extension));

/** DER of an Extension. */
export function extensionDer({ oid: id, critical, value }: Extension): Uint8Array {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

/** DER of what a signer makes. */
export function algorithmDer(signer: Signer): Uint8Array {
  if (signer.algorithm === 'RS256') return der.sequence(der.oid(oid.sha256WithRSAEncryption), der.null());
  return der.sequence(der.oid(signer.algorithm === 'ES384' ? oid.ecdsaWithSHA384 : oid.ecdsaWithSHA256));
}

/** The same certificate with something changed, signed anew: for tests of one rule at a time. */
export async function resign(given: Uint8Array, signer: Signer, change: Alteration): Promise<Uint8Array> {
  const certificate = parseCertificate(given);
  const extensions = (change.extensions ?? ((same) => same))(certificate.extensions);
  const version = change.version === undefined ? der.explicit(0, der.integer(2)) : change.version;
  const tbs = der.sequence(
    ...(version ? [version] : []),
    der.element(0x02, change.serial ?? certificate.serial),
    change.innerAlgorithm ?? algorithmDer(signer),
    change.issuer ?? certificate.issuer.raw,
    der.sequence(
      change.notBefore ?? der.time(certificate.notBefore),
      change.notAfter ?? der.time(certificate.notAfter),
    ),
    change.subject ?? certificate.subject.raw,
    change.spki ?? certificate.spki.raw,
    ...(extensions.length > 0 ? [der.explicit(3, der.sequence(...extensions.map(extensionDer)))] : []),
  );
  const signature = await signer.sign(tbs);
  const outer = change.outerAlgorithm ?? algorithmDer(signer);
  return der.sequence(tbs, outer, der.bitString((change.signature ?? ((same) => same))(signature)));
}
