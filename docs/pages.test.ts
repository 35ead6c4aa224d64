import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PERSONA_IDS } from '@tegata/card';
import { wordTable } from '@tegata/problem';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = ['README.md', 'README.ja.md', ...globSync('docs/**/*.md', { cwd: root })];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

describe('the pages', () => {
  it('exist in both languages', () => {
    const names = (language: string) =>
      globSync(`docs/${language}/*.md`, { cwd: root })
        .map((page) => page.slice(8))
        .sort();
    assert.deepEqual(names('en'), names('ja'));
    assert.ok(names('en').length >= 9);
  });
  it('link to what exists', () => {
    let links = 0;
    for (const page of pages) {
      for (const [, target = ''] of textOf(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^https?:/.test(target)) continue;
        links++;
        assert.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
      }
    }
    assert.ok(links > 30, 'links were found');
  });
  it('name files and folders that exist', () => {
    for (const page of pages) {
      for (const [, path = ''] of textOf(page).matchAll(
        /`((?:parties|formats|ground|screens|cli|docs|faults|journeys|interop)\/[\w./-]*)`/g,
      )) {
        assert.ok(existsSync(join(root, path)), `${page}: ${path}`);
      }
    }
  });
  it('name test cards that exist, and all of them on their own page', () => {
    for (const page of pages) {
      for (const [, id = ''] of textOf(page).matchAll(/--persona ([a-z][a-z0-9-]*)/g)) {
        assert.ok((PERSONA_IDS as readonly string[]).includes(id), `${page}: ${id}`);
      }
    }
    for (const language of ['en', 'ja']) {
      const page = textOf(`docs/${language}/personas.md`);
      for (const id of PERSONA_IDS) assert.ok(page.includes(`\`${id}\``), `${language}: ${id}`);
    }
  });
  it('name codes of refusal that the table of words has', () => {
    for (const code of [
      'no-signature-certificate',
      'certificate-revoked',
      'pin-locked',
      'under-age',
      'legal-basis-required',
      'ocsp-unavailable',
    ]) {
      assert.ok(Object.hasOwn(wordTable, code), code);
    }
  });
});
