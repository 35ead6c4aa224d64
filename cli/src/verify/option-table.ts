import { parseArgs } from 'node:util';
import { ArgumentError } from './argument-error.ts';

/** How an option is given: once, as often as needed, or as a switch. */
export type OptionKind = 'one' | 'many' | 'flag';

/** The options of a command by their long names; a line of its batch has the same ones. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

type Value<K extends OptionKind> = K extends 'one' ? string : K extends 'many' ? readonly string[] : boolean;

/** The options of one question, by their long names. */
export type OptionsOf<T extends OptionTable> = { readonly [N in keyof T]?: Value<T[N]> };

/** A command line: the options, and how to run. */
export interface CommandLine<O> {
  readonly options: O;
  readonly json: boolean;
  readonly help: boolean;
  readonly batch?: string;
}

/** The id and the options of one line of a batch. */
export interface BatchLine<O> {
  readonly id?: string | number;
  readonly options: O;
}

/** Reads the options of one command, from its arguments and from lines of JSON. */
export interface OptionReader<O> {
  /** @throws {ArgumentError} `usage` */
  commandLine(args: readonly string[]): CommandLine<O>;
  /**
   * Reads a line of a batch: a JSON object whose keys are the long option names, and `id`. Repeatable options are arrays, or one text.
   * @throws {ArgumentError} `line-unreadable`; it has the id where there is one, see {@link idOf}
   */
  batchLine(value: unknown): BatchLine<O>;
}

/** The options that a reader reads. */
export type OptionsRead<R> = R extends OptionReader<infer O> ? O : never;

type Parsed = Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>;

/**
 * Makes the reader of a command's options; `--json`, `--batch` and `--help` are always among them.
 * @param jsonTexts options whose text is JSON: in a line of JSON they may be the object itself
 * @example
 * const options = optionReader({ crl: 'many', cert: 'one' });
 * options.commandLine(['--crl', 'a.crl', '--cert', 'b.pem']).options.crl; // ['a.crl']
 */
export function optionReader<const T extends OptionTable>(
  table: T,
  jsonTexts: readonly (keyof T & string)[] = [],
): OptionReader<OptionsOf<T>> {
  const parsed: Parsed = {
    ...Object.fromEntries(
      Object.entries(table).map(([name, kind]) => [
        name,
        kind === 'flag' ? { type: 'boolean' as const } : { type: 'string' as const, multiple: true },
      ]),
    ),
    batch: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  return {
    commandLine(args) {
      const { batch, json, help, ...rest } = parse(args, parsed);
      const options = Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [
          name,
          table[name] === 'one' ? once(name, value as readonly string[]) : value,
        ]),
      ) as OptionsOf<T>;
      return {
        options,
        json: json === true,
        help: help === true,
        ...(batch === undefined ? {} : { batch: once('batch', batch as readonly string[]) }),
      };
    },
    batchLine(value) {
      if (!isObject(value)) throw new ArgumentError('line-unreadable', 'A line is one JSON object.');
      const { id, ...rest } = value;
      if (id !== undefined && id !== null && idOf(value) === undefined) {
        throw new ArgumentError('line-unreadable', '"id" is text, or a number that JSON readers agree on.');
      }
      const options: [string, unknown][] = [];
      for (const [name, given] of Object.entries(rest)) {
        // The output of a batch is JSON anyway.
        if (name === 'json' || given === null) continue;
        if (!Object.hasOwn(table, name)) {
          throw new ArgumentError('line-unreadable', `There is no option ${JSON.stringify(name.slice(0, 40))}.`);
        }
        const text = jsonTexts.includes(name) && typeof given === 'object' ? JSON.stringify(given) : given;
        options.push([name, optionValue(name, table[name] as OptionKind, text)]);
      }
      const idPart = id === undefined || id === null ? {} : { id: id as string | number };
      return { ...idPart, options: Object.fromEntries(options) as OptionsOf<T> };
    },
  };
}

function parse(args: readonly string[], options: Parsed): Record<string, readonly string[] | boolean | undefined> {
  try {
    const words = joined(args, options);
    return parseArgs({ args: words, options, strict: true, allowPositionals: false }).values as Record<
      string,
      readonly string[] | boolean | undefined
    >;
  } catch (error) {
    throw new ArgumentError('usage', error instanceof Error ? error.message : 'The arguments cannot be read.');
  }
}

/** A nonce may begin with a dash: the word behind an option that takes a value is its value. */
function joined(args: readonly string[], options: Parsed): string[] {
  const result: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    const next = args[at + 1];
    const takes = word.startsWith('--') && options[word.slice(2)]?.type === 'string';
    if (takes && next !== undefined && /^-[^-]/.test(next)) {
      result.push(`${word}=${next}`);
      at++;
    } else result.push(word);
  }
  return result;
}

function once(name: string, values: readonly string[]): string {
  if (values.length === 1) return values[0] as string;
  throw new ArgumentError('usage', `--${name} is given ${values.length} times.`, { option: name });
}

/** The id of a line, whatever else is wrong with it. */
export function idOf(value: unknown): string | number | undefined {
  const id = isObject(value) ? value['id'] : undefined;
  // A larger integer was rounded when it was read: the answer would carry another id.
  const exact = typeof id === 'number' && Number.isFinite(id) && (!Number.isInteger(id) || Number.isSafeInteger(id));
  return typeof id === 'string' || exact ? id : undefined;
}

function optionValue(name: string, kind: OptionKind, given: unknown): unknown {
  if (kind === 'flag' && typeof given === 'boolean') return given;
  if (kind === 'one' && typeof given === 'string') return given;
  if (kind === 'many') {
    const list = typeof given === 'string' ? [given] : given;
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  }
  const wanted = { one: 'text', many: 'an array of texts', flag: 'true or false' }[kind];
  throw new ArgumentError('line-unreadable', `"${name}" is ${wanted}.`, { option: name });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
