/**
 * The card: a software chip that answers like a My Number Card, the invented people whose cards we hold, and the hand that holds them.
 * @module
 */

export { CARD_ATR } from './atr.ts';
export { CARD_KEYS, type CardKeyName, type CardKeys } from './card-keys.ts';
export { type Card, type Cards, type CardsOptions, openCards } from './cards.ts';
export { CardError, type CardErrorCode } from './error.ts';
export { type SetText, withBrowserType } from './face-texts/set-in-browser.ts';
export { type CardAuthority, type CardChain, type CardIssuer, makeAuthority } from './issue/authority.ts';
export { SIGNED_RECORDS, type SignedRecord } from './issue/broken-signature.ts';
export type { CardCertificates } from './issue/certificates.ts';
export { type HandoverFaults, handoverFaults, personaWith } from './issue/handover-faults.ts';
export { type CardDates, cardDates, personalise } from './issue/personalise.ts';
export { type NewPersona, newPersona, type PersonaFiles } from './new-persona.ts';
export {
  type KnownPersona,
  loadPersona,
  PERSONA_IDS,
  type Persona,
  type PersonaId,
  type Personas,
  personasWith,
} from './persona.ts';
export { openPersonaFolder, type PersonaImage } from './persona-folder.ts';
export type { PersonaData } from './persona-schema.ts';
export { type CardConfig, start } from './start.ts';
