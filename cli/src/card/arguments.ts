import { parseArgs } from 'node:util';
import { ArgumentError } from '../verify/argument-error.ts';

/** The options of a card command: a value or a switch. */
export type CardOptions = Readonly<Record<string, 'value' | 'flag'>>;

type Values<T extends CardOptions> = { readonly [N in keyof T]?: T[N] extends 'value' ? string : boolean };

/** Where the card is, for every command that reads one; and how to answer. */
export const WHERE = {
  reader: 'value',
  persona: 'value',
  profile: 'value',
  data: 'value',
  wait: 'value',
  replay: 'value',
  trace: 'value',
  'trace-unmasked': 'flag',
  json: 'flag',
} as const satisfies CardOptions;

/**
 * Reads the arguments of a card command.
 * @throws {ArgumentError} `usage`
 */
export function cardArguments<const T extends CardOptions>(
  args: readonly string[],
  options: T,
  most = 0,
): { readonly values: Values<T>; readonly positionals: readonly string[] } {
  const table = Object.fromEntries(
    Object.entries(options).map(([name, kind]) => [
      name,
      kind === 'flag' ? { type: 'boolean' as const } : { type: 'string' as const, multiple: true },
    ]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: table, strict: true, allowPositionals: true });
  } catch (error) {
    // The message of an option without a value quotes the option only; that of an unknown one quotes it too, which may be a PIN in the wrong place.
    const unknown = error instanceof Error && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const said =
      error instanceof Error && !unknown ? error.message : 'There is an option that this command does not have.';
    throw new ArgumentError('usage', said);
  }
  if (parsed.positionals.length > most) throw new ArgumentError('usage', 'There is a word too many.');
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(parsed.values)) {
    if (Array.isArray(given) && given.length > 1)
      throw new ArgumentError('usage', `--${name} is given twice.`, { option: name });
    values[name] = Array.isArray(given) ? given[0] : given;
  }
  return { values: values as Values<T>, positionals: parsed.positionals };
}

/** One of several words. @throws {ArgumentError} `usage` */
export function oneOf<const W extends string>(option: string, given: string | undefined, words: readonly W[]): W {
  if ((words as readonly (string | undefined)[]).includes(given)) return given as W;
  throw new ArgumentError('usage', `--${option} is one of: ${words.join(', ')}.`, { option });
}

/** A number of seconds. @throws {ArgumentError} `usage` */
export function seconds(option: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,4}$/.test(given)) throw new ArgumentError('usage', `--${option} is a number of seconds.`, { option });
  return Number(given);
}
