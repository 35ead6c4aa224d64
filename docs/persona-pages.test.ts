import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES, pageOf, personaPage } from './make-persona-pages.ts';

for (const language of LANGUAGES) {
  test(`the page of test cards (${language}) says what their data files say`, () => {
    const written = readFileSync(pageOf(language), 'utf8');
    assert.equal(written, personaPage(language), 'Run: node docs/make-persona-pages.ts');
  });
}
