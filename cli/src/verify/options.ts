import { parseArgs } from 'node:util';
import { ArgumentError } from './argument-error.ts';

/** How an option is given: once, as often as needed, or as a switch. */
type Kind = 'one' | 'many' | 'flag';

const OPTIONS = {
  response: 'one',
  issued: 'one',
  trust: 'many',
  'trust-signer': 'many',
  crl: 'many',
  'status-token': 'many',
  revocation: 'one',
  doctype: 'one',
  requested: 'one',
  at: 'one',
  interop: 'flag',
  'reader-key': 'one',
  'device-key': 'one',
  transcript: 'one',
  'transcript-type': 'one',
  engagement: 'one',
  'e-reader-key': 'one',
  establishment: 'one',
  handover: 'one',
  'handover-select': 'one',
  'handover-request': 'one',
  origin: 'one',
  nonce: 'one',
  'client-id': 'one',
  'response-uri': 'one',
  'jwk-thumbprint': 'one',
  jwk: 'one',
  'mdoc-generated-nonce': 'one',
  'encryption-info': 'one',
  'merchant-id': 'one',
  'team-id': 'one',
  'recipient-key-hash': 'one',
} as const satisfies Record<string, Kind>;

type Table = typeof OPTIONS;
/** The long name of an option that a batch line may have too. */
export type OptionName = keyof Table;
type Value<K extends Kind> = K extends 'one' ? string : K extends 'many' ? readonly string[] : boolean;

/** The options of one verification, by their long names. */
export type VerifyOptions = { readonly [N in OptionName]?: Value<Table[N]> };

/** A command line: the options, and how to run. */
export interface CommandLine {
  readonly options: VerifyOptions;
  readonly json: boolean;
  readonly help: boolean;
  readonly batch?: string;
}

const NAMES = Object.keys(OPTIONS) as OptionName[];
const PARSED = {
  ...Object.fromEntries(
    NAMES.map((name) =>
      OPTIONS[name] === 'flag' ? [name, { type: 'boolean' }] : [name, { type: 'string', multiple: true }],
    ),
  ),
  batch: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }>;

/**
 * Reads the arguments of `tegata verify`.
 * @throws {ArgumentError} `usage`
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args);
  const { batch, json, help, ...rest } = values as Record<string, readonly string[] | boolean | undefined>;
  const options = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      OPTIONS[name as OptionName] === 'one' ? once(name, value as readonly string[]) : value,
    ]),
  ) as VerifyOptions;
  return {
    options,
    json: json === true,
    help: help === true,
    ...(batch === undefined ? {} : { batch: once('batch', batch as readonly string[]) }),
  };
}

function parse(args: readonly string[]): Record<string, unknown> {
  try {
    return parseArgs({ args: joined(args), options: PARSED, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ArgumentError('usage', error instanceof Error ? error.message : 'The arguments cannot be read.');
  }
}

/** A nonce may begin with a dash: the word behind an option that takes a value is its value. */
function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    const next = args[at + 1];
    const takes = word.startsWith('--') && PARSED[word.slice(2)]?.type === 'string';
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

/** The id and the options of one line of a batch. */
export interface BatchLine {
  readonly id?: string | number;
  readonly options: VerifyOptions;
}

/**
 * Reads a line of a batch: a JSON object whose keys are the long option names, and `id`. Repeatable options are arrays, or one text.
 * @throws {ArgumentError} `line-unreadable`; it has the id where there is one, see {@link idOf}
 */
export function readBatchLine(value: unknown): BatchLine {
  if (!isObject(value)) throw new ArgumentError('line-unreadable', 'A line is one JSON object.');
  const { id, ...rest } = value;
  if (id !== undefined && idOf(value) === undefined) {
    throw new ArgumentError('line-unreadable', '"id" is text or a number.');
  }
  const options: [string, unknown][] = [];
  for (const [name, given] of Object.entries(rest)) {
    // The output of a batch is JSON anyway.
    if (name === 'json' || given === null) continue;
    if (!Object.hasOwn(OPTIONS, name)) {
      throw new ArgumentError('line-unreadable', `There is no option ${JSON.stringify(name.slice(0, 40))}.`);
    }
    options.push([name, optionValue(name as OptionName, given)]);
  }
  const idPart = id === undefined ? {} : { id: id as string | number };
  return { ...idPart, options: Object.fromEntries(options) as VerifyOptions };
}

/** The id of a line, whatever else is wrong with it. */
export function idOf(value: unknown): string | number | undefined {
  const id = isObject(value) ? value['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function optionValue(name: OptionName, given: unknown): unknown {
  const kind: Kind = OPTIONS[name];
  // What is JSON on the command line may be itself in a line of JSON.
  if ((name === 'requested' || name === 'jwk') && typeof given === 'object') return JSON.stringify(given);
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
