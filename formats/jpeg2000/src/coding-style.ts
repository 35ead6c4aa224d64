import { malformed } from './limits.ts';

/** How a component is coded: what decides how much a decoder allocates (ISO/IEC 15444-1 A.6.1, table A.20). */
export interface CodingStyle {
  /** Wavelet decompositions: there is one resolution more. */
  readonly levels: number;
  /** Exponents of width and height of a precinct, for each resolution from the smallest. */
  readonly precincts: readonly (readonly [x: number, y: number])[];
}

const WHOLE = [15, 15] as const;

/**
 * Reads the SPcod or SPcoc parameters.
 * @param at where the number of decomposition levels stands
 * @param end behind the marker segment
 * @throws {Jpeg2000Error} `jpeg2000-malformed`
 */
export function readCodingStyle(bytes: Uint8Array, at: number, end: number, userPrecincts: boolean): CodingStyle {
  if (at + 5 > end) throw malformed('coding style cut short', at);
  const [levels, width, height, , transform] = bytes.subarray(at, at + 5) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (levels > 32) throw malformed('more than 32 levels', at);
  // Exponents of a code block, less 2: each at most 10, both together at most 12.
  if (width > 8 || height > 8 || width + height > 8) throw malformed('code block size', at + 1);
  if (transform > 1) throw malformed('wavelet', at + 4);
  const given = userPrecincts ? levels + 1 : 0;
  if (at + 5 + given !== end) throw malformed('coding style length', at);
  return {
    levels,
    precincts: Array.from({ length: levels + 1 }, (_, r) => {
      if (!userPrecincts) return WHOLE;
      const size = bytes[at + 5 + r]!;
      const [x, y] = [size & 0x0f, size >> 4];
      // A precinct of one sample holds nothing of the bands of a higher resolution.
      if (r > 0 && (x === 0 || y === 0)) throw malformed('precinct size', at + 5 + r);
      return [x, y] as const;
    }),
  };
}

/** How many precincts a tile of this size has in one component; at most, because where the tile lies is not looked at. */
export function precinctsOf({ levels, precincts }: CodingStyle, width: number, height: number): number {
  let count = 0;
  for (const [r, [x, y]] of precincts.entries()) {
    const scale = 2 ** (levels - r);
    count += (Math.ceil(width / scale / 2 ** x) + 1) * (Math.ceil(height / scale / 2 ** y) + 1);
  }
  return count;
}
