import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorPage, LANGUAGES, pageOf } from './make-error-pages.ts';

for (const language of LANGUAGES) {
  test(`the page of error codes (${language}) says what the word table says`, () => {
    const written = readFileSync(pageOf(language), 'utf8');
    assert.equal(written, errorPage(language), 'Run: node docs/make-error-pages.ts');
  });
}
