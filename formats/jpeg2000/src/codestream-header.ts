import { type ImageLimits, malformed, withinLimit } from './limits.ts';

/** The main header of a codestream, as far as it tells what a decoder will have to do. */
export interface CodestreamHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Of the deepest component. */
  readonly bits: number;
  readonly tiles: number;
  readonly layers: number;
}

const SOC = 0xff4f;
const SIZ = 0xff51;
const COD = 0xff52;
const QCD = 0xff5c;
const SOT = 0xff90;
const EOC = 0xffd9;

/**
 * Reads the main header: SOC, SIZ, then marker segments to the first SOT; COD and QCD must be there (ISO/IEC 15444-1 Annex A).
 * @throws {Jpeg2000Error} `jpeg2000-malformed`, `jpeg2000-limit`
 */
export function readCodestreamHeader(bytes: Uint8Array, limits: ImageLimits): CodestreamHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => {
    if (at + 2 > bytes.length) throw malformed('cut short', at);
    return view.getUint16(at);
  };
  if (u16(0) !== SOC) throw malformed('SOC expected', 0);
  if (u16(2) !== SIZ) throw malformed('SIZ expected', 2);
  const size = readSize(view, bytes.length, limits);
  let at = 2;
  let layers = 0;
  let quantised = false;
  for (let segments = 0; ; segments++) {
    withinLimit(limits, 'maxSegments', segments);
    const marker = u16(at);
    if (marker === SOT) break;
    if (marker < 0xff01 || marker === EOC || (marker === SIZ && at !== 2)) throw malformed('marker out of place', at);
    const length = u16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw malformed('segment cut short', at);
    if (marker === COD) {
      if (length < 12) throw malformed('COD too short', at);
      layers = u16(at + 6);
      const levels = bytes[at + 9]!;
      if (layers === 0 || levels > 32) throw malformed('COD out of range', at);
      withinLimit(limits, 'maxLayers', layers);
    }
    if (marker === QCD) quantised = true;
    at += 2 + length;
  }
  if (layers === 0 || !quantised) throw malformed('COD and QCD expected before the first tile', at);
  return { ...size, layers };
}

function readSize(view: DataView, available: number, limits: ImageLimits): Omit<CodestreamHeader, 'layers'> {
  if (available < 42) throw malformed('SIZ cut short', 2);
  const u32 = (at: number) => view.getUint32(at);
  const components = view.getUint16(40);
  if (view.getUint16(4) !== 38 + 3 * components || available < 42 + 3 * components) throw malformed('SIZ length', 4);
  const [xSize, ySize, xOffset, yOffset, xTile, yTile, xTileOffset, yTileOffset] = [8, 12, 16, 20, 24, 28, 32, 36].map(
    u32,
  ) as [number, number, number, number, number, number, number, number];
  if (components === 0 || xOffset >= xSize || yOffset >= ySize) throw malformed('no area', 8);
  if (xTile === 0 || yTile === 0 || xTileOffset > xOffset || yTileOffset > yOffset) throw malformed('tile grid', 24);
  if (xTileOffset + xTile <= xOffset || yTileOffset + yTile <= yOffset) throw malformed('first tile empty', 24);
  const width = xSize - xOffset;
  const height = ySize - yOffset;
  // A decoder allocates by the reference grid, so the offsets count too.
  withinLimit(limits, 'maxSide', Math.max(xSize, ySize));
  withinLimit(limits, 'maxPixels', width * height);
  withinLimit(limits, 'maxComponents', components);
  const tiles = Math.ceil((xSize - xTileOffset) / xTile) * Math.ceil((ySize - yTileOffset) / yTile);
  withinLimit(limits, 'maxTiles', tiles);
  let bits = 0;
  for (let i = 0; i < components; i++) {
    const at = 42 + 3 * i;
    if (view.getUint8(at) & 0x80) throw malformed('signed samples', at);
    bits = Math.max(bits, (view.getUint8(at) & 0x7f) + 1);
    if (view.getUint8(at + 1) !== 1 || view.getUint8(at + 2) !== 1) throw malformed('subsampled component', at);
  }
  withinLimit(limits, 'maxBits', bits);
  return { width, height, components, bits, tiles };
}
