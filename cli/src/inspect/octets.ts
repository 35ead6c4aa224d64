import { maskBytes } from './mask.ts';
import type { Section, View } from './section.ts';

/** Bytes as hexadecimal pairs; cut after `most` with the size behind. */
export function hex(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): string {
  const shown = bytes.subarray(0, Math.min(most, bytes.length));
  const text = Array.from(shown, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  return bytes.length > most ? `${text} … (${bytes.length} bytes)` : text;
}

/** Hexadecimal for a table: masked, and cut after 32 bytes, unless everything is to be shown. */
export function hexValue(bytes: Uint8Array, view: View, most = 32): string {
  return view.unmask ? hex(bytes) : hex(maskBytes(bytes), most);
}

const LINE = 16;
const MAX_LINES = 64;

/** Octets in lines of sixteen with their offset and their ASCII characters. */
export function octetsSection(bytes: Uint8Array, view: View, title = 'Octets'): Section {
  const shown = view.unmask ? bytes : maskBytes(bytes);
  const most = view.unmask ? Number.POSITIVE_INFINITY : LINE * MAX_LINES;
  const lines: string[] = [];
  for (let at = 0; at < shown.length && at < most; at += LINE) {
    const line = shown.subarray(at, at + LINE);
    const ascii = Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex(line).padEnd(LINE * 3 - 1)}  ${ascii}`);
  }
  return {
    title: `${title}, ${bytes.length} bytes`,
    text: lines.join('\n'),
    ...(shown.length > most ? { note: `Only the first ${most} bytes are shown.` } : {}),
  };
}
