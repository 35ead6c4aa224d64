import { ArgumentError, reasonOf } from './argument-error.ts';
import { failed, verifyBatch } from './batch.ts';
import { givenFiles } from './given-file.ts';
import { type CommandLine, readCommandLine } from './options.ts';
import { renderResult } from './render.ts';
import type { CommandIo } from './terminal-io.ts';
import { VERIFY_USAGE } from './usage.ts';
import { SettingReader } from './verification.ts';
import { verifyOne } from './verify-one.ts';

/**
 * `tegata verify`.
 * @returns the exit code: 0 everything is valid, 1 something is not, 2 the arguments cannot be used; it never throws
 */
export async function verifyCommand(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const line = readCommandLine(args);
    if (line.help) {
      await io.write(VERIFY_USAGE);
      return 0;
    }
    return line.batch === undefined ? await runOne(line, io) : await runBatch(line, line.batch, io);
  } catch (error) {
    const result = failed(error);
    if (args.includes('--json')) await io.write(`${JSON.stringify(result)}\n`);
    const { code, message } = result.error ?? { code: 'internal-fault', message: '' };
    io.writeError(`${code}: ${message}\n${code === 'usage' ? `\n${VERIFY_USAGE}` : ''}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

async function runOne({ options, json }: CommandLine, io: CommandIo): Promise<number> {
  const files = givenFiles(io.readStdin);
  const result = verifyOne(new SettingReader(io.clock).read(options, files));
  await io.write(json ? `${JSON.stringify(result)}\n` : renderResult(result));
  return result.valid ? 0 : 1;
}

async function runBatch({ options }: CommandLine, batch: string, io: CommandIo): Promise<number> {
  const inline = /^(hex|b64u?):/.test(batch);
  const lines = inline ? [givenFiles().read('batch', batch).bytes] : io.stream(batch);
  try {
    const reader = new SettingReader(io.clock);
    return (await verifyBatch({ lines, defaults: options, reader, write: io.write })) ? 0 : 1;
  } catch (error) {
    // The lines themselves never throw: only the file can.
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError('file-unreadable', `--batch: the file cannot be read (${reasonOf(error)}).`);
  }
}
