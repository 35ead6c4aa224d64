import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CardError, newPersona, type PersonaFiles, withBrowserType } from '@tegata/card';
import { CliError } from '../error.ts';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';
import { cardArguments, oneOf } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { runCard } from './run-card.ts';
import { type GivenSecrets, SecretInput } from './secret-input.ts';
import { NEW_USAGE } from './usage.ts';

const OPTIONS = {
  name: 'value',
  birth: 'value',
  seed: 'value',
  out: 'value',
  id: 'value',
  kana: 'value',
  address: 'value',
  sex: 'value',
  pin: 'value',
  'pin-file': 'value',
  'signature-password': 'value',
  'signature-password-file': 'value',
  'no-signature-certificate': 'flag',
  'ask-secrets': 'flag',
  chromium: 'value',
  json: 'flag',
} as const;

const SEX = { male: '1', female: '2', other: '9' } as const;

/** The options that the members of the data file come from. */
const OPTION_OF: Readonly<Record<string, string>> = {
  id: 'id',
  name: 'name',
  'ja.name': 'name',
  'en.name': 'name',
  kana: 'kana',
  address: 'address',
  'birth.date': 'birth',
};

/**
 * `tegata card new`: makes a persona with a card in a folder of its own. The same seed and options give the same bytes.
 * @returns 0 made, 1 the folder cannot be written, 2 the arguments cannot be used
 */
export function newCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, NEW_USAGE, async () => {
    const { values } = cardArguments(args, OPTIONS);
    const { name, birth, id, kana, address } = values;
    if (name === undefined) throw new ArgumentError('usage', '--name is needed.', { option: 'name' });
    const seed = values.seed ?? Buffer.from(io.random.bytes(16)).toString('hex');
    const wanted = {
      seed,
      name,
      birthDate: birthDate(birth),
      ...(id === undefined ? {} : { id }),
      ...(kana === undefined ? {} : { kana }),
      ...(address === undefined ? {} : { address }),
      ...(values.sex === undefined ? {} : { sex: SEX[oneOf('sex', values.sex, ['male', 'female', 'other'])] }),
      pins: await pinsOf(io, values as GivenSecrets, {
        ask: values['ask-secrets'] === true,
        signature: values['no-signature-certificate'] !== true,
      }),
    };
    const make = (setText?: Parameters<typeof newPersona>[0]['setText']) =>
      newPersona({ ...wanted, ...(setText ? { setText } : {}) });
    // Asked before the work of a second, and again when it is written.
    if (values.out !== undefined) refuseFull(values.out);
    let files: PersonaFiles;
    try {
      files = values.chromium === undefined ? await make() : await withBrowserType(values.chromium, make);
    } catch (error) {
      throw argumentErrorOf(error);
    }
    const made = (JSON.parse(Buffer.from(files['persona.json']).toString('utf8')) as { id: string }).id;
    const folder = values.out ?? made;
    writeFolder(folder, files);
    await io.write(
      values.json
        ? `${JSON.stringify({ id: made, folder, seed })}\n`
        : `${folder}: a card for ${made} (TEST ONLY). The seed is: ${seed}\nTry: tegata journey --persona ${folder.includes('/') ? folder : `./${folder}`}\n`,
    );
    return 0;
  });
}

/** `YYYY-MM-DD` or `YYYYMMDD`. */
function birthDate(given: string | undefined): string {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(given ?? '') ?? [];
  if (year === undefined) {
    const message = '--birth is a date, YYYY-MM-DD; month and day that nobody knows are 00.';
    throw new ArgumentError('usage', message, { option: 'birth' });
  }
  return `${year}${month}${day}`;
}

/** What is given, or typed where asking was asked for. The environment holds the secrets of cards that are read, not of new ones. */
async function pinsOf(
  io: CardIo,
  given: GivenSecrets,
  { ask, signature }: { ask: boolean; signature: boolean },
): Promise<{ text?: string; auth?: string; signature?: string | null }> {
  const secrets = new SecretInput({ ...io, environment: {} }, given);
  const take = async (kind: 'text' | 'sign', option: 'pin' | 'signature-password', words: string) =>
    ask || secrets.has({ option })
      ? Buffer.from(await secrets.take({ kind, option, words, twice: true })).toString('latin1')
      : undefined;
  const pin = await take('text', 'pin', 'PIN of the new card (4 digits)');
  const password = signature ? await take('sign', 'signature-password', 'signature password of the new card') : null;
  return {
    ...(pin === undefined ? {} : { text: pin, auth: pin }),
    ...(password === undefined ? {} : { signature: password }),
  };
}

/** What the card cannot hold is the caller's mistake in an option. */
function argumentErrorOf(error: unknown): unknown {
  if (!(error instanceof CardError)) return error;
  if (error.code === 'seed-unusable') return new ArgumentError('usage', error.message, { option: 'seed' });
  const option = OPTION_OF[String(error.context['field'])];
  if (error.code !== 'persona-malformed' || option === undefined) return error;
  return new ArgumentError('usage', `--${option} cannot be used. ${error.message.replace(/^.*Expected/, 'Expected')}`, {
    option,
  });
}

function refuseFull(folder: string): void {
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw new CliError('file-unwritable', 'The folder is not empty. Name another with --out.');
  }
}

/** Writes into a folder that is new or empty: nothing that is there is written over. */
function writeFolder(folder: string, files: PersonaFiles): void {
  try {
    mkdirSync(folder, { recursive: true });
    refuseFull(folder);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes, { flag: 'wx' });
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('file-unwritable', `The folder cannot be written (${reasonOf(error)}).`);
  }
}
