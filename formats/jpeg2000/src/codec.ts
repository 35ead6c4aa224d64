import { createRequire } from 'node:module';
import type { OpenJpeg } from '@cornerstonejs/codec-openjpeg/wasmjs';

let loaded: Promise<OpenJpeg> | undefined;

/** The codec, loaded when the first image is coded: who only reads headers never pays for it. */
export function codec(): Promise<OpenJpeg> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<OpenJpeg> {
  const require = createRequire(import.meta.url);
  const factory =
    require('@cornerstonejs/codec-openjpeg/wasmjs') as typeof import('@cornerstonejs/codec-openjpeg/wasmjs').default;
  // A fresh options object, and no printing: it would write a line per image.
  return factory({ print() {}, printErr() {} });
}
