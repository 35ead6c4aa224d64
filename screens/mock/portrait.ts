import { crc32, deflateSync } from 'node:zlib';

/** A drawn face in grey, plainly nobody's: head, hair and shoulders from a few ellipses that depend on the seed. */
export function portrait(seed: number): Buffer {
  const [width, height] = [160, 200];
  const hairLine = 62 + (seed % 4) * 6;
  const long = seed % 2 === 1;
  const rows = Buffer.alloc((width + 1) * height);
  const within = (x: number, y: number, cx: number, cy: number, rx: number, ry: number): boolean =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let grey = 226 - Math.round(y / 10);
      if (within(x, y, 80, 92, 50, 58 + (long ? 26 : 0)) && (long || y < 110)) grey = 54 + (seed % 3) * 14;
      if (within(x, y, 80, 214, 70, 62)) grey = 96 + ((seed * 37) % 60);
      if (within(x, y, 80, 150, 17, 26)) grey = 182;
      if (within(x, y, 80, 98, 38, 47) && y > hairLine) grey = 200 - (seed % 3) * 8;
      if (within(x, y, 65, 97, 4, 3) || within(x, y, 95, 97, 4, 3)) grey = 60;
      if (within(x, y, 80, 124, 10, 3)) grey = 140;
      rows[y * (width + 1) + 1 + x] = grey;
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
