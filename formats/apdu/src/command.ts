import { ApduError } from './error.ts';

/** A command APDU (ISO/IEC 7816-4 §5.1). */
export interface Command {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** The command's data; empty when there is no Lc. */
  readonly data: Uint8Array;
  /** How many bytes may come back: 1 … 256 (short), 1 … 65,536 (extended); absent when there is no Le. */
  readonly le?: number;
  /** Whether Lc and Le stand in the extended form. */
  readonly extended: boolean;
}

/** What `encodeCommand` takes: `data` empty, `le` absent and the short form when not given. */
export type CommandFields = Pick<Command, 'cla' | 'ins' | 'p1' | 'p2'> & Partial<Command>;

const EMPTY = new Uint8Array(0);

/**
 * Reads a command in any of its seven forms (cases 1, 2, 3, 4, short and extended; ISO/IEC 7816-4 §5.1). `data` is a view.
 * @throws {ApduError} `command-malformed` with the length, never the bytes
 * @example
 * parseCommand(Uint8Array.of(0x00, 0xb0, 0x00, 0x00, 0x00)).le; // 256
 */
export function parseCommand(bytes: Uint8Array): Command {
  const n = bytes.length;
  if (n < 4) throw malformed(n);
  const cla = bytes[0]!;
  const ins = bytes[1]!;
  const p1 = bytes[2]!;
  const p2 = bytes[3]!;
  if (n === 4) return { cla, ins, p1, p2, data: EMPTY, extended: false };
  const first = bytes[4]!;
  if (n === 5) return { cla, ins, p1, p2, data: EMPTY, le: first || 256, extended: false };
  if (first !== 0) {
    const end = 5 + first;
    if (n === end) return { cla, ins, p1, p2, data: bytes.subarray(5), extended: false };
    if (n === end + 1) {
      return { cla, ins, p1, p2, data: bytes.subarray(5, end), le: bytes[end]! || 256, extended: false };
    }
    throw malformed(n);
  }
  if (n < 7) throw malformed(n);
  const length = (bytes[5]! << 8) | bytes[6]!;
  if (n === 7) return { cla, ins, p1, p2, data: EMPTY, le: length || 65536, extended: true };
  const end = 7 + length;
  if (length === 0) throw malformed(n);
  if (n === end) return { cla, ins, p1, p2, data: bytes.subarray(7), extended: true };
  if (n === end + 2) {
    const le = (bytes[end]! << 8) | bytes[end + 1]!;
    return { cla, ins, p1, p2, data: bytes.subarray(7, end), le: le || 65536, extended: true };
  }
  throw malformed(n);
}

/**
 * Writes a command; the extended form only where `data` or `le` needs it, or on request.
 * @throws {ApduError} `command-malformed` when a byte or a length is out of range
 * @example
 * encodeCommand({ cla: 0x00, ins: 0x84, p1: 0, p2: 0, le: 8 }); // 00 84 00 00 08
 */
export function encodeCommand(fields: CommandFields): Uint8Array {
  const { cla, ins, p1, p2, data = EMPTY, le } = fields;
  const header = [cla, ins, p1, p2];
  if (header.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)) throw malformed(data.length);
  if (data.length > 65535) throw malformed(data.length);
  if (le !== undefined && (!Number.isInteger(le) || le < 1 || le > 65536)) throw malformed(data.length);
  const extended = fields.extended || data.length > 255 || (le ?? 0) > 256;
  const tail: number[] = [];
  if (data.length > 0) header.push(...(extended ? [0, data.length >> 8, data.length & 255] : [data.length]));
  if (le !== undefined) {
    if (!extended) tail.push(le & 255);
    else tail.push(...(data.length > 0 ? [] : [0]), (le >> 8) & 255, le & 255);
  }
  const out = new Uint8Array(header.length + data.length + tail.length);
  out.set(header);
  out.set(data, header.length);
  out.set(tail, header.length + data.length);
  return out;
}

function malformed(length: number): ApduError {
  return new ApduError('command-malformed', 'These bytes are not a command APDU: header, Lc, data and Le do not fit.', {
    length,
  });
}
