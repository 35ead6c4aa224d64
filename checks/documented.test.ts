import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { API_PAGES, apiPages, formatExports } from '../docs/make-api-pages.ts';

describe('the published formats', () => {
  const all = formatExports();

  it('say of every export what it is', () => {
    const names = [...all].flatMap(([folder, exported]) => exported.map((one) => ({ folder, ...one })));
    assert.ok(names.length > 300, `only ${names.length} exports were seen`);
    const silent = names.filter(({ summary }) => summary === '').map(({ folder, name }) => `${folder}: ${name}`);
    assert.deepEqual(silent, []);
  });

  it('have API pages that say what their sources say', () => {
    const pages = apiPages(all);
    assert.deepEqual(readdirSync(API_PAGES).sort(), [...pages.keys()].sort());
    for (const [name, text] of pages) {
      assert.equal(readFileSync(new URL(name, API_PAGES), 'utf8'), text, 'Run: node docs/make-api-pages.ts');
    }
  });
});
