import type { KeyObject } from 'node:crypto';
import type { Signer } from '@tegata/keys';
import { type Random, randomInt } from '@tegata/random';
import { type Certificate, parseCertificate, TEST_ARC } from '@tegata/x509';
import { buildCertificate } from './certificate.ts';
import { X509BuildError } from './error.ts';
import { type ExtensionSpec, extension } from './extension.ts';
import { endOfDayInJapan, jpkiBirthDate, jpkiCaNotAfter, jpkiNotAfter } from './jpki-dates.ts';
import type { NameParts } from './name.ts';
import { randomSerial } from './serial.ts';

/** The two CAs of JPKI: of signature and of user-authentication certificates. */
export type JpkiCa = 'sign' | 'auth';

/** A CA that can issue: its certificate (DER or read) and its signer. */
export interface Issuer {
  readonly certificate: Certificate | Uint8Array;
  readonly signer: Signer;
}

/** The person and place of a card certificate. */
export interface JpkiHolder {
  /** `YYYYMMDD`, unknown parts 0. */
  readonly birthDate: string;
  /** Romanised, for example `Tokyo-to`. */
  readonly prefecture: string;
  /** Romanised, for example `Kiyose-shi`. */
  readonly municipality: string;
  /** Five digits, for example `13221`. */
  readonly municipalityCode: string;
  /** `YYYYMMDD`: the certificate ends no later than the card. */
  readonly cardExpires?: string;
}

/** Who gets a signature certificate. */
export interface JpkiSignHolder extends JpkiHolder {
  /** U+3000 between family and given name. */
  readonly name: string;
  readonly address: string;
  /** `1` male, `2` female, `9` neither or unknown. */
  readonly sex: '1' | '2' | '9';
  /** One `0` or `1` per character (default all `0`). */
  readonly nameSubstitutes?: string;
  readonly addressSubstitutes?: string;
}

/** Choices that all certificates of a JPKI share. */
export interface JpkiOptions {
  /** `jpki-test` puts the real test OIDs in, so that the parsers of others can be tried (default our own arc). */
  readonly oids?: 'own' | 'jpki-test';
  /** Where the certificate lives (default `card`). */
  readonly device?: 'card' | 'phone';
  /** The URI of the authorityInfoAccess. */
  readonly ocspUrl?: string;
}

/** Where our responder is said to be; who verifies uses the address of its own configuration. */
export const JPKI_OCSP_URL = 'http://ocsp.tegata.example/ocsp';
const CPS = 'https://tegata.example/cps.html';
/** The arc of the real service, for parsers of others only. */
export const JPKI_ARC = '1.2.392.200149.8.5';

const organisation = {
  sign: { unit: 'TEST digital signature', japanese: '見本 署名用' },
  auth: { unit: 'TEST user authentication', japanese: '見本 利用者証明用' },
} as const;

/** Subject of a CA; the same for every generation. */
export function jpkiCaName(ca: JpkiCa): NameParts {
  return [
    ['C', 'JP'],
    ['O', 'Tegata TEST ONLY'],
    ['OU', organisation[ca].unit],
    ['OU', 'Tegata test authority'],
  ];
}

/** The name of the CRL of a municipality, which its certificates carry as distribution point. */
export function jpkiDistributionPoint(
  ca: JpkiCa,
  { prefecture, municipality }: Pick<JpkiHolder, 'prefecture' | 'municipality'>,
): NameParts {
  return [
    ['C', 'JP'],
    ['O', 'Tegata TEST ONLY'],
    ['OU', organisation[ca].unit],
    ['OU', 'CRL Distribution Points'],
    ['OU', prefecture],
    ['CN', `${municipality} CRLDP`],
  ];
}

function japaneseName(ca: JpkiCa): NameParts {
  return [
    ['C', 'JP'],
    ['O', 'Tegata 見本'],
    ['OU', organisation[ca].japanese],
    ['OU', 'Tegata 試験用認証局'],
  ];
}

/**
 * Makes the self-signed certificate of a JPKI CA: extensions keyUsage, subjectAltName, basicConstraints,
 * cRLDistributionPoints, subjectKeyIdentifier (no authorityKeyIdentifier), ten years.
 * @returns DER
 */
