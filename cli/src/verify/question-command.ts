import { ArgumentError } from './argument-error.ts';
import { answerBatchFile, type BatchQuestion } from './batch.ts';
import { givenFiles } from './given-file.ts';
import type { CommandIo } from './terminal-io.ts';

/** A command that answers one question, or a batch of them. */
export interface QuestionCommand<O, R extends object> extends BatchQuestion<O, R> {
  readonly usage: string;
  /** The answer for people. */
  readonly render: (answer: R) => string;
}

/**
 * Runs such a command: one answer as text or, with `--json`, as one line of JSON; with `--batch` one line of JSON per line.
 * @returns the exit code: 0 every answer is good, 1 one is not, 2 the arguments cannot be used; it never throws
 */
export async function runQuestion<O, R extends object>(
  command: QuestionCommand<O, R>,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  try {
    const line = command.options.commandLine(args);
    if (line.help) {
      await io.write(command.usage);
      return 0;
    }
    if (line.batch !== undefined) return (await answerBatchFile(command, line.batch, line.options, io)) ? 0 : 1;
    const answer = await command.answer(line.options, givenFiles(io.readStdin));
    await io.write(line.json ? `${JSON.stringify(answer)}\n` : command.render(answer));
    return command.good(answer) ? 0 : 1;
  } catch (error) {
    if (args.includes('--json')) await io.write(`${JSON.stringify(command.failed(error))}\n`);
    const { code, message } = faultOf(error);
    io.writeError(`${code}: ${message}\n${code === 'usage' ? `\n${command.usage}` : ''}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

/** What is said of an error. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  /** Bytes from the start of what could not be read. */
  readonly offset?: number;
}

/**
 * An error that is not one of the arguments is a fault of this program. It must not end a run, nor be read as a verdict on good grounds, nor
 * print what may be personal.
 */
export function faultOf(error: unknown): Fault {
  if (error instanceof ArgumentError) {
    const { offset } = error.context;
    return { code: error.code, message: error.message, ...(offset === undefined ? {} : { offset }) };
  }
  const message = 'This program is at fault, and what it was asked counts as not valid; please report it.';
  return { code: 'internal-fault', message };
}
