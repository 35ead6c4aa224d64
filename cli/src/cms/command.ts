import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata cms verify --cms FILE [--content FILE] --trust FILE… [--signer FILE] [--at TIME] [--json]
    Verifies a SignedData, attached or detached, with any number of signers.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  verify: async (args, io) => (await import('./verify.ts')).cmsVerify(args, io),
};

/** `tegata cms`. */
export function cmsCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'cms', usage: USAGE, subcommands }, args, io);
}
