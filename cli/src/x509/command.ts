import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata x509 check --profile P --cert FILE [--chain FILE…] --trust FILE… [--crl FILE…] [--at TIME] [--json]
    Validates a certification path under a profile, by named checks.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: async (args, io) => (await import('./check.ts')).x509Check(args, io),
};

/** `tegata x509`. */
export function x509Command(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'x509', usage: USAGE, subcommands }, args, io);
}
