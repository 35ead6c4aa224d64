import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata crl check --crl FILE --cert FILE --trust FILE… [--at TIME] [--json]
    Says what a CRL proves of a certificate: good, revoked, or unusable.
tegata crl make --issuer FILE --key FILE [--revoked FILE] [--for FILE] [--number N] [--hours N] [--out FILE]
tegata crl make --data DIR (--cert FILE | --ca sign|auth) [--out FILE]
    Makes a CRL of a CA whose key is at hand, or takes the one that the certificate service publishes.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: async (args, io) => (await import('./check.ts')).crlCheck(args, io),
  make: async (args, io) => (await import('./make.ts')).crlMake(args, io),
};

/** `tegata crl`. */
export function crlCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'crl', usage: USAGE, subcommands }, args, io);
}
