import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata crl check --crl FILE --cert FILE --trust FILE… [--at TIME] [--json]
    Says what a CRL proves of a certificate: good, revoked, or unusable.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: async (args, io) => (await import('./check.ts')).crlCheck(args, io),
};

/** `tegata crl`. */
export function crlCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'crl', usage: USAGE, subcommands }, args, io);
}
