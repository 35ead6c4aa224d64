import { parseResponse } from '@tegata/apdu';
import { adjustableClock } from '@tegata/clock';
import { peer } from '@tegata/http';
import { memoryKeys } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { systemRandom as random } from '@tegata/random';
import { noTap } from '@tegata/tap';
import { type Cards, type CardsOptions, openCards } from './cards.ts';
import { type CardAuthority, makeAuthority } from './issue/authority.ts';
import { startTestJpki } from './jpki-for-tests.ts';

/** A drawer of cards in memory, with a JPKI that issues their certificates. */
export interface TestDrawer {
  readonly cards: Cards;
  readonly authority: CardAuthority;
  /** Opens it once more, with other options, e.g. after a restart. */
  open(options?: Partial<CardsOptions>): Cards;
  close(): Promise<void>;
}

/** Opens a drawer at noon of 2026-11-24 in UTC. */
export async function openTestDrawer(): Promise<TestDrawer> {
  const clock = adjustableClock(new Date('2026-11-24T12:00:00Z'));
  const secret = 'the secret of the pair';
  const jpki = await startTestJpki({ clock, random, secret });
  const authority = await makeAuthority({ clock, random, keys: memoryKeys() });
  const open = (options: Partial<CardsOptions> = {}) =>
    openCards({
      authority,
      jpki: peer({ url: jpki.url, secret, name: 'jpki', party: 'card', tap: noTap }),
      clock,
      random,
      log: silentLog,
      ...options,
    });
  return { cards: open(), authority, open, close: () => jpki.close() };
}

export const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
export const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
export const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');

export const SELECT = {
  jpki: '00A4040C0A D392F000260100000001',
  text: '00A4040C0A D3921000310001010408',
  surface: '00A4040C0A D3921000310001010402',
  resident: '00A4040C0A D3921000310001010401',
  common: '00A4040C0A D3921000310001010100',
  card: '00A4040C07 A0000001510000',
} as const;

/** Talks to a chip: sends commands, the last answer comes back. */
export function talkTo(chip: { transmit(command: Uint8Array): Uint8Array }) {
  return (...commands: string[]): { sw: string; data: Buffer } => {
    let answer = { sw: '', data: Buffer.alloc(0) };
    for (const command of commands) {
      const { sw, data } = parseResponse(chip.transmit(hex(command)));
      answer = { sw: sw.toString(16).toUpperCase().padStart(4, '0'), data: Buffer.from(data) };
    }
    return answer;
  };
}
