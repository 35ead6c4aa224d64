import { pemToCertificates, X509Error } from '@tegata/x509';
import { pemBlocks } from '../inspect/text-form.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';

/**
 * The octets of certificates that are themselves in question: PEM with any number of them, or one in DER. They are not read here, since
 * what is wrong with one is the answer to the question.
 * @throws {ArgumentError} for a FILE that cannot be read; a broken PEM block gives no octets
 */
export function certificateOctets(files: GivenFiles, option: string, given: readonly string[]): readonly Uint8Array[] {
  return given.flatMap((file) => {
    const { text, bytes } = files.read(option, file);
    if (!text?.includes('-----BEGIN ')) return [bytes];
    try {
      const found = pemToCertificates(text);
      if (found.length > 0) return found;
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
    }
    return [new Uint8Array(0)];
  });
}

/** The octets of any structure: DER, or the first block of a PEM file. @throws {ArgumentError} for a FILE that cannot be read */
export function structureOctets(files: GivenFiles, option: string, file: string): Uint8Array {
  const { text, bytes } = files.read(option, file);
  const [block] = text?.includes('-----BEGIN ') ? pemBlocks(text) : [];
  return block?.bytes ?? bytes;
}

/** The value of an option that must be there. @throws {ArgumentError} `usage` */
export function needed<T>(option: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new ArgumentError('usage', `--${option} FILE is needed.`, { option });
}
