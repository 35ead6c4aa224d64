import { startOver } from '../jpki/service.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import { givenFiles } from '../verify/given-file.ts';
import { optionReader } from '../verify/option-table.ts';
import { faultOf } from '../verify/question-command.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { certificateOctets } from '../x509/certificates.ts';

const USAGE = `tegata ocsp serve (--data DIR | --db URL) [--port N] [--verifier FILE…] [--json]
    Serves OCSP, CRLs and CA certificates of the certificate service over a data folder, until it is interrupted. Nothing can be issued or
    revoked through it. Where "tegata up --data DIR" runs, its own service answers already.

  --data DIR        the folder of "tegata up --data DIR"
  --db URL          the rows are in PostgreSQL; the keys are in --data (default .tegata)
  --port N          default: a free one
  --verifier FILE   certificates of enrolled verifiers: then only requests that are signed with one of them get an answer
  --json            one JSON object: {url, ocsp}

Exit: 0 it was interrupted, 1 it could not start, 2 the arguments cannot be used.
`;

const options = optionReader({ data: 'one', db: 'one', port: 'one', verifier: 'many' });

/**
 * `tegata ocsp serve`.
 * @param stopped what ends it; by default a signal
 * @returns the exit code; it never throws
 */
export async function ocspServe(
  args: readonly string[],
  io: CommandIo,
  stopped: () => Promise<unknown> = signalled,
): Promise<number> {
  try {
    const { options: given, json, help, batch } = options.commandLine(args);
    if (help) {
      await io.write(USAGE);
      return 0;
    }
    if (batch !== undefined) throw new ArgumentError('usage', 'There is no batch of this.', { option: 'batch' });
    const folder = given.data ?? (given.db === undefined ? undefined : '.tegata');
    if (folder === undefined) throw new ArgumentError('usage', 'Name the rows: --data DIR or --db URL.');
    const verifiers = given.verifier && certificateOctets(givenFiles(io.readStdin), 'verifier', given.verifier);
    const { running, close } = await startOver(folder, given.db, io, process.env, {
      ...(given.port === undefined ? {} : { port: portOf(given.port) }),
      ...(verifiers ? { verifiers } : {}),
    });
    const address = { url: running.url, ocsp: `${running.url}/ocsp` };
    await io.write(json ? `${JSON.stringify(address)}\n` : `${address.ocsp}\n`);
    await stopped();
    await close();
    return 0;
  } catch (error) {
    const known = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error : undefined;
    const fault = known ? { code: String((known as { code?: unknown }).code), message: known.message } : faultOf(error);
    if (args.includes('--json')) await io.write(`${JSON.stringify({ error: fault })}\n`);
    io.writeError(`${fault.code}: ${fault.message}\n${fault.code === 'usage' ? `\n${USAGE}` : ''}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ArgumentError('usage', '--port is a number from 0 to 65535.', { option: 'port' });
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
