import { cardArguments } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { plain } from './plain.ts';
import { runCard } from './run-card.ts';
import { READERS_USAGE } from './usage.ts';

/**
 * `tegata card readers`: the PC/SC readers of this machine, and whether a card is in them.
 * @returns 0; 1 where there is no PC/SC; 2 the arguments cannot be used
 */
export function readersCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, READERS_USAGE, async () => {
    const { values } = cardArguments(args, { json: 'flag' });
    const pcsc = await io.openPcsc();
    try {
      const readers = (await pcsc.readers()).map(({ name, present }) => ({ name, card: present }));
      const lines = readers.map(({ name, card }) => `${plain(name)}${card ? '  (card)' : ''}\n`);
      await io.write(values.json ? `${JSON.stringify({ readers })}\n` : lines.join('') || 'There is no card reader.\n');
    } finally {
      pcsc.close();
    }
    return 0;
  });
}
