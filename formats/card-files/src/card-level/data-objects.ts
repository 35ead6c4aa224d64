import { encodeTlv, readTlv } from '@tegata/apdu';
import { asciiDigits } from '../layout.ts';

/** The data objects of the card level by P1-P2 of GET DATA (card.md §10). */
export const CARD_OBJECT = {
  /** A key reference of 16 bytes. */
  issuerIdentification: 0x0042,
  /** ASCII. */
  cardIdentification: 0x0045,
  /** Of GlobalPlatform. */
  recognitionData: 0x0066,
  /** 5 digits. */
  municipalityCode: 0x00f0,
  /** `YYYYMMDD`. */
  expiry: 0x00f2,
  /** Whose key signs the lower certificate. */
  intermediateKeyId: 0x00f7,
  /** The root's certificate for the intermediate, without `7F21`. */
  upperCertificate: 0x00f8,
  /** The intermediate's certificate for the key below, without `7F21`. Older cards have none. */
  lowerCertificate: 0x7f21,
  /** Without `TS`. */
  contactAtr: 0x5f51,
} as const;

/** What the card level of a card says. */
export interface CardLevelFields {
  /** 16 bytes. */
  readonly issuerKeyId: Uint8Array;
  readonly cardIdentification: string;
  readonly municipalityCode: string;
  readonly expiry: string;
  /** 16 bytes: subject of the upper certificate, issuer of the lower one. */
  readonly intermediateKeyId: Uint8Array;
  /** `7F21` as `writeCvc` makes it. */
  readonly upperCertificate: Uint8Array;
  /** Absent on an older card. */
  readonly lowerCertificate: Uint8Array | undefined;
  /** Begins with `TS`. */
  readonly contactAtr: Uint8Array;
}

// GlobalPlatform Card Specification 2.3 H.2: the arc itself; version 2.2; a card without an issuer's own numbering; SCP02 with i = 55.
const RECOGNITION = [
  [0x06, '2a864886fc6b01'],
  [0x60, '06092a864886fc6b020202'],
  [0x63, '06072a864886fc6b03'],
  [0x64, '06092a864886fc6b040255'],
] as const;

/**
 * The values of the data objects of the card level, without their tags, as GET DATA gives them.
 * @throws {CardFilesError} `value-out-of-range`
 */
export function writeCardObjects(fields: CardLevelFields): Map<number, Uint8Array> {
  const recognition = RECOGNITION.map(([tag, value]) => encodeTlv(tag, Buffer.from(value, 'hex')));
  const objects = new Map<number, Uint8Array>([
    [CARD_OBJECT.issuerIdentification, fields.issuerKeyId],
    [CARD_OBJECT.cardIdentification, new Uint8Array(Buffer.from(fields.cardIdentification, 'latin1'))],
    [CARD_OBJECT.recognitionData, encodeTlv(0x73, ...recognition)],
    [CARD_OBJECT.municipalityCode, asciiDigits('municipality code', fields.municipalityCode, 5)],
    [CARD_OBJECT.expiry, asciiDigits('expiry', fields.expiry, 8)],
    [CARD_OBJECT.intermediateKeyId, fields.intermediateKeyId],
    [CARD_OBJECT.upperCertificate, readTlv(fields.upperCertificate).value],
    [CARD_OBJECT.contactAtr, fields.contactAtr.subarray(1)],
  ]);
  if (fields.lowerCertificate) objects.set(CARD_OBJECT.lowerCertificate, readTlv(fields.lowerCertificate).value);
  return objects;
}
