import { ArgumentError } from './argument-error.ts';
import { givenFiles } from './given-file.ts';
import { type Line, linesOf } from './lines.ts';
import { idOf, readBatchLine, type VerifyOptions } from './options.ts';
import { unusable, type VerifyResult } from './result.ts';
import type { SettingReader } from './verification.ts';
import { verifyOne } from './verify-one.ts';

/** How a batch went on. */
export interface BatchOptions {
  readonly lines: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Options of the command line, which hold for every line that does not say otherwise. */
  readonly defaults: VerifyOptions;
  readonly reader: SettingReader;
  /** Takes one line of output; says whether anybody still listens. */
  readonly write: (line: string) => Promise<boolean>;
}

/**
 * Verifies line by line and answers each with one line of JSON, in order. What is wrong with one line is said in its answer; the next line is
 * read all the same. Empty lines are skipped.
 * @returns whether every line was valid
 */
export async function verifyBatch({ lines, defaults, reader, write }: BatchOptions): Promise<boolean> {
  const files = givenFiles();
  let valid = true;
  let number = 0;
  for await (const line of linesOf(lines)) {
    number++;
    const text = textOf(line);
    if (text === '') continue;
    const result = verifyLine(text, (options) => verifyOne(reader.read({ ...defaults, ...options }, files)), number);
    valid &&= result.valid;
    if (!(await write(`${JSON.stringify(result)}\n`))) break;
  }
  return valid;
}

function textOf(line: Line): string | undefined {
  return line === 'too-long'
    ? undefined
    : Buffer.from(line)
        .toString('utf8')
        .replace(/^\uFEFF/, '')
        .trim();
}

function verifyLine(
  text: string | undefined,
  verify: (options: VerifyOptions) => VerifyResult,
  number: number,
): VerifyResult {
  let id: string | number | undefined;
  try {
    const value = parse(text, number);
    id = idOf(value);
    const { options } = readBatchLine(value);
    return withId(id, verify(options));
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

const withId = (id: string | number | undefined, result: VerifyResult): VerifyResult =>
  id === undefined ? result : { id, ...result };

/**
 * Any other error is a fault of this program. It must not end the run, nor be read as a verdict on good grounds, nor print what may be
 * personal.
 */
export function failed(error: unknown): VerifyResult {
  if (error instanceof ArgumentError) return unusable(error);
  const message =
    'The verification ended in a fault of this program. The document counts as not valid; please report it.';
  return { valid: false, documents: [], error: { code: 'internal-fault', message } };
}
