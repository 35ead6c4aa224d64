import { JoseError } from '@tegata/jose';
import { ArgumentError, reasonOf } from './argument-error.ts';
import { type GivenFiles, givenFiles } from './given-file.ts';
import { parseJsonText } from './json-text.ts';
import { type Line, linesOf } from './lines.ts';
import { idOf, type OptionReader } from './option-table.ts';
import type { CommandIo } from './terminal-io.ts';

/** What a batch asks line by line. */
export interface BatchQuestion<O, R extends object> {
  readonly options: OptionReader<O>;
  /** Answers one question. @throws {ArgumentError} */
  readonly answer: (options: O, files: GivenFiles) => R | Promise<R>;
  /** The answer where the question could not be asked. */
  readonly failed: (error: unknown) => R;
  /** Whether the answer is the one that was hoped for. */
  readonly good: (answer: R) => boolean;
}

/** How a batch went on. */
export interface BatchInput<O> {
  readonly lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Options of the command line, which hold for every line that does not say otherwise. */
  readonly defaults: O;
  /** Takes one line of output; says whether anybody still listens. */
  readonly write: (line: string) => Promise<boolean>;
}

/**
 * Answers line by line, each with one line of JSON, in order. What is wrong with one line is said in its answer; the next line is
 * read all the same. Empty lines are skipped.
 * @returns whether every answer was good
 */
export async function answerBatch<O, R extends object>(
  question: BatchQuestion<O, R>,
  { lines, defaults, write }: BatchInput<O>,
): Promise<boolean> {
  const files = givenFiles();
  let good = true;
  let number = 0;
  for await (const line of linesOf(lines)) {
    number++;
    const text = textOf(line);
    if (text === '') continue;
    const answer = await answerLine(question, text, defaults, files, number);
    good &&= question.good(answer);
    if (!(await write(`${JSON.stringify(answer)}\n`))) break;
  }
  return good;
}

/**
 * Answers the batch that `--batch` names: a path, `-`, or an inline form.
 * @throws {ArgumentError} `file-unreadable`
 */
export async function answerBatchFile<O, R extends object>(
  question: BatchQuestion<O, R>,
  batch: string,
  defaults: O,
  io: CommandIo,
): Promise<boolean> {
  const inline = /^(hex|b64u?):/.test(batch);
  const lines = inline ? [givenFiles().read('batch', batch).bytes] : io.stream(batch);
  try {
    return await answerBatch(question, { lines, defaults, write: io.write });
  } catch (error) {
    // The lines themselves never throw: only the file can.
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError('file-unreadable', `--batch: the file cannot be read (${reasonOf(error)}).`);
  }
}

function textOf(line: Line): string | undefined {
  return line === 'too-long'
    ? undefined
    : Buffer.from(line)
        .toString('utf8')
        .replace(/^\uFEFF/, '')
        .trim();
}

async function answerLine<O, R extends object>(
  { options, answer, failed }: BatchQuestion<O, R>,
  text: string | undefined,
  defaults: O,
  files: GivenFiles,
  number: number,
): Promise<R> {
  let id: string | number | undefined;
  try {
    const value = parse(text, number);
    id = idOf(value);
    refuseRepeatedNames(text, number);
    return withId(id, await answer({ ...defaults, ...options.batchLine(value).options }, files));
  } catch (error) {
    return withId(id, failed(error));
  }
}

function parse(text: string | undefined, number: number): unknown {
  if (text === undefined) throw new ArgumentError('line-too-long', `Line ${number} is larger than 1 MiB.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new ArgumentError('line-unreadable', `Line ${number} is not JSON.`);
  }
}

/** After the id is known, so that the answer carries it. */
function refuseRepeatedNames(text: string | undefined, number: number): void {
  try {
    parseJsonText(text ?? '');
  } catch (error) {
    if (!(error instanceof JoseError)) throw error;
    throw new ArgumentError('line-unreadable', `Line ${number}: ${error.message}`);
  }
}

const withId = <R extends object>(id: string | number | undefined, answer: R): R =>
  id === undefined ? answer : { id, ...answer };
