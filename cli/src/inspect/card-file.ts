import type { KeyObject } from 'node:crypto';
import { readFileObject, readTlvs } from '@tegata/apdu';
import {
  CardFilesError,
  formatKeyId,
  isMyNumber,
  parseAgeFile,
  parseAttributesFile,
  parseCardKeyFile,
  parseCvc,
  parseFaceFile,
  parseIntegrityFile,
  parseIssuerFile,
  parseMyNumberFile,
  parseMyNumberImageFile,
} from '@tegata/card-files';
import type { CardApplication } from './card-names.ts';
import { MASKED } from './mask.ts';
import { hexValue, octetsSection } from './octets.ts';
import { type Row, row, type Section, table, type View } from './section.ts';
import { imageKind } from './value.ts';

/** A file of the card, told by its first object. */
export interface CardFileKind {
  readonly application: CardApplication;
  readonly file: number;
}

const NOTE =
  'Layout worked out from test cards in public; no public specification exists. Decoded only, no signature checked.';
const SEX: Readonly<Record<string, string>> = {
  '0': '0, not known',
  '1': '1, male (男)',
  '2': '2, female (女)',
  '9': '9, not applicable',
};

/**
 * Tells which file of the text AP or the surface AP the bytes are. A certificate (`7F21`) is in both: the text AP is named.
 */
export function cardFileKind(bytes: Uint8Array): CardFileKind | undefined {
  const tag = ((bytes[0] as number) << 8) | (bytes[1] as number);
  if (tag !== 0x7f21 && (tag & 0xff8f) !== 0xff00) return undefined;
  try {
    const outer = readFileObject(bytes);
    if (tag === 0x7f21) return { application: 'text', file: 4 };
    if (tag === 0xff10 && outer.value.length === 12) return { application: 'text', file: 1 };
    const [first] = readTlvs(outer.value);
    const length = first?.value.length ?? 0;
    const known = FILES[tag]?.(length);
    return known;
  } catch {
    return undefined;
  }
}

// Both applications use the same outer tags; the length of the first object tells them apart.
const FILES: Readonly<Record<number, (length: number) => CardFileKind>> = {
  65296: () => ({ application: 'surface', file: 1 }),
  65312: (length) => ({ application: length === 18 ? 'surface' : 'text', file: 2 }),
  65328: (length) => (length === 32 ? { application: 'text', file: 3 } : { application: 'surface', file: 3 }),
  65344: (length) => (length === 4 ? { application: 'text', file: 5 } : { application: 'surface', file: 5 }),
  65360: () => ({ application: 'text', file: 7 }),
};

/** The fields of a file of the card; a file that breaks its layout is shown as octets, with the reason. */
export function cardFileSections(bytes: Uint8Array, kind: CardFileKind, view: View, title: string): Section[] {
  const read = READERS[`${kind.application}/${kind.file}`];
  if (!read) return [octetsSection(bytes, view, title)];
  try {
    return [table(title, read(bytes, view), { note: NOTE })];
  } catch (error) {
    if (!(error instanceof CardFilesError)) throw error;
    const shown =
      hidden(kind) && !view.unmask
        ? { title, text: `${bytes.length} bytes, masked` }
        : octetsSection(bytes, view, title);
    return [{ ...shown, note: `${error.message} (${error.code})` }];
  }
}

const hidden = ({ application, file }: CardFileKind) =>
  (application === 'text' && file === 1) || (application === 'surface' && file === 5);

const key = (publicKey: KeyObject) => `RSA-${publicKey.asymmetricKeyDetails?.modulusLength ?? '?'}`;
const image = (bytes: Uint8Array, view: View) => `${imageKind(bytes)}${hexValue(bytes, view, 16)}`;
const date = (digits: string) => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
const signature = (bytes: Uint8Array, view: View) => row('signature', hexValue(bytes, view));

const READERS: Readonly<Record<string, (bytes: Uint8Array, view: View) => Row[]>> = {
  'text/1': (bytes, view) => {
    const number = parseMyNumberFile(bytes);
    return [
      row('My Number (個人番号)', view.unmask ? number : MASKED),
      row('check digit', isMyNumber(number) ? 'right' : 'wrong'),
    ];
  },
  'text/2': (bytes) => {
    const { name, address, birthDate, sex } = parseAttributesFile(bytes);
    return [
      row('DF22 name (氏名)', name),
      row('DF23 address (住所)', address),
      row('DF24 birth date (生年月日)', date(birthDate)),
      row('DF25 sex (性別)', SEX[sex] as string),
    ];
  },
  'text/3': (bytes, view) => {
    const file = parseIntegrityFile(bytes);
    return [
      row('DF31 SHA-256 of EF 0001', hexValue(file.myNumberDigest, view)),
      row('DF32 SHA-256 of the attributes', hexValue(file.attributesDigest, view)),
      signature(file.signature, view),
    ];
  },
  'text/4': cvcRows,
  'text/7': (bytes, view) => {
    const file = parseCardKeyFile(bytes);
    return [row('DF51 the card’s own key', key(file.cardKey)), signature(file.signature, view)];
  },
  'surface/1': (bytes, view) => {
    const file = parseAgeFile(bytes);
    return [
      row('DF11 birth date (生年月日)', date(file.birthDate)),
      row('DF12 the card’s own key', key(file.cardKey)),
      signature(file.signature, view),
    ];
  },
  'surface/2': (bytes, view) => {
    const file = parseFaceFile(bytes);
    return [
      row('DF22 birth date (生年月日)', date(file.birthDate)),
      row('DF23 sex (性別)', SEX[file.sex] as string),
      row('DF24 the card’s own key', key(file.cardKey)),
      row('DF25 name, image', image(file.nameImage, view)),
      row('DF26 address, image', image(file.addressImage, view)),
      row('DF27 photo', image(file.portrait, view)),
      signature(file.signature, view),
      row('DF29 expiry (not signed)', date(file.expiry)),
      row('DF2A security code, image (not signed)', view.unmask ? image(file.securityCodeImage, view) : MASKED),
    ];
  },
  'surface/3': (bytes) => {
    const file = parseIssuerFile(bytes);
    return [
      row('DF32 key id', formatKeyId(file.keyId)),
      row('DF34 municipality code', file.municipalityCode),
      row('signature', 'none: nothing in this file is signed'),
    ];
  },
  'surface/4': cvcRows,
  'surface/5': (bytes, view) => {
    const file = parseMyNumberImageFile(bytes);
    return [
      row('DF41 image of the My Number', view.unmask ? image(file.image, view) : MASKED),
      row('DF42 the card’s own key', key(file.cardKey)),
      signature(file.signature, view),
    ];
  },
};

function cvcRows(bytes: Uint8Array, view: View): Row[] {
  const cvc = parseCvc(bytes);
  return [
    row('issuer key id', formatKeyId(cvc.issuerKeyId)),
    row('subject key id', formatKeyId(cvc.subjectKeyId)),
    row('public key', key(cvc.publicKey)),
    signature(cvc.signature, view),
  ];
}
