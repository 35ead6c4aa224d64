import ts from 'typescript';
import { programOf } from './program.ts';

/** What can be exported. */
export type ExportKind = 'function' | 'class' | 'constant' | 'type';

/** One name that a package exports. */
export interface ExportedName {
  readonly name: string;
  readonly kind: ExportKind;
  /** Without its name where it is a type, else a line of TypeScript for each overload. */
  readonly signatures: readonly string[];
  /** The first sentence of its doc comment; empty where there is none. */
  readonly summary: string;
}

/** The exports of packages, by folder; each in the order of their names. */
export function exportsOf(folders: readonly string[]): Map<string, ExportedName[]> {
  const program = programOf(folders);
  const checker = program.getTypeChecker();
  const all = new Map<string, ExportedName[]>();
  for (const folder of folders) {
    const entry = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(`/${folder}/src/index.ts`));
    const module = entry && checker.getSymbolAtLocation(entry);
    if (!module) throw new Error(`${folder} has no entry that exports anything.`);
    const names = checker.getExportsOfModule(module).map((symbol) => exported(checker, symbol));
    all.set(
      folder,
      names.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  }
  return all;
}

function exported(checker: ts.TypeChecker, alias: ts.Symbol): ExportedName {
  const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
  const summary = firstSentence(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  const { name } = alias;
  const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
  if (!declaration) throw new Error(`${name} is declared nowhere.`);
  if (ts.isClassDeclaration(declaration)) {
    return { name, kind: 'class', signatures: [`class ${name}${heritage(declaration)}`], summary };
  }
  if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
    return { name, kind: 'type', signatures: [typeText(declaration)], summary };
  }
  const type = checker.getTypeOfSymbol(symbol);
  const calls = type.getCallSignatures();
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;
  if (calls.length > 0) {
    const signatures = calls.map((call) => name + oneLine(checker.signatureToString(call, declaration, flags)));
    return { name, kind: 'function', signatures, summary };
  }
  const text = oneLine(checker.typeToString(type, declaration, flags));
  return { name, kind: 'constant', signatures: [short(`const ${name}: `, text, 'object')], summary };
}

/** Longer ones say less than their name does. */
const LONGEST = 160;

const short = (head: string, text: string, instead: string) =>
  head + (head.length + text.length <= LONGEST ? text : instead);

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();

function heritage(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  return declaration.heritageClauses?.map((clause) => ` ${oneLine(clause.getText())}`).join('') ?? '';
}

function typeText(declaration: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): string {
  const name = declaration.name.text;
  const parameters = declaration.typeParameters
    ? `<${declaration.typeParameters.map((parameter) => oneLine(parameter.getText())).join(', ')}>`
    : '';
  if (ts.isInterfaceDeclaration(declaration)) return `interface ${name}${parameters}${heritage(declaration)}`;
  const text = oneLine(declaration.type.getText()).replace(/^\| /, '');
  return short(`type ${name}${parameters} = `, text, '…');
}

/** Up to the first full stop behind which something new begins. */
function firstSentence(text: string): string {
  const plain = oneLine(text.split(/\n\s*\n/)[0] ?? '').replace(/\{@link (\w+)\s*\}/g, '`$1`');
  return /^.*?(?<!\be\.g|\bi\.e|\bApp)[.!?](?=\s+[\p{Lu}`“(]|$)/u.exec(plain)?.[0] ?? plain;
}
