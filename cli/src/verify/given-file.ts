import { closeSync, openSync, readSync } from 'node:fs';
import { asText, fromBase64, fromHex } from '../inspect/text-form.ts';
import { ArgumentError, reasonOf } from './argument-error.ts';

/** What one FILE holds at most, unless its option says otherwise. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** What was found under a FILE. */
export interface Given {
  /** The bytes themselves: a file or standard input may hold them raw, as hexadecimal, base64 or base64url. */
  readonly bytes: Uint8Array;
  /** The text as it lies there, when it is text: for PEM, JSON and `mdoc:`. */
  readonly text?: string;
  /** What lies there octet for octet, whatever it may be read as. */
  readonly raw: Uint8Array;
}

/** Reads what the arguments call FILE: a path, `-` for standard input, or inline `hex:…`, `b64:…`, `b64u:…`. */
export interface GivenFiles {
  /**
   * @param maxBytes what the FILE holds at most (default 16 MiB)
   * @throws {ArgumentError} `file-unreadable`, `input-too-large`, `input-form`, `usage`
   */
  read(option: string, given: string, maxBytes?: number): Given;
}

/**
 * @param readStdin reads standard input up to a limit; absent where `-` names no input, as in the lines of a batch
 */
export function givenFiles(readStdin?: (limit: number) => Uint8Array): GivenFiles {
  let stdinTaken: string | undefined;

  const raw = (option: string, given: string, maxBytes: number): Uint8Array => {
    if (given !== '-') return within(option, readPath(option, given, maxBytes), maxBytes);
    if (!readStdin) throw new ArgumentError('usage', `--${option}: standard input is the batch itself.`, { option });
    if (stdinTaken !== undefined) {
      const message = `--${option}: standard input is taken by --${stdinTaken} already.`;
      throw new ArgumentError('usage', message, { option });
    }
    stdinTaken = option;
    try {
      return within(option, readStdin(maxBytes + 1), maxBytes);
    } catch (error) {
      if (error instanceof ArgumentError) throw error;
      throw new ArgumentError('file-unreadable', `Standard input cannot be read (${reasonOf(error)}).`, { option });
    }
  };
  return {
    read(option, given, maxBytes = MAX_FILE_BYTES) {
      const inline = inlineBytes(option, given);
      return inline ? { bytes: within(option, inline, maxBytes), raw: inline } : decoded(raw(option, given, maxBytes));
    },
  };
}

const INLINE = /^(hex|b64u|b64):/;

function inlineBytes(option: string, given: string): Uint8Array | undefined {
  const form = INLINE.exec(given)?.[1];
  if (form === undefined) return undefined;
  const text = given.slice(form.length + 1).trim();
  if (text === '') return new Uint8Array(0);
  const bytes = form === 'hex' ? fromHex(text) : base64(form, text);
  if (bytes) return bytes;
  const name = { hex: 'hexadecimal', b64: 'base64', b64u: 'base64url' }[form as 'hex' | 'b64' | 'b64u'];
  throw new ArgumentError('input-form', `--${option}: what follows ${form}: is not ${name}.`, { option });
}

function base64(form: string, text: string): Uint8Array | undefined {
  const foreign = form === 'b64' ? /[-_]/ : /[+/]/;
  return foreign.test(text) ? undefined : fromBase64(text)?.bytes;
}

/** Text is hexadecimal before it is base64: who means the other writes the inline form. What is neither stays as it is. */
export function decoded(bytes: Uint8Array): Given {
  const text = asText(bytes)
    ?.replace(/^\uFEFF/, '')
    .trim();
  if (text === undefined) return { bytes, raw: bytes };
  return { text, bytes: fromHex(text) ?? fromBase64(text)?.bytes ?? bytes, raw: bytes };
}

function within(option: string, bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  throw new ArgumentError('input-too-large', `--${option} is larger than ${maxBytes / 1024 / 1024} MiB.`, { option });
}

function readPath(option: string, path: string, maxBytes: number): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      return readUpTo(file, maxBytes + 1);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new ArgumentError('file-unreadable', `--${option}: the file cannot be read (${reasonOf(error)}).`, {
      option,
    });
  }
}

/** Reads an open file to its end, or up to a limit: one byte more than is taken tells that there is too much. */
export function readUpTo(file: number, limit: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size < limit) {
    const room = new Uint8Array(Math.min(64 * 1024, limit - size));
    const read = readChunk(file, room);
    if (read === 0) break;
    parts.push(room.subarray(0, read));
    size += read;
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts));
}

/** Standard input may be a pipe that is not blocking, or a terminal that says "end" in its own way. */
function readChunk(file: number, room: Uint8Array): number {
  for (;;) {
    try {
      return readSync(file, room, 0, room.length, null);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === 'EOF') return 0;
      if (reason !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
