/** An application of the My Number Card, or of a phone that speaks its protocol. */
export type CardApplication = 'jpki' | 'text' | 'surface' | 'resident' | 'common' | 'isd' | 'mdoc' | 'ndef';

interface Named {
  readonly name: string;
  readonly files: Readonly<Record<number, string>>;
  /** Key files: what VERIFY, CHANGE and signing commands refer to. */
  readonly keys: Readonly<Record<number, string>>;
}

/** The applications by AID (upper-case hexadecimal). */
export const AIDS: Readonly<Record<string, CardApplication>> = {
  D392F000260100000001: 'jpki',
  D3921000310001010408: 'text',
  D3921000310001010402: 'surface',
  D3921000310001010401: 'resident',
  D3921000310001010100: 'common',
  A0000001510000: 'isd',
  A0000002480400: 'mdoc',
  D2760000850101: 'ndef',
};

/** AIDs that are passed around as those of the card, which no card answers. */
export const WRONG_AIDS: ReadonlySet<string> = new Set([
  'D392F000260100000002',
  'D392F000260100000003',
  'A000000277010101',
  'A0000000590102010002',
  'A0000000590102010001',
]);

/** What files and keys are called. */
export const APPLICATIONS: Readonly<Record<CardApplication, Named>> = {
  jpki: {
    name: 'JPKI-AP (公的個人認証AP)',
    files: {
      1: 'signature certificate (署名用電子証明書)',
      2: 'CA certificate of the signature certificate',
      6: 'token information',
      8: 'which certificates are there',
      10: 'authentication certificate (利用者証明用電子証明書)',
      11: 'CA certificate of the authentication certificate',
    },
    keys: { 23: 'authentication key', 24: 'authentication PIN', 26: 'signature key', 27: 'signature password' },
  },
  text: {
    name: 'text AP (券面事項入力補助AP)',
    files: {
      1: 'My Number (個人番号)',
      2: 'four attributes (基本4情報)',
      3: 'integrity record of EF 0001 and EF 0002',
      4: 'certificate of the issuer of the records',
      5: 'application information',
      6: 'session key',
      7: 'the card’s own key, certified',
    },
    keys: { 17: 'text PIN', 18: 'blocked key', 19: 'the card’s own key', 20: 'check code A', 21: 'check code B' },
  },
  surface: {
    name: 'surface AP (券面事項確認AP)',
    files: {
      1: 'age record',
      2: 'face of the card: photo, name, address',
      3: 'issuer information, municipality',
      4: 'certificate of the issuer of the records',
      5: 'image of the My Number',
    },
    keys: { 17: 'birth date', 18: 'check code B', 19: 'check code A', 26: 'the card’s own key' },
  },
  resident: { name: 'resident AP (住基AP)', files: {}, keys: { 28: 'card PIN' } },
  common: {
    name: 'common AP (共通カードAP)',
    files: { 1: 'card serial number and expiry', 2: 'key reference' },
    keys: { 25: 'internal authentication key', 28: 'card PIN' },
  },
  isd: { name: 'issuer security domain (GlobalPlatform)', files: {}, keys: {} },
  mdoc: { name: 'mdoc over NFC (ISO/IEC 18013-5 §8.3.3.1.2)', files: {}, keys: {} },
  ndef: {
    name: 'NDEF, device engagement over NFC',
    files: { 57603: 'capability container', 57604: 'NDEF file' },
    keys: {},
  },
};

/** The objects of GET DATA at the level of the card. */
export const DATA_OBJECTS: Readonly<Record<number, string>> = {
  66: 'issuer identification',
  69: 'card identification number',
  102: 'card recognition data',
  240: 'municipality code',
  242: 'expiry date',
  247: 'key id of the intermediate issuer',
  248: 'certificate of the intermediate issuer',
  32545: 'certificate of the issuer',
  24401: 'answer to reset',
};

/** `EF 0001`. */
export const efName = (file: number): string => `EF ${file.toString(16).toUpperCase().padStart(4, '0')}`;
