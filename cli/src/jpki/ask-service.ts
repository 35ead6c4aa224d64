import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { type OptionsOf, type OptionTable, optionReader } from '../verify/option-table.ts';
import { type Fault, faultOf, runQuestion } from '../verify/question-command.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { type JpkiService, reachJpki, WHERE, type Where } from './service.ts';

/** What a question to the service comes to; with `ok: false` it says why, and nothing was changed. */
export interface Asked {
  readonly id?: string | number;
  readonly ok: boolean;
  readonly error?: Fault;
}

/** A subcommand that asks the certificate service. */
export interface ServiceCommand<T extends OptionTable, R extends object> {
  readonly usage: string;
  readonly options: T;
  /** Makes a data folder that is not there yet. */
  readonly makes?: boolean;
  /** Asks once. @throws {ArgumentError}; RefusedByJpki and the like */
  readonly work: (options: OptionsOf<T & typeof WHERE>, tools: ServiceTools) => Promise<R>;
  readonly render: (answer: R) => string;
}

/** What the work has at hand. */
export interface ServiceTools {
  readonly files: GivenFiles;
  readonly io: CommandIo;
  /** The service that the options name; one for a whole batch. */
  readonly service: () => Promise<JpkiService>;
}

/**
 * Runs such a subcommand, once or for each line of a batch, and lets go of the service in the end.
 * @returns the exit code: 0 done, 1 refused, 2 the arguments cannot be used
 */
export async function askService<T extends OptionTable, R extends object>(
  command: ServiceCommand<T, R>,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const open = new Map<string, Promise<JpkiService>>();
  const reach = (where: Where, files: GivenFiles) => {
    const id = JSON.stringify([where.data, where.db, where.url, where['secret-file']]);
    const known = open.get(id) ?? reachJpki(where, files, io, { make: command.makes === true });
    open.set(id, known);
    return known;
  };
  const answer = async (options: OptionsOf<T & typeof WHERE>, files: GivenFiles): Promise<Asked & Partial<R>> => {
    try {
      const service = () => reach(options as Where, files);
      return { ok: true, ...(await command.work(options, { files, io, service })) };
    } catch (error) {
      if (error instanceof ArgumentError || !isKnown(error)) throw error;
      return { ok: false, error: { code: error.code, message: error.message } } as Asked & Partial<R>;
    }
  };
  try {
    return await runQuestion(
      {
        usage: command.usage,
        options: optionReader({ ...WHERE, ...command.options } as T & typeof WHERE),
        answer,
        failed: (error) => ({ ok: false, error: faultOf(error) }) as Asked & Partial<R>,
        good: ({ ok }) => ok,
        render: (given) =>
          given.ok ? command.render(given as R) : `REFUSED: ${given.error?.code}: ${given.error?.message}\n`,
      },
      args,
      io,
    );
  } finally {
    for (const service of open.values()) {
      const reached = await service.catch(() => undefined);
      await reached?.close();
    }
  }
}

/** An error of ours says what was refused; any other is a fault of this program. */
function isKnown(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[a-z][a-z0-9-]*$/.test(error.code)
  );
}
