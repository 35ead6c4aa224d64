import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata ocsp check --response FILE --request FILE --cert FILE --issuer FILE [--at TIME] [--require-nonce] [--json]
    Says what an OCSP response proves of a certificate: good, revoked, unknown, error, or reject.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: async (args, io) => (await import('./check.ts')).ocspCheck(args, io),
};

/** `tegata ocsp`. */
export function ocspCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'ocsp', usage: USAGE, subcommands }, args, io);
}
