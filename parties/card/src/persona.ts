import { fileURLToPath } from 'node:url';
import type { CardKeys } from './card-keys.ts';
import { CardError } from './error.ts';
import { openPersonaFolder, type PersonaImage } from './persona-folder.ts';
import type { PersonaData } from './persona-schema.ts';

/** The people whose cards we hold, in the order of lists. All are invented. */
export const PERSONA_IDS = [
  'adult',
  'foreign-resident',
  'under-15',
  'ward',
  'moved-abroad',
  'turns-20-tomorrow',
  'turns-20-today',
  'turns-18-tomorrow',
  'turns-18-today',
  'turns-15-today',
  'leap-day',
  'showa-64',
  'birth-day-unknown',
  'substitute-name',
  'variation-selector',
  'former-surname',
  'alias',
  'single-name',
  'long-name',
  'long-address',
  'sex-not-applicable',
  'revoked',
  'revoked-key-compromise',
  'revoked-address-change',
  'revoked-superseded',
  'deceased',
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-suspended',
  'certificate-differs',
  'pin-locked',
  'last-try',
  'password-locked',
  'auth-pin-locked',
  'renewed-card',
  'card-last-day',
  'card-expired',
  'old-card',
  'forged-text',
  'forged-face',
  'face-of-another',
  'copied-card',
  'copied-face',
  'damaged-photo',
  'undecodable-photo',
] as const;

/** The id of one of the personas that come with this program. */
export type PersonaId = (typeof PERSONA_IDS)[number];

/** One invented person with a card: the data file, with what its faults say of the card in it, and what lies beside it in the same folder. */
export interface Persona extends PersonaData {
  /** @throws {CardError} `persona-malformed` */
  keys(): CardKeys;
  /** @throws {CardError} `persona-malformed` */
  image(name: PersonaImage): Uint8Array;
}

/** A persona whose ending is written down. */
export interface KnownPersona extends Persona {
  readonly expect: NonNullable<Persona['expect']>;
}

/** Where the folder of a persona of ours lies. */
export function personaFolder(id: string): string {
  return fileURLToPath(new URL(`./personas/${id}/`, import.meta.url));
}

const loaded = new Map<string, KnownPersona>();

/**
 * Opens a persona that comes with this program.
 * @throws {CardError} `persona-unknown`, `persona-malformed`
 * @example
 * loadPersona('adult').name;
 */
export function loadPersona(id: string): KnownPersona {
  if (!(PERSONA_IDS as readonly string[]).includes(id)) {
    throw new CardError('persona-unknown', 'There is no card of this name. GET /personas lists them.');
  }
  let persona = loaded.get(id);
  if (!persona) {
    const { expect, ...rest } = openPersonaFolder(personaFolder(id), true);
    if (rest.id !== id || !expect) throw new CardError('persona-malformed', 'The persona is not one of ours.', { id });
    persona = { ...rest, expect };
    loaded.set(id, persona);
  }
  return persona;
}

/** The personas that a card party holds: ours, and those that were made with `tegata card new`. */
export interface Personas {
  readonly ids: readonly string[];
  /** @throws {CardError} `persona-unknown`, `persona-malformed` */
  get(id: string): Persona;
}

/**
 * Puts personas from elsewhere behind ours.
 * @throws {CardError} `persona-exists` when two have one id
 */
export function personasWith(own: readonly Persona[] = []): Personas {
  const byId = new Map(own.map((persona) => [persona.id, persona]));
  const twice = own.find(({ id }) => (PERSONA_IDS as readonly string[]).includes(id));
  if (twice || byId.size !== own.length) {
    throw new CardError('persona-exists', 'Two personas have the same id. Make the new one with another --id.', {
      id: twice?.id ?? '',
    });
  }
  return { ids: [...PERSONA_IDS, ...byId.keys()], get: (id) => byId.get(id) ?? loadPersona(id) };
}
