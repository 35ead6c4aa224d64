import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeToGreyscale, jpeg2000ToPng } from './decode.ts';
import { encodeGreyscaleJp2 } from './encode.ts';
import { Jpeg2000Error } from './error.ts';
import { readJp2Header } from './jp2-header.ts';
import { bilevelToPng, greyscaleToPng } from './png.ts';
import { placeOf, precinctBomb, withCodestream } from './samples-for-tests.ts';

fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 15444) });
const WIDTH = 120;
const HEIGHT = 160;
/** A soft picture: what a codec keeps well. */
const pixels = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
  const x = i % WIDTH;
  const y = Math.floor(i / WIDTH);
  return Math.round(128 + 60 * Math.sin(x / 17) + 50 * Math.cos(y / 23));
});
let jp2: Uint8Array;
let bomb: Uint8Array;

before(async () => {
  jp2 = await encodeGreyscaleJp2(pixels, WIDTH, HEIGHT);
  bomb = await precinctBomb();
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
    precincts: 24,
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
  refused({ maxPrecincts: 23 }, 'maxPrecincts');
  refused({ maxTileParts: 0 }, 'maxTileParts');
});

/** Our file with some bytes of the codestream's main header replaced. */
function patched(offset: number, ...bytes: number[]): Uint8Array {
  const copy = Uint8Array.from(jp2);
  copy.set(bytes, copy.length - readJp2Header(jp2).codestream.length + offset);
  return copy;
}

/** Our file with a byte of a box's content replaced. */
function withBoxByte(type: string, offset: number, value: number): Uint8Array {
  const copy = Uint8Array.from(jp2);
  copy[Buffer.from(jp2).indexOf(type) + 4 + offset] = value;
  return copy;
}

/** Our file with bytes of a marker segment replaced. */
function withMarker(marker: number, offset: number, ...bytes: number[]): Uint8Array {
  const codestream = Uint8Array.from(readJp2Header(jp2).codestream);
  codestream.set(bytes, placeOf(codestream, marker) + offset);
  return withCodestream(jp2, codestream);
}

const [COD, COC, SOT, EOC] = [0xff52, 0xff53, 0xff90, 0xffd9];

test('a coding style that costs more than the picture is refused by its header', async () => {
  assert.throws(
    () => readJp2Header(bomb),
    (error: unknown) => error instanceof Jpeg2000Error && error.context['limit'] === 'maxPrecincts',
  );
  for (const [what, at, value] of [
    ['33 levels', 9, 33],
    ['a code block of 4096', 10, 9],
    ['a code block of 64 × 128', 11, 5],
    ['a wavelet that is none', 13, 2],
  ] as const) {
    assert.throws(() => readJp2Header(withMarker(COD, at, value)), { code: 'jpeg2000-malformed' }, what);
  }
  // User-defined precincts are announced, and none are there.
  assert.throws(() => readJp2Header(withMarker(COD, 4, 1)), { code: 'jpeg2000-malformed' });
});

test('a component’s own coding style counts, and is for a component that is there', () => {
  const { codestream } = readJp2Header(jp2);
  const at = placeOf(codestream, SOT);
  const coc = (component: number, ...precincts: number[]) => {
    const style = [precincts.length > 0 ? 1 : 0, 5, 4, 4, 0, 0, ...precincts];
    const segment = Uint8Array.of(COC >> 8, COC & 255, 0, 3 + style.length, component, ...style);
    return withCodestream(jp2, Buffer.concat([codestream.subarray(0, at), segment, codestream.subarray(at)]));
  };
  assert.equal(readJp2Header(coc(0)).precincts, 24);
  assert.throws(() => readJp2Header(coc(1)), { code: 'jpeg2000-malformed' });
  assert.throws(() => readJp2Header(coc(0, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11), { maxPrecincts: 1000 }), {
    code: 'jpeg2000-limit',
  });
  assert.throws(() => readJp2Header(coc(0, 0x11, 0x10, 0x11, 0x11, 0x11, 0x11)), { code: 'jpeg2000-malformed' });
});

