import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { FORMATS, ROOT } from './published.ts';
import { codesOf, readmeOf, sectionOf } from './readme.ts';

/** Which list of the sources stands under which heading. */
const LISTS: Readonly<Record<(typeof FORMATS)[number], Readonly<Record<string, string>>>> = {
  der: { 'Error codes': 'DerErrorCode' },
  cbor: { 'Error codes': 'CborErrorCode' },
  cose: { 'Error codes': 'CoseErrorCode' },
  hpke: { 'Error codes': 'HpkeErrorCode' },
  x509: { 'Error codes': 'X509ErrorCode', 'Rule codes': 'RuleCode', 'CRL codes': 'CrlCode' },
  'status-list': { 'Error codes': 'StatusListErrorCode' },
  mdoc: { Checks: 'CHECK_IDS', 'Error codes': 'MdocErrorCode' },
};

/** The string literals of a type, or of a constant, that a package declares under this name. */
function literalsOf(folder: string, name: string): string[] {
  const files = readdirSync(join(ROOT, folder, 'src'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((one) => one.endsWith('.ts') && !one.endsWith('.test.ts'))) {
    const text = readFileSync(join(ROOT, folder, 'src', file), 'utf8');
    if (!text.includes(name)) continue;
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const declarations = source.statements.flatMap((statement): readonly ts.Node[] =>
      ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement],
    );
    const declaration = declarations.find(
      (one) => (ts.isTypeAliasDeclaration(one) || ts.isVariableDeclaration(one)) && one.name.getText() === name,
    );
    if (declaration) return [...declaration.getText().matchAll(/'([a-z0-9-]+)'/g)].map(([, code = '']) => code).sort();
  }
  return [];
}

describe('the README of each format', () => {
  for (const name of FORMATS) {
    const readme = readmeOf(`formats/${name}`);

    it(`lists the codes of ${name} as its sources do`, () => {
      for (const [heading, declared] of Object.entries(LISTS[name])) {
        const codes = literalsOf(`formats/${name}`, declared);
        assert.ok(codes.length > 5, `${declared} was not found`);
        const listed = codesOf(sectionOf(readme, heading));
        assert.deepEqual(listed, codes, `Bring “${heading}” of formats/${name}/README.md in line with ${declared}.`);
      }
    });

    it(`says of ${name} what it is, what limits it, how fast it is, and where every export stands`, () => {
      assert.match(readme, new RegExp(`^# @tegata/${name}\\n\\n\\S`));
      assert.ok(sectionOf(readme, 'Limits').length > 100);
      assert.match(sectionOf(readme, 'Speed'), /npm run/);
      assert.ok(readme.includes(`docs/api/${name}.md`));
    });
  }
});
