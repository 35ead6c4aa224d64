import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import ts from 'typescript';
import { type Packed, pack } from './pack.ts';
import { FORMATS, MAY_NEED_OTHERS, manifestOf, ROOT } from './published.ts';
import { type Example, examplesOf, readmeOf } from './readme.ts';

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program to its end, others beside it. */
function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('exit', (status) => resolve({ status, output }));
  });
}

/** What a module says it imports, in JavaScript and in declarations. */
const IMPORTED = /(?:\bfrom |\bimport\(|^import )['"]([^'"\n]+)['"]/gm;

/** Statements that define something and do nothing else. */
const DEFINES: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.VariableStatement,
]);

/** Whether it awaits anything outside of its functions. */
function awaits(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  return ts.isAwaitExpression(node) || ts.forEachChild(node, (child) => awaits(child) || undefined) === true;
}

/** Files of a folder that end so, with their text. */
const filesOf = (folder: string, end: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

describe('the published packages', () => {
  // Outside of the repository, so that nothing is found there by accident.
  const place = mkdtempSync(join(tmpdir(), 'tegata-packed-'));
  const consumer = join(place, 'consumer');
  let packed: Packed[];
  const examples = FORMATS.flatMap((format) =>
    examplesOf(readmeOf(`formats/${format}`)).map((example, index) => ({ ...example, file: `${format}-${index}` })),
  );

  before(async () => {
    packed = pack(place);
    mkdirSync(consumer);
    writeFileSync(join(consumer, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    const alone = packed.filter(({ name }) => name !== MAY_NEED_OTHERS).map(({ tarball }) => tarball);
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const installed = await run('npm', ['install', ...flags, ...alone], consumer);
    assert.equal(installed.status, 0, installed.output);
    await lend(packed.find(({ name }) => name === MAY_NEED_OTHERS) as Packed);
  });
  after(() => rmSync(place, { recursive: true, force: true }));

  /** Installs the one package that needs others by hand: those are lent by the repository, since no registry is asked here. */
  async function lend({ name, source, tarball }: Packed): Promise<void> {
    const to = join(consumer, 'node_modules', name);
    mkdirSync(to);
    assert.equal((await run('tar', ['-xzf', tarball, '-C', to, '--strip-components=1'], consumer)).status, 0);
    const others = Object.keys(manifestOf(source).dependencies ?? {}).filter((one) => !one.startsWith('@tegata/'));
    assert.ok(others.length > 0);
    for (const other of [...others, '@types/node']) {
      const link = join(consumer, 'node_modules', other);
      mkdirSync(join(link, '..'), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', other), link);
    }
  }

  it('install outside of the repository without a registry, and hold JavaScript, declarations, licence and README', () => {
    for (const { name } of packed) {
      const folder = join(consumer, 'node_modules', name);
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      for (const target of Object.values(manifest.exports['.'] as object)) assert.ok(existsSync(join(folder, target)));
      assert.deepEqual([manifest.private, manifest.scripts, manifest.engines.node], [undefined, undefined, '>=24']);
      for (const file of ['LICENSE', 'README.md']) assert.ok(existsSync(join(folder, file)), `${name} lacks ${file}`);
      const strange = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
        /\.test\.|-for-tests|(?<!\.d)\.ts$/.test(file),
      );
      assert.deepEqual(strange, [], name);
    }
  });

  it('import nothing but Node and the packages that their manifests name', () => {
    let seen = 0;
    for (const { name, source, folder } of packed) {
      const files = [...filesOf(join(folder, 'dist'), '.js'), ...filesOf(join(folder, 'dist'), '.d.ts')];
      const packages = new Set<string>();
      for (const [, target = ''] of files.flatMap(({ text }) => [...text.matchAll(IMPORTED)])) {
        seen++;
        if (target.startsWith('.')) assert.match(target, /\.js$/, `${name}: ${target}`);
        else if (target.startsWith('node:')) assert.ok(builtinModules.includes(target.slice(5)), target);
        else packages.add(target);
      }
      const ours = (all: Iterable<string>) => [...all].filter((one) => one.startsWith('@tegata/')).sort();
      const { dependencies = {} } = manifestOf(source);
      assert.deepEqual(ours(packages), ours(Object.keys(dependencies)), name);
      const others = [...packages].filter((one) => !one.startsWith('@tegata/'));
      if (name === MAY_NEED_OTHERS) for (const other of others) assert.ok(Object.hasOwn(dependencies, other), other);
      else assert.deepEqual([others, Object.keys(dependencies)], [[], ours(Object.keys(dependencies))], name);
    }
    assert.ok(seen > 500, `only ${seen} imports were seen`);
  });

  it('do nothing when they are imported but define: no awaiting, no statement with an effect, so that what is unused can be left out', () => {
    let seen = 0;
    for (const { source, folder } of packed) {
      assert.equal(manifestOf(source).sideEffects, false);
      for (const { file, text } of filesOf(join(folder, 'dist'), '.js')) {
        const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
        for (const statement of statements) {
          seen++;
          assert.ok(DEFINES.has(statement.kind), `${source}/${file}: ${statement.getText().slice(0, 80)}`);
          assert.ok(!awaits(statement), `${source}/${file} awaits`);
        }
      }
    }
    assert.ok(seen > 1000, `only ${seen} statements were seen`);
  });

  it('run the examples of their READMEs as plain JavaScript, with what the comments promise', async () => {
    assert.ok(examples.length >= FORMATS.length);
    const check = async ({ file, javascript, promised }: Example & { file: string }) => {
      writeFileSync(join(consumer, `${file}.js`), javascript);
      const { status, output } = await run(process.execPath, [`${file}.js`], consumer);
      assert.equal(status, 0, `${file}: ${output}`);
      assert.ok(promised.length > 0, `${file} promises nothing`);
      assert.deepEqual(output.trimEnd().split('\n'), promised, file);
    };
    await Promise.all(examples.map(check));
  });

  it('have declarations that a strict compiler takes, their own and those of the examples', async () => {
    for (const { file, typescript } of examples) writeFileSync(join(consumer, `${file}.ts`), typescript);
    const compilerOptions = {
      target: 'es2024',
      lib: ['es2024'],
      module: 'nodenext',
      types: ['node'],
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      skipLibCheck: false,
      skipDefaultLibCheck: true,
    };
    const files = examples.map(({ file }) => `${file}.ts`);
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, output } = await run(process.execPath, [tsc, '-p', '.'], consumer);
    assert.equal(status, 0, output);
  });
});
