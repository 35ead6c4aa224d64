/**
 * The packages that are made for others, and where they lie. Imports run one way, so each stands behind those that it needs.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..');

/** The formats, each with a README and an API page. */
export const FORMATS = ['der', 'cbor', 'cose', 'x509', 'hpke', 'status-list', 'mdoc'] as const;

/** What they stand on, and what makes certificates to try them with. */
export const COMPANIONS = ['ground/clock', 'ground/random', 'ground/keys', 'formats/x509-build'] as const;

/** The one package that may need others from npm: it writes ASN.1 by a library. */
export const MAY_NEED_OTHERS = '@tegata/x509-build';

/** The folders of all published packages, from the root. */
export const PUBLISHED: readonly string[] = [...COMPANIONS, ...FORMATS.map((name) => `formats/${name}`)];

/** What a manifest says, as far as it is used here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly description: string;
  readonly sideEffects: boolean;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig: { readonly access: string; readonly exports: unknown };
}

/** The manifest of a folder. */
export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
}
