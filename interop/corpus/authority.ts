import { createHash } from 'node:crypto';
import { BIT, type CertificateParts, extension, makeCertificate, type NameParts } from './certificate.ts';
import { type Curve, type Hash, type SeededKey, seededKey } from './seeded-key.ts';

/** The instant for which the corpus asks, unless a case says another. */
export const AT = new Date('2026-11-24T03:00:00Z');
/** So many seconds after `AT`. */
export const seconds = (count: number) => new Date(AT.getTime() + 1000 * count);
/** So many days after `AT`. */
export const days = (count: number) => seconds(86_400 * count);

/** Someone who signs: a key, its certificate, and what that certificate was made of. */
export interface Holder {
  readonly key: SeededKey;
  readonly parts: CertificateParts;
  readonly certificate: Uint8Array;
}

/** Changes to a certificate before it is signed. */
export type Change = (parts: CertificateParts) => Partial<CertificateParts>;

const ROOT_NAME: NameParts = [
  ['CN', 'Tegata TEST corpus root'],
  ['O', 'Tegata TEST ONLY'],
  ['C', 'JP'],
];
/** What the signers of documents are for. */
export const DS_PURPOSE = '1.0.18013.5.1.2';

/** 16 positive octets that a name determines. */
export function serialOf(name: string): Uint8Array {
  const octets = createHash('sha256').update(`serial\0${name}`).digest().subarray(0, 16);
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40;
  return new Uint8Array(octets);
}

const hashOf = (key: SeededKey): Hash =>
  key.curve === 'P-384' ? 'sha384' : key.curve === 'P-521' ? 'sha512' : 'sha256';

function holder(key: SeededKey, parts: CertificateParts, change?: Change): Holder {
  const all = { ...parts, ...change?.(parts) };
  return { key, parts: all, certificate: makeCertificate(all) };
}

/** An IACA root by the profile of ISO/IEC 18013-5 B.1.2, but for the changes. */
export function makeRoot(name: string, curve: Curve = 'P-256', change?: Change): Holder {
  const key = seededKey(`root ${name}`, curve);
  return holder(
    key,
    {
      serial: serialOf(`root ${name}`),
      hash: hashOf(key),
      issuer: ROOT_NAME,
      subject: ROOT_NAME,
      notBefore: days(-100),
      notAfter: days(1500),
      spki: key.spki,
      extensions: [
        extension.basicConstraints(true, 0),
        extension.issuerAltName(),
        extension.crlDistributionPoint(),
        extension.subjectKeyIdentifier(key),
        extension.keyUsage([BIT.keyCertSign, BIT.cRLSign]),
      ],
      signer: key,
    },
    change,
  );
}

/** A document signer by the profile of B.1.4, but for the changes. */
export function makeSigner(root: Holder, name = 'signer', curve: Curve | 'Ed25519' = 'P-256', change?: Change): Holder {
  const key = seededKey(name, curve);
  return holder(
    key,
    {
      serial: serialOf(name),
      hash: hashOf(root.key),
      issuer: root.parts.subject,
      subject: [['CN', 'Tegata TEST corpus signer'], ['O', 'Tegata TEST ONLY'], ...placeOf(root)],
      notBefore: days(-30),
      notAfter: days(300),
      spki: key.spki,
      extensions: [
        extension.authorityKeyIdentifier(root.key),
        extension.subjectKeyIdentifier(key),
        extension.issuerAltName(),
        extension.crlDistributionPoint(),
        extension.keyUsage([BIT.digitalSignature]),
        extension.extKeyUsage([DS_PURPOSE]),
      ],
      signer: root.key,
    },
    change,
  );
}

/** Country and state of a root: those of its signers are the same. */
function placeOf(root: Holder): NameParts {
  return root.parts.subject.filter(([type]) => type === 'C' || type === 'ST');
}
