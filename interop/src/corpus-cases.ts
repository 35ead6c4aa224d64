import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, Manifest } from '../corpus/manifest.ts';

/** The folder of the stored corpus. */
export const CORPUS = join(import.meta.dirname, '../corpus/cases');

/** A stored case with its files read. */
export function loadCase(entry: Entry, folder = CORPUS) {
  const bytes = (path: string) => new Uint8Array(readFileSync(join(folder, path)));
  return {
    entry,
    bytes: bytes(entry.file),
    transcript: bytes(entry.transcript),
    anchors: entry.anchors.map(({ file, docTypes }) => ({
      certificate: bytes(file),
      ...(docTypes ? { docTypes } : {}),
    })),
    ...(entry.readerKey
      ? {
          readerKey: createPrivateKey({ key: Buffer.from(bytes(entry.readerKey)), format: 'der', type: 'pkcs8' }),
        }
      : {}),
    at: new Date(entry.at),
    crls: (entry.crls ?? []).map(bytes),
    statusTokens: (entry.statusTokens ?? []).map(bytes),
  };
}

/** A case that is ready to be judged. */
export type LoadedCase = ReturnType<typeof loadCase>;

/** The manifest of the stored corpus. */
export function readManifest(folder = CORPUS): Manifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
}
