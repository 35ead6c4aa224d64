import type { KeyObject } from 'node:crypto';
import { type Application, type ElementaryFile, type KeyDevice, secretFile, transparentFile } from '@tegata/chip';
import { EMPTY_FILE, withFiller } from '../filler.ts';
import { writeAvailabilityFile } from './availability-file.ts';
import { type TokenProfile, writeTokenInfo } from './token-info.ts';

const AUTH_PIN = 0x18;
const SIGNATURE_PASSWORD = 0x1b;

/** The AID of the JPKI-AP, on cards and on phones. */
export const JPKI_AID: Uint8Array = Uint8Array.from([0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01]);

/** The certificates of a JPKI application, DER. */
export interface JpkiCertificates {
  /** Absent where there is none: EF 0008 says so and the file is empty. */
  readonly auth: Uint8Array | undefined;
  readonly authCa: Uint8Array;
  readonly sign: Uint8Array | undefined;
  readonly signCa: Uint8Array;
}

/** What the JPKI-AP of a card or a phone holds. */
export interface JpkiApplicationFields {
  readonly profile: TokenProfile;
  readonly certificates: JpkiCertificates;
  /** RSA-2048 or P-384, in memory or in a device that decides for itself whether to compute. */
  readonly authKey: KeyObject | KeyDevice;
  readonly signKey: KeyObject | KeyDevice;
  /** Four digits; `null`: nobody set one, it is blocked for ever. */
  readonly authPin: string | null;
  /** 6 to 16 of `A`–`Z`, `0`–`9`; `null`: nobody set one, it is blocked for ever. */
  readonly signaturePassword: string | null;
  /** 16 digits. */
  readonly serialNumber: string;
  /** Attempts: 3 for the PIN and 5 for the password when not given. */
  readonly tries?: { readonly auth?: number; readonly signature?: number };
}

/**
 * The JPKI-AP (公的個人認証AP) as a table of files (card.md §§6.1, 14). On a phone it has its own label, gives the authentication
 * certificate only after the PIN, and on an iPhone answers the last-command indicator.
 * @throws {CardFilesError} `value-out-of-range` for a serial number of another form
 * @example
 * makeChip({ applications: [jpkiApplication({ profile: 'android', ...keys })], counters, random });
 */
export function jpkiApplication(fields: JpkiApplicationFields): Application {
  const { profile, certificates, authPin, signaturePassword, tries } = fields;
  const phone = profile !== 'card';
  const certificate = (der: Uint8Array | undefined) => (der ? withFiller(der) : EMPTY_FILE);
  const available = { sign: certificates.sign !== undefined, auth: certificates.auth !== undefined };
  const files = new Map<number, ElementaryFile>([
    [0x01, transparentFile(certificate(certificates.sign), [SIGNATURE_PASSWORD])],
    [0x02, transparentFile(withFiller(certificates.signCa), 'anyone')],
    [0x06, transparentFile(writeTokenInfo(fields), 'anyone')],
    [0x08, transparentFile(writeAvailabilityFile(available), 'anyone')],
    // Protected, and nothing that was tried opens it.
    [0x09, transparentFile(EMPTY_FILE, 'nobody')],
    [0x0a, transparentFile(certificate(certificates.auth), phone ? [AUTH_PIN] : 'anyone')],
    [0x0b, transparentFile(withFiller(certificates.authCa), 'anyone')],
    [0x16, { kind: 'opaque' }],
    [0x17, { kind: 'key', privateKey: fields.authKey, use: [AUTH_PIN] }],
    [AUTH_PIN, secretFile(authPin, tries?.auth ?? 3, 'four-digits')],
    [0x1a, { kind: 'key', privateKey: fields.signKey, use: [SIGNATURE_PASSWORD] }],
    [SIGNATURE_PASSWORD, secretFile(signaturePassword, tries?.signature ?? 5, 'password')],
  ]);
  return {
    name: 'jpki',
    aid: JPKI_AID,
    files,
    change: 'change-reference-data',
    sessionKeyRefusal: 0x6982,
    ...(profile === 'ios' ? { lastCommandIndicator: true } : {}),
  };
}
