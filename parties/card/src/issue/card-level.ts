import { createPublicKey, type KeyObject } from 'node:crypto';
import { type CardInformation, writeCardObjects } from '@tegata/card-files';
import type { Application } from '@tegata/chip';
import { CARD_ATR } from '../atr.ts';
import type { CardChain } from './authority.ts';

/** What the card level of a card holds. */
export interface CardLevelApplicationFields {
  readonly information: CardInformation;
  readonly chain: CardChain;
  /** The key that the lower certificate certifies. Whose that is on a real card is not known; here it is the text AP's. */
  readonly cardKey: KeyObject;
  /** An older card has no lower certificate. */
  readonly withoutCardCertificate: boolean;
}

/** The issuer security domain of GlobalPlatform: no files, the data objects of the card level (card.md §10). */
export async function cardLevelApplication(fields: CardLevelApplicationFields): Promise<Application> {
  const { serial, municipalityCode, expiry } = fields.information;
  const certificates = await fields.chain.certificatesFor(municipalityCode, createPublicKey(fields.cardKey));
  const objects = writeCardObjects({
    issuerKeyId: certificates.intermediateKeyId,
    cardIdentification: serial,
    municipalityCode,
    expiry,
    intermediateKeyId: certificates.intermediateKeyId,
    upperCertificate: certificates.upper,
    lowerCertificate: fields.withoutCardCertificate ? undefined : certificates.lower,
    contactAtr: CARD_ATR,
  });
  const aid = Uint8Array.from([0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00]);
  return { name: 'card', aid, files: new Map(), dataObjects: objects };
}
