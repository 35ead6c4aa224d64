import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  EMPTY_FILE,
  eraBirthDate,
  keyId,
  type Sex,
  withFiller,
  writeAgeFile,
  writeFaceFile,
  writeIssuerFile,
  writeMyNumberImageFile,
} from '@tegata/card-files';
import { type Application, type ElementaryFile, secretFile, transparentFile } from '@tegata/chip';
import type { Random } from '@tegata/random';
import type { CardIssuer } from './authority.ts';
import { digitsImage } from './digits-image.ts';

const BIRTH_DATE = 0x11;
const CODE_B = 0x12;
const CODE_A = 0x13;

/** What the surface AP of a card holds. */
export interface SurfaceApplicationFields {
  readonly birthDate: string;
  readonly sex: Sex;
  readonly myNumber: string;
  readonly codeB: string;
  readonly securityCode: string;
  readonly expiry: string;
  readonly municipalityCode: string;
  /** JP2. */
  readonly portrait: Uint8Array;
  /** 1-bit PNG. */
  readonly nameImage: Uint8Array;
  /** 1-bit PNG. */
  readonly addressImage: Uint8Array;
  readonly cardKey: KeyObject;
  readonly issuer: CardIssuer;
  readonly random: Random;
}

/** The surface AP (券面事項確認AP) as a table of files (card.md §8). Codes A and B are the other way round than in the text AP. */
export async function surfaceApplication(fields: SurfaceApplicationFields): Promise<Application> {
  const { sign } = fields.issuer;
  const cardKey = createPublicKey(fields.cardKey);
  const age = await writeAgeFile({ birthDate: fields.birthDate, cardKey, sign });
  const face = await writeFaceFile({
    birthDate: fields.birthDate,
    sex: fields.sex,
    cardKey,
    nameImage: fields.nameImage,
    addressImage: fields.addressImage,
    portrait: fields.portrait,
    expiry: fields.expiry,
    securityCodeImage: digitsImage(fields.securityCode),
    sign,
  });
  const issuer = writeIssuerFile({
    municipalityCode: fields.municipalityCode,
    keyId: keyId('9000024', '001'),
    keyReference: keyId('9900025', '001'),
    opaque: fields.random.bytes(256),
  });
  const cvc = await fields.issuer.certificateFor(fields.municipalityCode);
  const number = await writeMyNumberImageFile({ image: digitsImage(fields.myNumber), cardKey, sign });
  const files = new Map<number, ElementaryFile>([
    [0x01, transparentFile(withFiller(age), [BIRTH_DATE])],
    [0x02, transparentFile(withFiller(face), [CODE_A, CODE_B])],
    [0x03, transparentFile(withFiller(issuer), 'anyone')],
    [0x04, transparentFile(withFiller(cvc), 'anyone')],
    [0x05, transparentFile(withFiller(number), [CODE_A])],
    [0x06, transparentFile(EMPTY_FILE, [CODE_A, CODE_B])],
    [BIRTH_DATE, secretFile(eraBirthDate(fields.birthDate), 10)],
    [CODE_B, secretFile(fields.codeB, 10)],
    [CODE_A, secretFile(fields.myNumber, 10)],
    [0x1a, { kind: 'key', privateKey: fields.cardKey, use: 'anyone' }],
  ]);
  const aid = Uint8Array.from([0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02]);
  return { name: 'surface', aid, files, defaultKey: 0x1a };
}
