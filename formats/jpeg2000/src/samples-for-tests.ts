import { encodeGreyscaleJp2 } from './encode.ts';
import { readJp2Header } from './jp2-header.ts';

/** Where a marker stands in a codestream. */
export function placeOf(codestream: Uint8Array, marker: number): number {
  return Buffer.from(codestream).indexOf(Uint8Array.of(marker >> 8, marker & 255));
}

/** A codestream whose coding style asks for precincts of two samples: hundreds of thousands of them in an image of a thousand by a thousand. */
export async function precinctBomb(): Promise<Uint8Array> {
  const side = 1000;
  const jp2 = await encodeGreyscaleJp2(new Uint8Array(side * side).fill(90), side, side);
  const { codestream } = readJp2Header(jp2);
  const at = placeOf(codestream, 0xff52);
  const length = (codestream[at + 2]! << 8) | codestream[at + 3]!;
  const levels = codestream[at + 9]!;
  const style = Buffer.concat([codestream.subarray(at, at + 2 + length), Buffer.alloc(levels + 1, 0x11)]);
  style.writeUInt16BE(length + levels + 1, 2);
  style[4]! |= 1;
  return new Uint8Array(Buffer.concat([codestream.subarray(0, at), style, codestream.subarray(at + 2 + length)]));
}

/** A JP2 file around another codestream: boxes as in `jp2`, of which the codestream is the last. */
export function withCodestream(jp2: Uint8Array, codestream: Uint8Array): Uint8Array {
  const start = jp2.length - readJp2Header(jp2).codestream.length;
  const out = Buffer.concat([jp2.subarray(0, start), codestream]);
  out.writeUInt32BE(8 + codestream.length, start - 8);
  return new Uint8Array(out);
}
