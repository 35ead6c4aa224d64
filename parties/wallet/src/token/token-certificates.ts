import type { KeyObject } from 'node:crypto';
import { CborError, type CborValue, decode, encode } from '@tegata/cbor';
import { parseCertificate, verifyPath, X509Error } from '@tegata/x509';
import { WalletError } from '../error.ts';

/** The certificates of a phone and those of their CAs, DER. */
export interface TokenCertificates {
  readonly auth: Uint8Array;
  readonly authCa: Uint8Array;
  readonly sign: Uint8Array;
  readonly signCa: Uint8Array;
}

const MEMBERS = ['auth', 'authCa', 'sign', 'signCa'] as const;
const MAX_CERTIFICATE = 8_192;

/** CBOR: a map of four byte strings. */
export function encodeTokenCertificates(certificates: TokenCertificates): Uint8Array {
  return encode(Object.fromEntries(MEMBERS.map((member) => [member, certificates[member]])));
}

/** @throws {WalletError} `delivery-unreadable` */
export function tokenCertificatesOf(value: CborValue): TokenCertificates {
  const members = MEMBERS.map((member) => (value instanceof Map ? value.get(member) : undefined));
  const sound = members.every((der) => der instanceof Uint8Array && der.length > 0 && der.length <= MAX_CERTIFICATE);
  if (!sound || !(value instanceof Map) || value.size !== MEMBERS.length) {
    throw new WalletError('delivery-unreadable', 'The certificates of the delivery do not have their form.');
  }
  const [auth, authCa, sign, signCa] = members as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return { auth, authCa, sign, signCa };
}

/** @throws {WalletError} `delivery-unreadable` */
export function decodeTokenCertificates(bytes: Uint8Array): TokenCertificates {
  try {
    return tokenCertificatesOf(decode(bytes, { maxDepth: 2, maxItems: 16 }));
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new WalletError('delivery-unreadable', 'The certificates are not CBOR.', { rule: error.code });
  }
}

/** The CAs that the phone trusts, DER. */
export interface TokenTrust {
  readonly jpkiSign: readonly Uint8Array[];
  readonly jpkiAuth: readonly Uint8Array[];
}

/**
 * Checks delivered certificates as whoever meets them will: path and profile of a phone's certificates, and that each is for the
 * key of this phone that asked for it.
 * @throws {WalletError} `certificates-invalid` naming the check
 */
export function acceptCertificates(
  certificates: TokenCertificates,
  keys: { readonly auth: KeyObject; readonly sign: KeyObject },
  trust: TokenTrust,
  at: Date,
): void {
  const invalid = (check: string) =>
    new WalletError('certificates-invalid', 'The delivered certificates do not pass the checks of a relying party.', {
      check,
    });
  const uses = [
    ['auth', 'jpki-phone-auth', trust.jpkiAuth],
    ['sign', 'jpki-phone-sign', trust.jpkiSign],
  ] as const;
  for (const [use, profile, anchors] of uses) {
    const path = verifyPath({ leaf: certificates[use], anchors, profile, at });
    if (path.result !== 'passed') throw invalid(`${use}.${path.code ?? 'path'}`);
    if (!path.leaf?.publicKey.equals(keys[use])) throw invalid(`${use}.key`);
    try {
      // It lies in the file of the CA, and must be the one that issued.
      const ca = parseCertificate(certificates[`${use}Ca`]);
      if (!path.anchor || Buffer.compare(ca.raw, path.anchor.raw) !== 0) throw invalid(`${use}.ca`);
    } catch (error) {
      if (error instanceof X509Error) throw invalid(`${use}.ca`);
      throw error;
    }
  }
}
