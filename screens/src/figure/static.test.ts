import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parties, stepNumbers } from '../api/answers.ts';
import { en } from '../words/en.ts';
import { ja } from '../words/ja.ts';
import { figureSvg } from './static.ts';

for (const words of [ja, en])
  test(`the drawn figure (${words.lang}) names every party and every step, and is marked TEST ONLY`, () => {
    const svg = figureSvg(words);
    for (const party of parties) assert.ok(svg.includes(`>${words.parties[party].name}<`), party);
    for (const n of stepNumbers) assert.ok(svg.includes(`>${words.steps[n].verb}<`), words.steps[n].verb);
    assert.ok(svg.includes('TEST ONLY'));
  });

for (const words of [ja, en])
  test(`docs/figure.${words.lang}.svg is what the code draws (node screens/src/figure/write-static.ts renews it)`, async () => {
    const kept = await readFile(new URL(`../../../docs/figure.${words.lang}.svg`, import.meta.url), 'utf8');
    assert.equal(kept, figureSvg(words));
  });
