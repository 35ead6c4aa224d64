import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata cms verify --cms FILE [--content FILE] --trust FILE… [--signer FILE] [--at TIME] [--json]
    Verifies a SignedData, attached or detached, with any number of signers.
tegata cms sign --content FILE --key FILE --cert FILE [--detached] [--type OID] [--at TIME] [--out FILE]
    Signs a file with a key that lies in a file.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  verify: async (args, io) => (await import('./verify.ts')).cmsVerify(args, io),
  sign: async (args, io) => (await import('./sign.ts')).cmsSign(args, io),
};

/** `tegata cms`. */
export function cmsCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'cms', usage: USAGE, subcommands }, args, io);
}
