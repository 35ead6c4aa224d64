import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  EMPTY_FILE,
  type FourAttributes,
  keyId,
  withFiller,
  writeAttributesFile,
  writeCardKeyFile,
  writeIntegrityFile,
  writeMyNumberFile,
  writeSessionKeyFile,
  writeTextInformationFile,
} from '@tegata/card-files';
import { type Application, type ElementaryFile, secretFile, transparentFile } from '@tegata/chip';
import type { Random } from '@tegata/random';
import type { CardIssuer } from './authority.ts';

const PIN = 0x11;
const CODE_A = 0x14;
const CODE_B = 0x15;

/** What the text AP of a card holds. */
export interface TextApplicationFields {
  readonly attributes: FourAttributes;
  readonly myNumber: string;
  readonly pin: string;
  readonly codeB: string;
  readonly municipalityCode: string;
  readonly cardKey: KeyObject;
  readonly sessionKey: KeyObject;
  readonly issuer: CardIssuer;
  readonly random: Random;
}

/** The text AP (券面事項入力補助AP) as a table of files (card.md §7.1). */
export async function textApplication(fields: TextApplicationFields): Promise<Application> {
  const { sign } = fields.issuer;
  const myNumberFile = writeMyNumberFile(fields.myNumber);
  const attributesFile = writeAttributesFile(fields.attributes);
  const integrity = await writeIntegrityFile({ myNumberFile, attributesFile, sign });
  const cvc = await fields.issuer.certificateFor(fields.municipalityCode);
  const information = writeTextInformationFile({ keyId: keyId('9000034', '001'), opaque: fields.random.bytes(32) });
  const cardKeyFile = await writeCardKeyFile({ cardKey: createPublicKey(fields.cardKey), sign });
  const any = [PIN, CODE_A, CODE_B];
  const files = new Map<number, ElementaryFile>([
    [0x01, transparentFile(myNumberFile, [PIN, CODE_A])],
    [0x02, transparentFile(withFiller(attributesFile), [PIN, CODE_B])],
    [0x03, transparentFile(withFiller(integrity), any)],
    [0x04, transparentFile(withFiller(cvc), 'anyone')],
    [0x05, transparentFile(withFiller(information), 'anyone')],
    [0x06, transparentFile(withFiller(writeSessionKeyFile(createPublicKey(fields.sessionKey))), any)],
    [0x07, transparentFile(withFiller(cardKeyFile), any)],
    [0x08, transparentFile(EMPTY_FILE, 'anyone')],
    [PIN, secretFile(fields.pin, 3, 'four-digits')],
    // Blocked on every card that was ever looked at.
    [0x12, secretFile(null, 0)],
    [0x13, { kind: 'key', privateKey: fields.cardKey, use: 'anyone' }],
    [CODE_A, secretFile(fields.myNumber, 10)],
    [CODE_B, secretFile(fields.codeB, 10)],
  ]);
  const aid = Uint8Array.from([0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08]);
  return {
    name: 'text',
    aid,
    files,
    defaultKey: 0x13,
    change: 'change-reference-data',
    sessionKey: { privateKey: fields.sessionKey, after: [PIN] },
  };
}