export function buildJpkiCa(input: {
  readonly ca: JpkiCa;
  readonly signer: Signer;
  readonly random: Random;
  readonly notBefore: Date;
  readonly notAfter?: Date;
}): Promise<Uint8Array> {
  const { ca, signer } = input;
  const name = jpkiCaName(ca);
  return buildCertificate({
    subject: name,
    issuer: name,
    serial: randomSerial(input.random, 4),
    notBefore: input.notBefore,
    notAfter: input.notAfter ?? jpkiCaNotAfter(input.notBefore),
    publicKey: signer.publicKey,
    signer,
    extensions: [
      extension.keyUsage('keyCertSign', 'cRLSign'),
      extension.subjectAltName({ directoryName: japaneseName(ca) }),
      extension.basicConstraints(),
      extension.crlDistributionPoint({ directoryName: name }),
      extension.subjectKeyIdentifier(signer.publicKey),
    ],
  });
}

/** What both kinds of end entity need. */
export interface JpkiIssue<Holder extends JpkiHolder> extends JpkiOptions {
  readonly issuer: Issuer;
  readonly publicKey: KeyObject;
  readonly holder: Holder;
  readonly random: Random;
  /** Time of issue = notBefore. */
  readonly at: Date;
  /** Four octets (default random); the issuer sees to it that no number comes twice. */
  readonly serial?: Uint8Array;
  /** The 14 characters that begin the common name (default random, see {@link jpkiUniqueName}). */
  readonly uniqueName?: string;
}

/**
 * Makes a signature certificate (署名用電子証明書): subject C, L, L, CN; keyUsage, subjectAltName with six otherNames in
 * the order 1-4-3-5-2-6, certificatePolicies, issuerAltName, cRLDistributionPoints, authorityInfoAccess, key identifiers.
 * @returns DER
 * @throws {X509BuildError} `holder-invalid`; `context.field` says which
 */
export async function buildJpkiSign(input: JpkiIssue<JpkiSignHolder>): Promise<Uint8Array> {
  const { holder } = input;
  const { nameSubstitutes, addressSubstitutes } = checkJpkiHolder(holder);
  const real = input.oids === 'jpki-test';
  const arc = real ? JPKI_ARC : TEST_ARC;
  const personal = (number: number, text: string) => ({ otherName: `${arc}.5.${number}`, utf8: text });
  return endEntity('sign', input, {
    subject: [
      ['C', 'JP'],
      ['L', holder.prefecture],
      ['L', holder.municipality],
      ['CN', commonName(input, 'S')],
    ],
    policy: real ? `${JPKI_ARC}.1.0.20` : `${TEST_ARC}.1.1.${input.device === 'phone' ? 40 : 20}`,
    first: [
      extension.keyUsage('digitalSignature', 'nonRepudiation'),
      extension.subjectAltName(
        personal(1, holder.name),
        personal(4, jpkiBirthDate(holder.birthDate)),
        personal(3, holder.sex),
        personal(5, holder.address),
        personal(2, nameSubstitutes),
        personal(6, addressSubstitutes),
      ),
    ],
  });
}

/**
 * Makes a user-authentication certificate (利用者証明用電子証明書): subject C, CN and nothing of the person; keyUsage,
 * extKeyUsage clientAuth, certificatePolicies, issuerAltName, cRLDistributionPoints, authorityInfoAccess, key identifiers.
 * @returns DER
 * @throws {X509BuildError} `holder-invalid`; `context.field` says which
 */
export async function buildJpkiAuth(input: JpkiIssue<JpkiHolder>): Promise<Uint8Array> {
  checkPlace(input.holder);
  return endEntity('auth', input, {
    subject: [
      ['C', 'JP'],
      ['CN', commonName(input, 'A')],
    ],
    // The real OID of the test hierarchy is not known: we choose .0.30 under our own arc.
    policy: `${TEST_ARC}.1.${input.oids === 'jpki-test' ? '0.30' : input.device === 'phone' ? '3.40' : '3.30'}`,
    first: [extension.keyUsage('digitalSignature'), extension.extKeyUsage(false, '1.3.6.1.5.5.7.3.2')],
  });
}

