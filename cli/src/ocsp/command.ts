import { runSubcommand, type Subcommand } from '../subcommand.ts';
import type { CommandIo } from '../verify/terminal-io.ts';

const USAGE = `tegata ocsp check --response FILE --request FILE --cert FILE --issuer FILE [--at TIME] [--require-nonce] [--json]
    Says what an OCSP response proves of a certificate: good, revoked, unknown, error, or reject.
tegata ocsp query --url URL --cert FILE --issuer FILE [--method get|post] [--no-nonce] [--hash sha1|sha256] [--json]
    Asks a responder, and says what its answer proves.
tegata ocsp serve (--data DIR | --db URL) [--port N] [--verifier FILE…] [--json]
    Serves OCSP and CRLs over the rows of a data folder.
`;

const subcommands: Readonly<Record<string, Subcommand>> = {
  check: async (args, io) => (await import('./check.ts')).ocspCheck(args, io),
  query: async (args, io) => (await import('./query.ts')).ocspQuery(args, io),
  serve: async (args, io) => (await import('./serve.ts')).ocspServe(args, io),
};

/** `tegata ocsp`. */
export function ocspCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runSubcommand({ name: 'ocsp', usage: USAGE, subcommands }, args, io);
}
