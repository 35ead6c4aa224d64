import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './published.ts';

/** A program over the entries of some packages, by the house's own settings; only what they reach is in it. */
export function programOf(folders: readonly string[], more: ts.CompilerOptions = {}): ts.Program {
  const file = join(ROOT, 'tsconfig.json');
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const entries = folders.map((folder) => join(ROOT, folder, 'src/index.ts'));
  return ts.createProgram(entries, { ...options, ...more });
}

/** The folder of a package that a file of a program belongs to, from the root; undefined for the compiler's own and for others'. */
export function packageOf(fileName: string): string | undefined {
  const inside = fileName.startsWith(`${ROOT}/`) ? fileName.slice(ROOT.length + 1) : '';
  return /^((?:ground|formats)\/[^/]+)\/src\//.exec(inside)?.[1];
}
