import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeToGreyscale } from './decode.ts';
import { encodeGreyscaleJp2 } from './encode.ts';
import { Jpeg2000Error } from './error.ts';
import { readJp2Header } from './jp2-header.ts';
import { bilevelToPng, greyscaleToPng } from './png.ts';

const WIDTH = 120;
const HEIGHT = 160;
/** A soft picture: what a codec keeps well. */
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
  const x = i % WIDTH;
  const y = Math.floor(i / WIDTH);
  return Math.round(128 + 60 * Math.sin(x / 17) + 50 * Math.cos(y / 23));
});
let jp2: Uint8Array;

before(async () => {
  jp2 = await encodeGreyscaleJp2(pixels, WIDTH, HEIGHT);
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

test('the header of our own file tells size, one component, 8 bits, one tile', () => {
  const { codestream, ...header } = readJp2Header(jp2);
  assert.deepEqual(header, {
    container: 'jp2',
    width: WIDTH,
    height: HEIGHT,
    components: 1,
    bits: 8,
    tiles: 1,
    layers: 1,
  });
  assert.equal(readJp2Header(codestream).container, 'codestream');
});

test('the file begins with the boxes of ISO/IEC 15444-1 Annex I in their order', () => {
  const boxes: string[] = [];
  for (let at = 0; at < jp2.length; at += Buffer.from(jp2).readUInt32BE(at)) {
    boxes.push(Buffer.from(jp2.subarray(at + 4, at + 8)).toString('latin1'));
  }
  assert.deepEqual(boxes, ['jP  ', 'ftyp', 'jp2h', 'jp2c']);
});

test('decoding in the worker gives the picture back', async () => {
  const image = await decodeToGreyscale(jp2);
  assert.deepEqual([image.width, image.height], [WIDTH, HEIGHT]);
  assert.ok(meanDifference(image.pixels, pixels) < 3);
});

test('the ratio decides the size of a busy picture', async () => {
  const busy = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 2654435761) >>> 24);
  const size = async (ratio: number) => (await encodeGreyscaleJp2(busy, WIDTH, HEIGHT, { ratio })).length;
  assert.ok((await size(8)) < busy.length / 7);
  assert.ok((await size(32)) < busy.length / 26);
});

test('the same pixels give the same bytes', async () => {
  assert.deepEqual(await encodeGreyscaleJp2(pixels, WIDTH, HEIGHT), jp2);
});

