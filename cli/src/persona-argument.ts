import { statSync } from 'node:fs';
import { CardError, loadPersona, openPersonaFolder, PERSONA_IDS, type Persona } from '@tegata/card';
import { CliError } from './error.ts';

/**
 * The persona that `--persona` names: one of ours by its id, else a folder (or the `persona.json` in it) that `tegata card new` made.
 * @throws {CliError} `usage` when there is neither
 * @throws {CardError} `persona-malformed`
 */
export function personaOf(given: string): Persona {
  if (isOurs(given)) return loadPersona(given);
  try {
    if (statSync(given, { throwIfNoEntry: false })) return openPersonaFolder(given);
  } catch (error) {
    // A name that cannot be looked at, as one that is too long, is none either.
    if (error instanceof CardError && error.code === 'persona-malformed') throw error;
  }
  throw new CliError('usage', `There is no persona "${shown(given)}". See: tegata personas`);
}

/** Those that a card party must be given: what came with this program it has, and a folder with the id of one of ours is not that one. */
export function ownPersonas(personas: readonly Persona[]): readonly Persona[] {
  return personas.filter((persona) => !(isOurs(persona.id) && loadPersona(persona.id) === persona));
}

function isOurs(id: string): boolean {
  return (PERSONA_IDS as readonly string[]).includes(id);
}

/** What the persona types: the secrets of the data file. Who has no signature password types one that is never asked for. */
export function secretsOf({ pins }: Persona): { pin: string; signaturePassword: string } {
  return { pin: pins.text, signaturePassword: pins.signature ?? 'TEGATA1' };
}

const shown = (text: string) => text.replace(/[\p{Cc}\p{Cf}]/gu, '·').slice(0, 80);
