import type { KeyObject } from 'node:crypto';
import type { Application, ElementaryFile } from '@tegata/chip';
import type { CardCertificates } from './certificates.ts';
import { EMPTY_FILE, withFiller } from './filler.ts';
import { writeTokenInfo } from './token-info.ts';

const AUTH_PIN = 0x18;
const SIGNATURE_PASSWORD = 0x1b;

/** What the JPKI-AP of a card holds. */
export interface JpkiApplicationFields {
  readonly certificates: CardCertificates;
  readonly authKey: KeyObject;
  readonly signKey: KeyObject;
  readonly authPin: string;
  /** `null`: no signature certificate, and a password that nobody set. */
  readonly signaturePassword: string | null;
  /** 16 digits. */
  readonly serialNumber: string;
}

const THERE = 0x8f;
const transparent = (content: Uint8Array, read: 'anyone' | readonly number[]): ElementaryFile => ({
  kind: 'transparent',
  content,
  read,
});

/** The JPKI-AP (公的個人認証AP) as a table of files (card.md §6.1). */
export function jpkiApplication(fields: JpkiApplicationFields): Application {
  const { certificates, signaturePassword } = fields;
  const { sign } = certificates;
  const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
  const files = new Map<number, ElementaryFile>([
    [0x01, transparent(sign ? withFiller(sign) : EMPTY_FILE, [SIGNATURE_PASSWORD])],
    [0x02, transparent(withFiller(certificates.signCa), 'anyone')],
    [0x06, transparent(writeTokenInfo(fields.serialNumber), 'anyone')],
    [0x08, transparent(Uint8Array.of(sign ? THERE : 0x00, THERE, 0x00), 'anyone')],
    // Protected, and nothing that was tried opens it.
    [0x09, { kind: 'transparent', content: EMPTY_FILE, read: 'nobody' }],
    [0x0a, transparent(withFiller(certificates.auth), 'anyone')],
    [0x0b, transparent(withFiller(certificates.authCa), 'anyone')],
    [0x16, { kind: 'opaque' }],
    [0x17, { kind: 'key', privateKey: fields.authKey, use: [AUTH_PIN] }],
    [AUTH_PIN, { kind: 'secret', value: ascii(fields.authPin), tries: 3 }],
    [0x1a, { kind: 'key', privateKey: fields.signKey, use: [SIGNATURE_PASSWORD] }],
    [
      SIGNATURE_PASSWORD,
      { kind: 'secret', value: ascii(signaturePassword ?? ''), tries: signaturePassword === null ? 0 : 5 },
    ],
  ]);
  return { name: 'jpki', aid: Uint8Array.from([0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0, 0, 0, 0x01]), files };
}
