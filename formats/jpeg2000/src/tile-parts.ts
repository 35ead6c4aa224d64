import { Jpeg2000Error } from './error.ts';
import { type ImageLimits, malformed, withinLimit } from './limits.ts';

const SOT = 0xff90;
const SOD = 0xff93;
const EOC = 0xffd9;
const COD = 0xff52;
const COC = 0xff53;

/**
 * Walks over the tile-parts from the first SOT on: their number, the tiles that they name, and that none of them brings a coding style of its
 * own, by which it would cost more than the main header says (ISO/IEC 15444-1 A.4.2). A codestream that is cut short is not refused here: what
 * is there of the picture may be shown.
 * @throws {Jpeg2000Error} `jpeg2000-malformed`, `jpeg2000-limit`, `jpeg2000-unsupported`
 */
export function checkTileParts(bytes: Uint8Array, first: number, tiles: number, limits: ImageLimits): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = first;
  for (let parts = 1; at + 2 <= bytes.length && view.getUint16(at) !== EOC; parts++) {
    withinLimit(limits, 'maxTileParts', parts);
    if (view.getUint16(at) !== SOT) throw malformed('SOT expected', at);
    if (at + 12 > bytes.length) return;
    if (view.getUint16(at + 2) !== 10) throw malformed('SOT length', at);
    if (view.getUint16(at + 4) >= tiles) throw malformed('tile that does not exist', at + 4);
    const length = view.getUint32(at + 6);
    if (length !== 0 && length < 14) throw malformed('tile-part length', at + 6);
    if (!checkTilePartHeader(bytes, view, at + 12, limits)) return;
    // A length of 0 is that of the last one, which goes to the end.
    if (length === 0) return;
    at += length;
  }
}

/** The markers from SOT to SOD. @returns false where the bytes end before */
function checkTilePartHeader(bytes: Uint8Array, view: DataView, from: number, limits: ImageLimits): boolean {
  let at = from;
  for (let segments = 0; ; segments++) {
    withinLimit(limits, 'maxSegments', segments);
    if (at + 2 > bytes.length) return false;
    const marker = view.getUint16(at);
    if (marker === SOD) return true;
    if (marker === COD || marker === COC) {
      throw new Jpeg2000Error('jpeg2000-unsupported', 'Tiles with a coding style of their own are not accepted.', {
        offset: at,
      });
    }
    if (marker < 0xff01 || marker === SOT || marker === EOC) throw malformed('marker out of place', at);
    if (at + 4 > bytes.length) return false;
    const length = view.getUint16(at + 2);
    if (length < 2) throw malformed('segment length', at + 2);
    at += 2 + length;
  }
}
