import { join } from 'node:path';
import type { Chip } from '@tegata/apdu';
import { CARD_ATR, makeAuthority, openCards, type Persona, personasWith } from '@tegata/card';
import { silentLog } from '@tegata/log';
import { openDataFolder } from '../data-folder.ts';
import { CliError } from '../error.ts';
import { ownPersonas, personaOf } from '../persona-argument.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { CardIo } from './card-io.ts';
import { localJpki } from './local-jpki.ts';
import { type PhoneProfile, phoneToken } from './phone-token.ts';
import { type CardTrust, writeTrust } from './trust-folder.ts';

/** What kind of token a test card is shown as. */
export type CardProfile = 'card' | PhoneProfile;

/** One of our own test cards. */
export interface LocalCard {
  readonly persona: string;
  readonly atr: Uint8Array;
  readonly chip: Chip;
  readonly trust: CardTrust;
}

/** How to make it. */
export interface LocalCardOptions {
  /** The id of a persona that comes with this program, or the folder of one that was made. */
  readonly persona: string;
  readonly profile: CardProfile;
  /** Keeps authorities, certificates and counters; without it every run makes a new card with all its tries. */
  readonly data?: string;
}

/**
 * Takes one of our own test cards out of the drawer. It is made on the spot, by authorities of this process or of the data folder.
 * @throws {ArgumentError} `usage` when there is no such persona
 * @throws {CardError} `persona-malformed`, `card-state-unreadable`
 */
export async function localCard(
  options: LocalCardOptions,
  io: Pick<CardIo, 'clock' | 'random' | 'environment'>,
): Promise<LocalCard> {
  const { clock, random, environment } = io;
  const persona = personaGiven(options.persona);
  const data = openDataFolder(options.data, random, environment);
  const { keys } = data;
  const [authority, jpki] = await Promise.all([
    makeAuthority({ clock, random, keys }),
    localJpki({ clock, random, keys }),
  ]);
  const trust: CardTrust = {
    textCvc: authority.textAnchors,
    surfaceCvc: authority.surfaceAnchors,
    jpkiSign: [jpki.sign],
    jpkiAuth: [jpki.auth],
  };
  if (options.data !== undefined) writeTrust(join(options.data, 'trust'), trust);
  const own = { persona: persona.id, atr: CARD_ATR, trust };
  if (options.profile !== 'card') {
    return { ...own, chip: await phoneToken({ persona, profile: options.profile, jpki, clock, random }) };
  }
  const personas = personasWith(ownPersonas([persona]));
  // Not the folder of `tegata up`: what is issued here is in no register, and its OCSP would not know it.
  const dataDir = data.sub('own-cards');
  const cards = openCards({ personas, authority, jpki: jpki.peer, clock, random, log: silentLog, dataDir });
  const { chip } = await cards.card(persona.id);
  return { ...own, chip };
}

/** @throws {ArgumentError} `usage` */
function personaGiven(given: string): Persona {
  try {
    return personaOf(given);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new ArgumentError('usage', error.message, { option: 'persona' });
  }
}
