export interface HexRow {
  readonly offset: string;
  /** Pairs of hex digits, in groups of at most eight bytes. */
  readonly groups: readonly string[];
  readonly ascii: string;
}

/**
 * Lays hex digits out as rows of `perRow` bytes. Anything that is not a hex digit is left out.
 *
 * @example
 * hexRows('00a40400', 8)[0] // { offset: '0000', groups: ['00 a4 04 00'], ascii: '....' }
 */
export function hexRows(hex: string, perRow: number): HexRow[] {
  const pairs =
    hex
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .match(/../g) ?? [];
  const rows: HexRow[] = [];
  for (let start = 0; start < pairs.length; start += perRow) {
    const row = pairs.slice(start, start + perRow);
    rows.push({
      offset: start.toString(16).padStart(4, '0'),
      groups: row.length > 8 ? [row.slice(0, 8).join(' '), row.slice(8).join(' ')] : [row.join(' ')],
      ascii: row.map((pair) => printable(Number.parseInt(pair, 16))).join(''),
    });
  }
  return rows;
}

const printable = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.');

/** How many bytes the digits stand for. */
export const byteCount = (hex: string): number => Math.floor(hex.replace(/[^0-9a-fA-F]/g, '').length / 2);
