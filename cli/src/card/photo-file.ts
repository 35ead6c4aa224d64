import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Jpeg2000Error, jpeg2000ToPng } from '@tegata/jpeg2000';
import { CliError } from '../error.ts';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';

/** Where the photo goes and in which form. */
export interface PhotoFile {
  readonly path: string;
  readonly form: 'jp2' | 'png';
}

/** What became of it. */
export interface SavedPhoto {
  readonly file: string;
  readonly bytes?: number;
  /** Why there is none: the card's photo cannot be decoded, or it has none. */
  readonly error?: string;
}

/** @throws {ArgumentError} `usage` for a name that ends neither in .jp2 nor in .png */
export function photoFileFor(path: string | undefined): PhotoFile | undefined {
  if (path === undefined) return undefined;
  const form = extname(path).slice(1).toLowerCase();
  if (form === 'jp2' || form === 'png') return { path, form };
  throw new ArgumentError('usage', '--photo takes a file whose name ends in .jp2 (as on the card) or .png.', {
    option: 'photo',
  });
}

/**
 * Writes the photo, readable by its owner only; PNG is decoded in a worker under limits.
 * @throws {CliError} `file-unwritable`
 */
export async function savePhoto({ path, form }: PhotoFile, portrait: Uint8Array | undefined): Promise<SavedPhoto> {
  if (!portrait) return { file: path, error: 'file-malformed' };
  let bytes: Uint8Array;
  try {
    bytes = form === 'jp2' ? portrait : await jpeg2000ToPng(portrait);
  } catch (error) {
    if (!(error instanceof Jpeg2000Error)) throw error;
    return { file: path, error: error.code };
  }
  try {
    writeFileSync(path, bytes, { mode: 0o600 });
  } catch (error) {
    throw new CliError('file-unwritable', `--photo: the file cannot be written (${reasonOf(error)}).`);
  }
  return { file: path, bytes: bytes.length };
}
