import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Jpeg2000Error, readJp2Header } from '@tegata/jpeg2000';
import { type CardKeys, readCardKeys } from './card-keys.ts';
import { CardError } from './error.ts';
import { personaWith } from './issue/handover-faults.ts';
import type { Persona } from './persona.ts';
import { type PersonaData, personaSchema } from './persona-schema.ts';

/** The files of a persona's folder and the sizes that they may have, bytes. */
const FILES = {
  'persona.json': 16_384,
  'keys.json': 8192,
  'portrait.jp2': 24_576,
  'name.png': 4096,
  'address.png': 4096,
} as const;

type PersonaFile = keyof typeof FILES;

/** A picture of a persona. */
export type PersonaImage = 'portrait.jp2' | 'name.png' | 'address.png';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Opens a persona's folder, or the folder of the `persona.json` that is named. Nothing in it is trusted: each file is a regular one of the fixed
 * name and limited in size, the data file has its exact members, keys and pictures are what they say. Keys and pictures are read when they are
 * first asked for.
 * @throws {CardError} `persona-unknown` when there is no such folder; `persona-malformed` with `context.file` and `context.field`
 * @param ours the folder came with this program: its keys are not tested again
 * @example
 * const persona = openPersonaFolder('./my-card');
 */
export function openPersonaFolder(path: string, ours = false): Persona {
  const folder = folderOf(path);
  const data = parsePersona(readLimited(folder, 'persona.json'));
  let keys: CardKeys | undefined;
  const images = new Map<PersonaImage, Uint8Array>();
  const persona: Persona = {
    ...data,
    keys() {
      keys ??= readCardKeys(utf8(readLimited(folder, 'keys.json'), 'keys.json'), ours);
      if (!keys) throw malformed('keys.json', 'six pairs of primes');
      return keys;
    },
    image(name) {
      let image = images.get(name);
      if (!image) {
        image = readLimited(folder, name);
        checkImage(name, image);
        images.set(name, image);
      }
      return image;
    },
  };
  return personaWith(persona, {});
}

/**
 * Reads a persona's data file.
 * @throws {CardError} `persona-malformed`; `context.field` names the member, the message says what it must be
 */
export function parsePersona(bytes: Uint8Array): PersonaData {
  let json: unknown;
  try {
    json = JSON.parse(utf8(bytes, 'persona.json'));
  } catch (error) {
    if (error instanceof CardError) throw error;
    throw malformed('persona.json', 'JSON');
  }
  const result = personaSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0];
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    // The name of a member that nobody knows is the file's own text, and goes to a terminal.
    const field = [...(issue?.path ?? []), ...keys]
      .map((key) =>
        String(key)
          .replace(/[^\w-]/g, '?')
          .slice(0, 40),
      )
      .join('.');
    throw malformed('persona.json', keys.length > 0 ? 'no such member' : (issue?.message ?? ''), field);
  }
  const { data } = result;
  checkCertificateText(data);
  return data;
}

/** Substitutes stand in the place of characters, one for one. */
function checkCertificateText({ name, address, certificate }: PersonaData): void {
  if (!certificate) return;
  for (const [member, ours] of [
    ['name', name],
    ['address', address],
  ] as const) {
    const length = [...certificate[member]].length;
    if (length !== certificate[`${member}Substitutes`].length || length !== [...ours].length) {
      throw malformed(
        'persona.json',
        'as many characters as the person has, and one flag for each',
        `certificate.${member}`,
      );
    }
  }
}

function malformed(file: PersonaFile, expected: string, field?: string): CardError {
  const where = field ? `The member "${field}" of ${file}` : `The file ${file}`;
  return new CardError('persona-malformed', `${where} of this persona is not usable. Expected: ${expected}.`, {
    file,
    ...(field ? { field } : {}),
  });
}

function folderOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return path;
  if (stats?.isFile()) return dirname(path);
  throw new CardError('persona-unknown', 'There is no such folder of a persona. Make one with: tegata card new');
}

/** Reads a file of a fixed name in the folder: no link, no device, no pipe, and never more than its limit. */
function readLimited(folder: string, name: PersonaFile): Uint8Array {
  let file: number;
  try {
    // Without NONBLOCK a pipe of this name would hold the process for ever.
    file = openSync(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    throw malformed(name, 'a regular file that can be read');
  }
  try {
    const limit = FILES[name];
    if (!fstatSync(file).isFile()) throw malformed(name, 'a regular file that can be read');
    const buffer = new Uint8Array(limit + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= limit; length += read)
      read = readSync(file, buffer, length, limit + 1 - length, length);
    if (length > limit) throw malformed(name, `at most ${limit} bytes`);
    return buffer.slice(0, length);
  } finally {
    closeSync(file);
  }
}

function utf8(bytes: Uint8Array, file: PersonaFile): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed(file, 'UTF-8');
  }
}

function checkImage(name: PersonaImage, bytes: Uint8Array): void {
  if (name !== 'portrait.jp2') {
    if (Buffer.compare(bytes.subarray(0, 8), PNG) !== 0) throw malformed(name, 'a PNG');
    return;
  }
  try {
    readJp2Header(bytes);
  } catch (error) {
    if (!(error instanceof Jpeg2000Error)) throw error;
    throw malformed(name, 'a JPEG 2000 portrait');
  }
}
