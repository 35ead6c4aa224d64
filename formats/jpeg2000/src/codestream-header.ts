import { type CodingStyle, precinctsOf, readCodingStyle } from './coding-style.ts';
import { type ImageLimits, malformed, withinLimit } from './limits.ts';
import { checkTileParts } from './tile-parts.ts';

/** The main header of a codestream, as far as it tells what a decoder will have to do. */
export interface CodestreamHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Of the deepest component. */
  readonly bits: number;
  readonly tiles: number;
  readonly layers: number;
  /** Of all tiles, components and resolutions, at most. */
  readonly precincts: number;
}

const SOC = 0xff4f;
const SIZ = 0xff51;
const COD = 0xff52;
const COC = 0xff53;
const QCD = 0xff5c;
const SOT = 0xff90;
const EOC = 0xffd9;

/**
 * Reads the main header: SOC, SIZ, then marker segments to the first SOT; COD and QCD must be there (ISO/IEC 15444-1 Annex A). Then the
 * headers of the tile-parts are looked at.
 * @throws {Jpeg2000Error} `jpeg2000-malformed`, `jpeg2000-limit`, `jpeg2000-unsupported`
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
  let style: CodingStyle | undefined;
  const own = new Map<number, CodingStyle>();
  let quantised = false;
  for (let segments = 0; ; segments++) {
    withinLimit(limits, 'maxSegments', segments);
    const marker = u16(at);
    if (marker === SOT) break;
    if (marker < 0xff01 || marker === EOC || (marker === SIZ && at !== 2)) throw malformed('marker out of place', at);
    const length = u16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw malformed('segment cut short', at);
    if (marker === COD) {
      if (length < 12 || style) throw malformed('one COD expected', at);
      layers = u16(at + 6);
      if (layers === 0) throw malformed('no layers', at + 6);
      withinLimit(limits, 'maxLayers', layers);
      style = readCodingStyle(bytes, at + 9, at + 2 + length, (bytes[at + 4]! & 1) === 1);
    }
    if (marker === COC) {
      // Up to 256 components are named by one byte.
      const component = bytes[at + 4]!;
      if (length < 9 || component >= size.components || own.has(component)) throw malformed('COC out of place', at);
      own.set(component, readCodingStyle(bytes, at + 6, at + 2 + length, (bytes[at + 5]! & 1) === 1));
    }
    if (marker === QCD) quantised = true;
    at += 2 + length;
  }
  if (!style || !quantised) throw malformed('COD and QCD expected before the first tile', at);
  const { tileWidth, tileHeight, ...rest } = size;
  let precincts = 0;
  for (let i = 0; i < size.components; i++) precincts += precinctsOf(own.get(i) ?? style, tileWidth, tileHeight);
  precincts *= size.tiles;
  withinLimit(limits, 'maxPrecincts', precincts);
  checkTileParts(bytes, at, size.tiles, limits);
  return { ...rest, layers, precincts };
}

interface Size extends Omit<CodestreamHeader, 'layers' | 'precincts'> {
  readonly tileWidth: number;
  readonly tileHeight: number;
}

function readSize(view: DataView, available: number, limits: ImageLimits): Size {
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
  const [tileWidth, tileHeight] = [Math.min(xTile, xSize), Math.min(yTile, ySize)];
  return { width, height, components, bits, tiles, tileWidth, tileHeight };
}
