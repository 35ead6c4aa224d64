import { type Chip, type VpcdState, vpcdCard } from '@tegata/apdu';
import { type Disturbance, disturbChip } from '@tegata/chip';
import { ArgumentError } from '../verify/argument-error.ts';
import { linesOf } from '../verify/lines.ts';
import { cardArguments, oneOf } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { localCard } from './local-cards.ts';
import { runCard } from './run-card.ts';
import { SERVE_USAGE } from './usage.ts';

const OPTIONS = {
  vpcd: 'value',
  persona: 'value',
  profile: 'value',
  data: 'value',
  slow: 'value',
  'pulled-after': 'value',
  pieces: 'value',
  out: 'flag',
  json: 'flag',
} as const;

const SAID: Readonly<Record<VpcdState, string>> = {
  'in-reader': 'The card is in the reader.',
  waiting: 'No reader listens there; it is tried again until one does.',
  out: 'The card is out of the reader.',
};

/**
 * `tegata card serve`: one of our own test cards in a virtual reader, until the program is told to end. Lines of standard input insert and
 * remove it.
 * @returns 0 ended as told, 1 the card could not be made, 2 the arguments cannot be used
 */
export function serveCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, SERVE_USAGE, async () => {
    const { values } = cardArguments(args, OPTIONS);
    if (values.persona === undefined) throw new ArgumentError('usage', '--persona ID is needed. See: tegata personas');
    const { host, port } = addressOf(values.vpcd);
    const profile = oneOf('profile', values.profile ?? 'card', ['card', 'android', 'ios']);
    const { data } = values;
    const trouble: Disturbance = {
      slowMs: count('slow', values.slow),
      pulledAfter: count('pulled-after', values['pulled-after']),
      pieces: count('pieces', values.pieces),
    };
    const told = io.interrupted();
    const {
      persona,
      atr,
      chip: good,
    } = await localCard({ persona: values.persona, profile, ...(data === undefined ? {} : { data }) }, io);
    const chip = troubled(good, trouble);
    const say = (state: VpcdState) =>
      io.write(values.json ? `${JSON.stringify({ persona, state })}\n` : `${SAID[state]}\n`);
    const card = vpcdCard({ host, port, atr, chip, changed: (state) => void say(state) });
    if (!values.out) card.insert();
    const ended = new Promise<void>((resolve) => told.addEventListener('abort', () => resolve(), { once: true }));
    const quit = obey(io, {
      insert: () => card.insert(),
      remove: () => card.remove(),
      status: () => say(card.state),
    });
    await Promise.race([ended, quit]);
    io.closeInput();
    await card.remove();
    return 0;
  });
}

/** The trouble begins anew whenever the reader powers the card on. */
function troubled(good: Chip, trouble: Disturbance): Chip {
  let chip = disturbChip(good, trouble);
  return {
    transmit: (command) => chip.transmit(command),
    reset() {
      chip.reset();
      chip = disturbChip(good, trouble);
    },
  };
}

function count(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,5}$/.test(given)) throw new ArgumentError('usage', `--${option} is a number.`, { option });
  return Number(given);
}

type Orders = Readonly<Record<'insert' | 'remove' | 'status', () => unknown>>;

/** Follows lines until `quit`. An input that ends, as a closed one does, ends nothing: the card stays. */
async function obey(io: CardIo, orders: Orders): Promise<void> {
  try {
    for await (const line of linesOf(io.stream('-'))) {
      const word = line === 'too-long' ? '' : Buffer.from(line).toString('latin1').trim();
      if (word === 'quit') return;
      if (Object.hasOwn(orders, word)) await orders[word as keyof Orders]();
      else if (word !== '') io.writeError('insert, remove, status or quit\n');
    }
  } catch {
    // Standard input that cannot be read is as good as one that is closed.
  }
  await new Promise<never>(() => {});
}

/** `HOST:PORT` or a port on this machine. */
function addressOf(given: string | undefined): { host: string; port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:([A-Za-z0-9.-]{1,253}):)?(\d{1,5})$/.exec(given ?? '') ?? [];
  if (port === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw new ArgumentError('usage', '--vpcd takes HOST:PORT of a vpcd; its own port is 35963.', { option: 'vpcd' });
  }
  return { host, port: Number(port) };
}
