/**
 * Makes what is published: JavaScript and declarations in place of TypeScript, and a manifest that points at them. In the
 * repository itself packages export their sources, which Node runs as they are; inside of node_modules it would refuse to.
 *
 * `npm run pack` writes one folder and one tarball for each package to `packed/`. Publish with `npm publish packed/NAME-VERSION.tgz`.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { packageOf, programOf } from './program.ts';
import { FORMATS, manifestOf, PUBLISHED, ROOT } from './published.ts';
import { readmeOf } from './readme.ts';

/** A relative import of a TypeScript file. */
const RELATIVE_TS = /((?:from |import\()['"]\.{1,2}\/[^'"\n]*)\.ts(['"])/g;

/** One package as it is published. */
export interface Packed {
  readonly name: string;
  /** Its folder in the repository, from the root. */
  readonly source: string;
  /** What the tarball holds, before it was packed. */
  readonly folder: string;
  readonly tarball: string;
}

/**
 * Emits and packs every published package.
 * @param to an empty folder, or one that an earlier run has filled
 * @throws {Error} when the sources do not compile, or npm does not pack
 */
export function pack(to: string): Packed[] {
  emit(to);
  const packed = PUBLISHED.map((source): Packed => {
    const { name, version } = manifestOf(source);
    const folder = join(to, basename(source));
    writeFileSync(join(folder, 'package.json'), publishedManifest(source));
    copyFileSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
    writeFileSync(join(folder, 'README.md'), publishedReadme(source));
    return { name, source, folder, tarball: join(to, `${name.slice(1).replace('/', '-')}-${version}.tgz`) };
  });
  const folders = packed.map(({ folder }) => `./${relative(to, folder)}`);
  const npm = spawnSync('npm', ['pack', '--silent', ...folders], { cwd: to, encoding: 'utf8' });
  if (npm.status !== 0) throw new Error(`npm pack: ${npm.error?.message ?? npm.stderr}`);
  return packed;
}

/** The sources that the entries reach, as JavaScript and declarations; tests are not among them. */
function emit(to: string): void {
  const program = programOf(PUBLISHED, {
    noEmit: false,
    // Types are checked by another step; this one only writes them down.
    noCheck: true,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    target: ts.ScriptTarget.ES2024,
    rootDir: ROOT,
    outDir: to,
  });
  for (const source of PUBLISHED) rmSync(join(to, basename(source)), { recursive: true, force: true });
  const { diagnostics } = program.emit(undefined, (fileName, text) => {
    const [folder, name] = relative(to, fileName).split('/src/') as [string, string];
    if (!PUBLISHED.includes(folder)) throw new Error(`${folder} is needed and not published.`);
    const file = join(to, basename(folder), 'dist', name);
    mkdirSync(dirname(file), { recursive: true });
    // The compiler rewrites the extensions of imports in JavaScript only.
    writeFileSync(file, name.endsWith('.d.ts') ? text.replace(RELATIVE_TS, '$1.js$2') : text);
  });
  const [first] = [...diagnostics, ...program.getSyntacticDiagnostics()];
  if (first) throw new Error(ts.flattenDiagnosticMessageText(first.messageText, '\n'));
  for (const file of program.getSourceFiles()) {
    const folder = packageOf(file.fileName);
    if (folder && !PUBLISHED.includes(folder)) throw new Error(`${folder} is needed and not published.`);
  }
}

/** The README of a format; of a companion what its manifest says of it. */
function publishedReadme(source: string): string {
  if ((FORMATS as readonly string[]).includes(basename(source))) return readmeOf(source);
  const { name, description } = manifestOf(source);
  return `# ${name}\n\n${description}. It comes with \`@tegata/mdoc\` and its kin, whose READMEs show it at work; its declarations say the rest.\n`;
}

/** The manifest of the repository with what only the published form has: its exports, and the root's word on Node's version. */
function publishedManifest(folder: string): string {
  const { scripts, publishConfig, ...manifest } = JSON.parse(JSON.stringify(manifestOf(folder)));
  const { exports, ...config } = publishConfig;
  const { engines } = JSON.parse(ts.sys.readFile(join(ROOT, 'package.json')) ?? '');
  return `${JSON.stringify({ ...manifest, engines, exports, publishConfig: config }, null, 2)}\n`;
}

if (import.meta.main) {
  const to = join(ROOT, 'packed');
  mkdirSync(to, { recursive: true });
  for (const { name, tarball } of pack(to)) process.stdout.write(`${name} ${relative(ROOT, tarball)}\n`);
}
