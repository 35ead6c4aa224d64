import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type CardSession, limitTransport, recordTrace, replayTrace, type Transport, transportTo } from '@tegata/apdu';
import { CliError } from '../error.ts';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';
import { oneOf, seconds } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { localCard } from './local-cards.ts';
import { type CardTrust, NO_TRUST } from './trust-folder.ts';

/** Where the card is, as the options say. */
export interface Where {
  readonly reader?: string;
  readonly persona?: string;
  readonly profile?: string;
  readonly data?: string;
  readonly wait?: string;
  readonly replay?: string;
  readonly trace?: string;
  readonly 'trace-unmasked'?: boolean;
}

/** A card that is held. */
export interface HeldCard {
  readonly card: Transport;
  /** The anchors of our own test card; none for a card from outside. */
  readonly trust: CardTrust;
  close(): Promise<void>;
}

/**
 * Comes to the card: one of our own in memory, the one in a PC/SC reader, or a recorded one. What it can cost is bounded.
 * @throws {ArgumentError} `usage`; {CliError} `file-unwritable`
 * @throws {ApduError} `pcsc-missing`, `pcsc-unavailable`, `reader-unknown`, `reader-ambiguous`, `no-card`
 */
export async function holdCard(where: Where, io: CardIo): Promise<HeldCard> {
  if ([where.persona, where.reader, where.replay].filter((given) => given !== undefined).length > 1) {
    throw new ArgumentError('usage', '--persona, --reader and --replay name different cards. Give one of them.');
  }
  if (where['trace-unmasked'] && where.trace === undefined) {
    throw new ArgumentError('usage', '--trace-unmasked goes with --trace FILE.');
  }
  if (where.persona === undefined && (where.profile ?? where.data) !== undefined) {
    throw new ArgumentError('usage', '--profile and --data go with --persona.');
  }
  const wait = seconds('wait', where.wait, 30);
  const held =
    where.replay !== undefined
      ? recorded(where.replay)
      : where.persona === undefined
        ? await inReader(where.reader, wait, io)
        : await ofPersona(where, io);
  try {
    return traced(where, { ...held, card: limitTransport(held.card) });
  } catch (error) {
    await held.close();
    throw error;
  }
}

async function ofPersona({ persona = '', profile = 'card', data }: Where, io: CardIo): Promise<HeldCard> {
  const kind = oneOf('profile', profile, ['card', 'android', 'ios']);
  const { chip, trust } = await localCard({ persona, profile: kind, ...(data === undefined ? {} : { data }) }, io);
  const card = transportTo(chip);
  return { card, trust, close: () => card.close() };
}

async function inReader(reader: string | undefined, wait: number, io: CardIo): Promise<HeldCard> {
  const pcsc = await io.openPcsc();
  let card: CardSession;
  try {
    if (io.person) io.writeError('Put the card on the reader and leave it there.\n');
    card = await pcsc.card({ ...(reader === undefined ? {} : { reader }), timeoutMs: wait * 1000 });
  } catch (error) {
    pcsc.close();
    throw error;
  }
  return {
    card,
    trust: NO_TRUST,
    async close() {
      await card.close();
      pcsc.close();
    },
  };
}

function recorded(path: string): HeldCard {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ArgumentError('file-unreadable', `--replay: the file cannot be read (${reasonOf(error)}).`, {
      option: 'replay',
    });
  }
  const card = replayTrace(text);
  return { card, trust: NO_TRUST, close: () => card.close() };
}

function traced({ trace, 'trace-unmasked': unmask = false }: Where, held: HeldCard): HeldCard {
  if (trace === undefined) return held;
  let file: number;
  try {
    // A trace is personal data even when it is masked.
    file = openSync(trace, 'w', 0o600);
  } catch (error) {
    throw new CliError('file-unwritable', `--trace: the file cannot be written (${reasonOf(error)}).`);
  }
  return {
    ...held,
    card: recordTrace(held.card, { write: (line) => void writeSync(file, `${line}\n`), unmask }),
    async close() {
      closeSync(file);
      await held.close();
    },
  };
}
