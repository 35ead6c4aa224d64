import type { KeyObject } from 'node:crypto';
import { type CardInformation, writeCardInformation, writeKeyReference } from '@tegata/card-files';
import { type Application, type ElementaryFile, secretFile } from '@tegata/chip';

const PIN = 0x1c;
const INTERNAL_AUTHENTICATION = 0x19;
const aid = (last: readonly [number, number]) =>
  Uint8Array.from([0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, ...last]);

/** What common AP and resident AP hold. */
export interface CommonApplicationFields {
  readonly information: CardInformation;
  /** 16 bytes, the same in both applications. */
  readonly keyReference: Uint8Array;
  /** Four digits; two separate keys that user interfaces show as one (個人番号カード用暗証番号). */
  readonly pin: string;
  /** The key that answers INTERNAL AUTHENTICATE. Its public half is nowhere on the card. */
  readonly authenticationKey: KeyObject;
}

/** The common AP (共通カードAP) as a table of files, records in simple TLV (card.md §11). */
export function commonApplication(fields: CommonApplicationFields): Application {
  return {
    name: 'common',
    aid: aid([0x01, 0x00]),
    files: new Map<number, ElementaryFile>([
      [0x01, { kind: 'records', records: [writeCardInformation(fields.information)], read: 'anyone' }],
      [0x02, { kind: 'records', records: [writeKeyReference(fields.keyReference)], read: 'anyone' }],
      [
        INTERNAL_AUTHENTICATION,
        { kind: 'key', privateKey: fields.authenticationKey, use: 'anyone', internalAuthenticate: true },
      ],
      [PIN, secretFile(fields.pin, 3, 'four-digits')],
    ]),
    change: 'change-key',
  };
}

/** The resident AP (住基AP) as a table of files: nothing else of it is understood (card.md §11). */
export function residentApplication(fields: Pick<CommonApplicationFields, 'keyReference' | 'pin'>): Application {
  return {
    name: 'resident',
    aid: aid([0x04, 0x01]),
    files: new Map<number, ElementaryFile>([
      [0x02, { kind: 'records', records: [writeKeyReference(fields.keyReference)], read: 'anyone' }],
      [PIN, secretFile(fields.pin, 3, 'four-digits')],
    ]),
    change: 'change-key',
    // The card has something configured here, and no secret that is known satisfies it.
    sessionKeyRefusal: 0x6982,
  };
}
