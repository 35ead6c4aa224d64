import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CHECK_IDS } from '@tegata/mdoc';
import { allCases } from '../corpus/all-cases.ts';
import type { Finding } from '../corpus/case.ts';
import { filesOf } from '../corpus/manifest.ts';
import { CORPUS, loadCase, readManifest } from './corpus-cases.ts';
import { judge } from './corpus-judge.ts';

const { cases } = readManifest();
/** The entries of the list of verification mistakes that a verifier of mdocs can make; the others are of issuers, wallets, radios. */
const PITFALLS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 24];

const word = ({ check, code }: Finding) => `${check}: ${code ?? ''}`;
/** Findings as text; a code that is not expected of it counts as any. */
const told = (found: readonly Finding[], expected: readonly Finding[]) =>
  found
    .map((one) =>
      expected.some(({ check, code }) => check === one.check && code === undefined) ? { check: one.check } : one,
    )
    .map(word)
    .sort();

describe('the adversarial corpus', () => {
  for (const entry of cases) {
    const { expect } = entry;
    const title = expect === 'valid' ? 'is accepted' : `is refused by ${word(expect)}`;
    it(`${entry.id} ${title}: ${entry.title}`, entry.pending ? { skip: `pending: ${entry.pending}` } : {}, () => {
      const verdict = judge(loadCase(entry));
      const expected = expect === 'valid' ? [] : [expect, ...(entry.also ?? [])];
      assert.deepEqual(told(verdict.failed, expected), expected.map(word).sort());
      assert.equal(verdict.valid, expect === 'valid');
      assert.equal(verdict.leaks, false, 'values of a refused document can be reached');
      if (expect === 'valid')
        assert.deepEqual(told(verdict.warnings, entry.warnings ?? []), (entry.warnings ?? []).map(word).sort());
    });
  }

  it('has a case for every check that can refuse a document, and for every mistake that a verifier of mdocs can make', () => {
    const checks = new Set(cases.map(({ expect }) => (expect === 'valid' ? '' : expect.check)));
    // What was left out of an answer is reported and refuses nothing.
    const without = CHECK_IDS.filter((id) => !checks.has(id) && id !== 'missing-element');
    assert.deepEqual(without, []);
    const pitfalls = new Set(cases.flatMap((entry) => entry.pitfalls ?? []));
    assert.deepEqual(
      PITFALLS.filter((number) => !pitfalls.has(number)),
      [],
    );
    assert.ok(cases.length >= 150);
  });

  it('is made anew byte for byte by its generator', () => {
    const made = filesOf(allCases());
    const stored = readdirSync(CORPUS, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) =>
        join(file.parentPath, file.name)
          .slice(CORPUS.length + 1)
          .replaceAll('\\', '/'),
      );
    assert.deepEqual(stored.sort(), [...made.keys()].sort());
    for (const [path, bytes] of made) {
      assert.ok(
        Buffer.from(bytes).equals(readFileSync(join(CORPUS, path))),
        `${path} differs: ${'run node interop/src/make-corpus.ts'}`,
      );
    }
    const size = [...made.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    assert.ok(size < 3 * 1024 * 1024);
  });
});