test('OpenJPEG itself reads the file', (t) => {
  if (spawnSync('opj_decompress', ['-h']).error)
    return t.skip('opj_decompress is not installed (package libopenjp2-tools)');
  const folder = mkdtempSync(join(tmpdir(), 'jp2-'));
  try {
    writeFileSync(join(folder, 'a.jp2'), jp2);
    const { status } = spawnSync('opj_decompress', ['-i', join(folder, 'a.jp2'), '-o', join(folder, 'a.pgm')]);
    assert.equal(status, 0);
    const pgm = readFileSync(join(folder, 'a.pgm'));
    assert.ok(pgm.subarray(0, 2).equals(Buffer.from('P5')));
    assert.ok(meanDifference(pgm.subarray(pgm.length - pixels.length), pixels) < 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a header beyond a limit is refused before anything is decoded, with the name of the limit', () => {
  const refused = (limits: Parameters<typeof readJp2Header>[1], name: string) =>
    assert.throws(
      () => readJp2Header(jp2, limits),
      (error: unknown) =>
        error instanceof Jpeg2000Error && error.code === 'jpeg2000-limit' && error.context['limit'] === name,
    );
  refused({ maxBytes: 100 }, 'maxBytes');
  refused({ maxBoxes: 2 }, 'maxBoxes');
  refused({ maxSide: 159 }, 'maxSide');
  refused({ maxPixels: WIDTH * HEIGHT - 1 }, 'maxPixels');
  refused({ maxComponents: 0 }, 'maxComponents');
  refused({ maxBits: 7 }, 'maxBits');
  refused({ maxTiles: 0 }, 'maxTiles');
  refused({ maxSegments: 2 }, 'maxSegments');
  refused({ maxLayers: 0 }, 'maxLayers');
});

/** Our file with some bytes of the codestream's main header replaced. */
function patched(offset: number, ...bytes: number[]): Uint8Array {
  const copy = Uint8Array.from(jp2);
  copy.set(bytes, copy.length - readJp2Header(jp2).codestream.length + offset);
  return copy;
}

test('damaged and dishonest headers are refused', () => {
  const malformed = (bytes: Uint8Array) => assert.throws(() => readJp2Header(bytes), { code: 'jpeg2000-malformed' });
  malformed(jp2.subarray(0, jp2.length - 1)); // box length
  malformed(patched(8, 0, 0, 0, 0)); // Xsiz 0
  malformed(patched(24, 0, 0, 0, 0)); // XTsiz 0
  malformed(patched(42, 0x87)); // signed
  malformed(patched(43, 2)); // subsampled
  malformed(patched(8, 0, 0, 0, WIDTH - 1)); // ihdr disagrees
  malformed(patched(47, 0xff, 0xff)); // COD cut short
  assert.throws(() => readJp2Header(patched(24, 0, 0, 0, 1)), { code: 'jpeg2000-limit' }); // 120 tiles in a row
  assert.throws(() => readJp2Header(patched(8, 0x7f, 0, 0, 0)), { code: 'jpeg2000-limit' }); // a bomb
  assert.throws(() => readJp2Header(Uint8Array.of(0xff, 0xd8, 0xff)), { code: 'not-jpeg2000' });
  assert.throws(() => readJp2Header(new Uint8Array(0)), { code: 'not-jpeg2000' });
});

test('random damage raises Jpeg2000Error or nothing', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 0, max: 255 }), fc.nat(2000), (at, value, cut) => {
      const copy = Uint8Array.from(jp2);
      copy[at % copy.length] = value;
      try {
        readJp2Header(copy.subarray(0, copy.length - (cut % 3 ? 0 : cut)));
      } catch (error) {
        assert.ok(error instanceof Jpeg2000Error, String(error));
      }
    }),
    { numRuns: 400 },
  );
});

test('a body that is damaged behind a good header is decode-failed or some picture, never a crash', async () => {
  const { codestream } = readJp2Header(jp2);
  const start = jp2.length - codestream.length;
  const copy = Uint8Array.from(jp2);
  copy.fill(0xff, start + 150);
  await decodeToGreyscale(copy).then(
    (image) => assert.equal(image.pixels.length, WIDTH * HEIGHT),
    (error: unknown) => assert.ok(error instanceof Jpeg2000Error && error.code === 'decode-failed', String(error)),
  );
  const cut = codestream.subarray(0, 130);
  await assert.rejects(decodeToGreyscale(cut), Jpeg2000Error);
});

test('a decode beyond its time is decode-timeout', async () => {
  await assert.rejects(decodeToGreyscale(jp2, { timeoutMs: 0 }), { code: 'decode-timeout' });
});

test('more images at once than workers are all decoded', async () => {
  const images = await Promise.all(Array.from({ length: 5 }, () => decodeToGreyscale(jp2)));
  assert.ok(images.every((image) => image.pixels.length === WIDTH * HEIGHT));
});

test('the PNGs carry the pixels and right checksums', () => {
  const grey = Buffer.from(greyscaleToPng(Uint8Array.of(0, 50, 100, 150, 200, 250), 3, 2));
  assert.equal(grey.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([grey.readUInt32BE(16), grey.readUInt32BE(20), grey[24], grey[25]], [3, 2, 8, 0]);
  const rows = inflateSync(grey.subarray(41, 41 + grey.readUInt32BE(33)));
  assert.deepEqual([...rows], [0, 0, 50, 100, 0, 150, 200, 250]);
  const bilevel = Buffer.from(bilevelToPng(Uint8Array.of(255, 0, 255, 255, 0, 0, 0, 0, 255), 9, 1));
  const bits = inflateSync(bilevel.subarray(41, 41 + bilevel.readUInt32BE(33)));
  assert.deepEqual([...bits], [0, 0b10110000, 0b10000000]);
  assert.equal(grey.subarray(-12).toString('hex'), '0000000049454e44ae426082');
  assert.throws(() => greyscaleToPng(new Uint8Array(5), 3, 2), { code: 'pixels-mismatch' });
});
