import type { CommandGroup } from '../subcommand.ts';
import { cardIo } from './card-io.ts';
import { CARD_USAGE } from './usage.ts';

/** `tegata card …`: our own test cards, and real ones in a reader. */
export const cardGroup: CommandGroup = {
  name: 'card',
  usage: CARD_USAGE,
  subcommands: {
    read: async (args, io) => (await import('./read.ts')).readCommand(args, cardIo(io)),
    sign: async (args, io) => (await import('./sign.ts')).signCommand(args, cardIo(io)),
    status: async (args, io) => (await import('./status.ts')).statusCommand(args, cardIo(io)),
    pin: async (args, io) => (await import('./pin.ts')).pinCommand(args, cardIo(io)),
    readers: async (args, io) => (await import('./readers.ts')).readersCommand(args, cardIo(io)),
    new: async (args, io) => (await import('./new.ts')).newCommand(args, cardIo(io)),
    serve: async (args, io) => (await import('./serve.ts')).serveCommand(args, cardIo(io)),
  },
};
