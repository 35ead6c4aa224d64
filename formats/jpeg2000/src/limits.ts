import { Jpeg2000Error } from './error.ts';

/** What an image may cost at most. */
export interface ImageLimits {
  /** Of the file (default 64 KiB: a card file cannot hold more than 33,023). */
  readonly maxBytes: number;
  readonly maxBoxes: number;
  /** Of one side. */
  readonly maxSide: number;
  readonly maxPixels: number;
  readonly maxComponents: number;
  /** Per component. */
  readonly maxBits: number;
  readonly maxTiles: number;
  /** Pieces of the codestream that tiles are sent in. */
  readonly maxTileParts: number;
  /** Of all tiles, components and resolutions: a decoder allocates for each before it decodes a bit. */
  readonly maxPrecincts: number;
  /** Marker segments before the first tile. */
  readonly maxSegments: number;
  readonly maxLayers: number;
}

/** The limits for a portrait. */
export const PORTRAIT_LIMITS: ImageLimits = {
  maxBytes: 65_536,
  maxBoxes: 16,
  maxSide: 2048,
  maxPixels: 1_048_576,
  maxComponents: 3,
  maxBits: 8,
  maxTiles: 64,
  maxTileParts: 256,
  maxPrecincts: 16_384,
  maxSegments: 64,
  maxLayers: 64,
};

/** Refuses a value above its limit. */
export function withinLimit(limits: ImageLimits, name: keyof ImageLimits, value: number): void {
  if (value > limits[name]) {
    throw new Jpeg2000Error('jpeg2000-limit', `The image is beyond the limit for portraits: ${name}.`, {
      limit: name,
      allowed: limits[name],
      found: value,
    });
  }
}

/** The error of bytes that break a rule. */
export function malformed(rule: string, offset: number): Jpeg2000Error {
  return new Jpeg2000Error('jpeg2000-malformed', `The JPEG 2000 image is damaged: ${rule}.`, { rule, offset });
}
