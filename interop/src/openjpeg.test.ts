import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadPersona } from '@tegata/card';
import { decodeToGreyscale, encodeGreyscaleJp2, Jpeg2000Error, readJp2Header } from '@tegata/jpeg2000';

const missing =
  spawnSync('opj_decompress', ['-h']).error && 'opj_decompress is not installed (package libopenjp2-tools)';

/** OpenJPEG's own programs, another build of it than ours and another reader of the file around the codestream. */
describe('photos through OpenJPEG', { skip: missing || false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'openjpeg-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);

  /** The samples of a binary PGM or PPM. */
  function samplesOf(netpbm: Buffer): { width: number; height: number; samples: Uint8Array } {
    const head = /^P[56]\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+255\s/.exec(netpbm.subarray(0, 200).toString('latin1'));
    assert.ok(head);
    return { width: Number(head[1]), height: Number(head[2]), samples: netpbm.subarray(head[0].length) };
  }

  function decompress(jp2: Uint8Array): ReturnType<typeof samplesOf> {
    writeFileSync(path('in.jp2'), jp2);
    const { status } = spawnSync('opj_decompress', ['-i', path('in.jp2'), '-o', path('out.pgm')]);
    assert.equal(status, 0);
    return samplesOf(readFileSync(path('out.pgm')));
  }

  const side = { width: 240, height: 320 };
  const grey = Uint8Array.from({ length: 240 * 320 }, (_, i) => {
    const [x, y] = [i % 240, Math.floor(i / 240)];
    return Math.round(128 + 60 * Math.sin(x / 13) + 50 * Math.cos(y / 29));
  });
  const meanDifference = (a: Uint8Array, b: Uint8Array) => {
    assert.equal(a.length, b.length);
    return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
  };

  for (const id of ['adult', 'foreign-resident', 'under-15', 'long-name']) {
    it(`reads the photo of ${id} as our decoder does, sample by sample`, async () => {
      const jp2 = loadPersona(id).image('portrait.jp2');
      const theirs = decompress(jp2);
      const ours = await decodeToGreyscale(jp2);
      assert.deepEqual([theirs.width, theirs.height], [ours.width, ours.height]);
      // Two builds of one library round the floating-point wavelet in their own ways.
      assert.ok(meanDifference(ours.pixels, theirs.samples) < 0.1);
    });
  }

  it('reads what our encoder makes at every ratio', async () => {
    for (const ratio of [4, 12, 40]) {
      const { samples } = decompress(await encodeGreyscaleJp2(grey, side.width, side.height, { ratio }));
      assert.ok(meanDifference(samples, grey) < 3, `ratio ${ratio}`);
    }
  });

  for (const [what, options] of [
    ['without loss', []],
    ['at a ratio of 20', ['-r', '20']],
    ['in three layers', ['-r', '40,20,10']],
    ['in tiles of 128', ['-t', '128,128']],
    ['in precincts of 128 and 64', ['-c', '[128,128],[64,64]']],
    ['in code blocks of 16', ['-b', '16,16']],
    ['with three resolutions', ['-n', '3']],
    ['in the order of positions', ['-p', 'PCRL']],
    ['with markers that find errors', ['-SOP', '-EPH']],
    ['in tile-parts of resolutions', ['-TP', 'R']],
    ['with the wavelet of floating point', ['-I']],
  ] as const) {
    it(`makes a photo ${what} that we read`, async () => {
      const head = Buffer.from(`P5\n${side.width} ${side.height}\n255\n`);
      writeFileSync(path('in.pgm'), Buffer.concat([head, grey]));
      const { status } = spawnSync('opj_compress', ['-i', path('in.pgm'), '-o', path('made.jp2'), ...options]);
      assert.equal(status, 0);
      const { pixels, width, height } = await decodeToGreyscale(readFileSync(path('made.jp2')), { maxBytes: 200_000 });
      assert.deepEqual({ width, height }, side);
      assert.ok(meanDifference(pixels, grey) < 3);
    });
  }

  it('makes a photo in colour that we show in grey', async () => {
    const rgb = Uint8Array.from({ length: 3 * grey.length }, (_, i) => (i % 3 === 1 ? 200 : 40));
    writeFileSync(path('in.ppm'), Buffer.concat([Buffer.from(`P6\n${side.width} ${side.height}\n255\n`), rgb]));
    assert.equal(spawnSync('opj_compress', ['-i', path('in.ppm'), '-o', path('rgb.jp2')]).status, 0);
    const jp2 = readFileSync(path('rgb.jp2'));
    assert.equal(readJp2Header(jp2).components, 3);
    const { pixels } = await decodeToGreyscale(jp2);
    // 0.299 · 40 + 0.587 · 200 + 0.114 · 40
    assert.ok(pixels.every((value) => Math.abs(value - 134) <= 2));
  });

  it('makes a photo that is too large, which we refuse by its header', () => {
    const [width, height] = [2049, 1];
    writeFileSync(path('in.pgm'), Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.alloc(width)]));
    assert.equal(spawnSync('opj_compress', ['-i', path('in.pgm'), '-o', path('wide.jp2'), '-n', '1']).status, 0);
    assert.throws(
      () => readJp2Header(readFileSync(path('wide.jp2'))),
      (error: unknown) => error instanceof Jpeg2000Error && error.context['limit'] === 'maxSide',
    );
  });
});