test('tile-parts lie one behind the other, name tiles that are there, and bring no coding style', () => {
  const malformed = (bytes: Uint8Array) => assert.throws(() => readJp2Header(bytes), { code: 'jpeg2000-malformed' });
  malformed(withMarker(SOT, 4, 0, 1)); // tile 1 of one
  malformed(withMarker(SOT, 2, 0, 11)); // Lsot
  malformed(withMarker(SOT, 6, 0, 0, 0, 13)); // Psot within its own header
  malformed(withMarker(SOT, 6, 0, 0, 0, 40)); // the next one is none
  const { codestream } = readJp2Header(jp2);
  const at = placeOf(codestream, SOT);
  const own = Buffer.concat([
    codestream.subarray(0, at + 12),
    Uint8Array.of(COD >> 8, COD & 255, 0, 2),
    codestream.subarray(at + 12),
  ]);
  assert.throws(() => readJp2Header(withCodestream(jp2, own)), { code: 'jpeg2000-unsupported' });
  // A length of 0 goes to the end, and a picture that is cut short is for the decoder.
  assert.equal(readJp2Header(withMarker(SOT, 6, 0, 0, 0, 0)).tiles, 1);
  assert.equal(readJp2Header(withCodestream(jp2, codestream.subarray(0, at + 12))).tiles, 1);
  // Hundreds of empty pieces of one tile.
  const piece = Uint8Array.of(SOT >> 8, SOT & 255, 0, 10, 0, 0, 0, 0, 0, 14, 0, 0, 0xff, 0x93);
  const many = Buffer.concat([
    codestream.subarray(0, at),
    ...Array.from({ length: 300 }, () => piece),
    Uint8Array.of(EOC >> 8, EOC & 255),
  ]);
  assert.throws(() => readJp2Header(withCodestream(jp2, many)), {
    code: 'jpeg2000-limit',
    context: { limit: 'maxTileParts', allowed: 256, found: 257 },
  });
});

test('damaged and dishonest headers are refused', () => {
  const malformed = (bytes: Uint8Array) => assert.throws(() => readJp2Header(bytes), { code: 'jpeg2000-malformed' });
  malformed(jp2.subarray(0, jp2.length - 1)); // box length
  malformed(patched(8, 0, 0, 0, 0)); // Xsiz 0
  malformed(patched(24, 0, 0, 0, 0)); // XTsiz 0
  malformed(patched(42, 0x87)); // signed
  malformed(patched(43, 2)); // subsampled
  malformed(patched(8, 0, 0, 0, WIDTH - 1)); // ihdr disagrees
  malformed(patched(47, 0xff, 0xff)); // COD cut short
  malformed(withBoxByte('ihdr', 11, 6)); // no such compression type
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
  copy.fill(0xff, start + 150, copy.length - 2);
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

test('what the codec is given is the codestream alone: boxes behind the header check reach no C code', async () => {
  // A second colour box of nonsense between header and codestream.
  const start = jp2.length - readJp2Header(jp2).codestream.length - 8;
  const junk = Buffer.concat([Uint8Array.of(0, 0, 0, 20), Buffer.from('uuid'), Buffer.alloc(12, 0xff)]);
  const boxed = Buffer.concat([jp2.subarray(0, start), junk, jp2.subarray(start)]);
  assert.deepEqual((await decodeToGreyscale(boxed)).pixels, (await decodeToGreyscale(jp2)).pixels);
});

test('a photo becomes a PNG of its size for screens', async () => {
  const png = Buffer.from(await jpeg2000ToPng(jp2));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]], [WIDTH, HEIGHT, 8, 0]);
});

test('whatever is done to the bytes, decoding ends in a picture of its size or in our own error', async () => {
  const codes = new Set<string>();
  const change = fc.record({ at: fc.nat(jp2.length - 1), value: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.option(fc.nat(jp2.length)),
      async (changes, cut) => {
        const copy = Uint8Array.from(jp2);
        for (const { at, value } of changes) copy[at] = value;
        try {
          const image = await decodeToGreyscale(cut === null ? copy : copy.subarray(0, cut), { timeoutMs: 10_000 });
          assert.equal(image.pixels.length, image.width * image.height);
          codes.add('decoded');
        } catch (error) {
          assert.ok(error instanceof Jpeg2000Error, String(error));
          codes.add(error.code);
        }
      },
    ),
    { numRuns: Number(process.env['TEGATA_RUNS'] ?? 60), endOnFailure: true },
  );
  assert.ok(codes.has('decoded') && codes.has('jpeg2000-malformed'));
  // The threads have seen it all, and a good picture comes out as it went in.
  assert.ok(meanDifference((await decodeToGreyscale(jp2)).pixels, pixels) < 3);
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