function endEntity(
  ca: JpkiCa,
  input: JpkiIssue<JpkiHolder>,
  own: { readonly subject: NameParts; readonly policy: string; readonly first: readonly ExtensionSpec[] },
): Promise<Uint8Array> {
  const { issuer, holder, publicKey, at } = input;
  const authority =
    issuer.certificate instanceof Uint8Array ? parseCertificate(issuer.certificate) : issuer.certificate;
  return buildCertificate({
    subject: own.subject,
    issuer: authority.subject.raw,
    serial: input.serial ?? randomSerial(input.random, 4),
    notBefore: at,
    notAfter: new Date(Math.min(notAfter(at, holder).getTime(), authority.notAfter.getTime())),
    publicKey,
    signer: issuer.signer,
    extensions: [
      ...own.first,
      extension.certificatePolicies(own.policy, CPS),
      extension.issuerAltName({ directoryName: japaneseName(ca) }),
      extension.crlDistributionPoint({ directoryName: jpkiDistributionPoint(ca, holder) }),
      extension.ocspAccess(input.ocspUrl ?? JPKI_OCSP_URL),
      extension.authorityKeyIdentifierWithIssuer(authority),
      extension.subjectKeyIdentifier(publicKey),
    ],
  });
}

function notAfter(at: Date, holder: JpkiHolder): Date {
  const birthday = jpkiNotAfter(at, holder.birthDate);
  if (holder.cardExpires === undefined) return birthday;
  const part = (from: number, to: number) => Number(holder.cardExpires?.slice(from, to));
  const card = endOfDayInJapan({ year: part(0, 4), month: part(4, 6), day: part(6, 8) });
  return new Date(Math.min(card.getTime(), birthday.getTime()));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The 14 random characters with which a common name begins. */
export function jpkiUniqueName(random: Random): string {
  return Array.from({ length: 14 }, () => alphabet[randomInt(random, alphabet.length)]).join('');
}

/** 14 random characters, municipality code, `003`, and a letter for the kind of certificate: 23 in all. */
function commonName(input: JpkiIssue<JpkiHolder>, kind: 'A' | 'S'): string {
  const unique = input.uniqueName ?? jpkiUniqueName(input.random);
  field('uniqueName', /^[A-Z0-9]{14}$/.test(unique));
  return `${unique}${input.holder.municipalityCode}003${kind}`;
}

function field(name: string, sound: boolean): void {
  if (!sound) {
    throw new X509BuildError(
      'holder-invalid',
      'A field of the holder is missing or malformed; correct it and ask again.',
      {
        field: name,
      },
    );
  }
}

function checkPlace(holder: JpkiHolder): void {
  field('birthDate', /^\d{4}(0[0-9]|1[0-2])([0-2]\d|3[01])$/.test(holder.birthDate));
  field('prefecture', /^[A-Z][a-zA-Z]*-(to|do|fu|ken)$/.test(holder.prefecture));
  field('municipality', /^[A-Z][a-zA-Z -]*-(shi|ku|cho|machi|mura|son)$/.test(holder.municipality));
  field('municipalityCode', /^\d{5}$/.test(holder.municipalityCode));
  field('cardExpires', holder.cardExpires === undefined || /^\d{8}$/.test(holder.cardExpires));
}

/**
 * Checks what a certificate will say of its holder, before a serial number is taken for it.
 * @returns the substitute flags, all `0` where none were given
 * @throws {X509BuildError} `holder-invalid`; `context.field` says which
 */
export function checkJpkiHolder(holder: JpkiHolder | JpkiSignHolder): {
  nameSubstitutes: string;
  addressSubstitutes: string;
} {
  checkPlace(holder);
  if (!('name' in holder)) return { nameSubstitutes: '', addressSubstitutes: '' };
  const nameSubstitutes = flags(holder.name, holder.nameSubstitutes, 'nameSubstitutes');
  const addressSubstitutes = flags(holder.address, holder.addressSubstitutes, 'addressSubstitutes');
  field('name', holder.name.length > 0 && [...holder.name].length <= 100);
  field('address', holder.address.length > 0 && [...holder.address].length <= 200);
  field('sex', ['1', '2', '9'].includes(holder.sex));
  return { nameSubstitutes, addressSubstitutes };
}

function flags(text: string, given: string | undefined, name: string): string {
  const length = [...text].length;
  const value = given ?? '0'.repeat(length);
  field(name, value.length === length && /^[01]*$/.test(value));
  return value;
}
