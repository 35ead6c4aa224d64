import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@tegata/log';
import { seededRandom } from '@tegata/random';
import { parseProblem, problemAnswer, toProblem, wordTable } from './index.ts';

test('every code has words in both languages and a status that is an error', () => {
  for (const [code, entry] of Object.entries(wordTable)) {
    assert.match(code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(entry.status >= 400 && entry.status < 600, code);
    for (const words of [entry.ja, entry.en]) assert.ok(words.what.length > 3 && words.next.length > 3, code);
    assert.match(entry.ja.what, /[ぁ-ん]/, code);
  }
});

test('an error without a known code tells nothing of itself', () => {
  const problem = toProblem(Object.assign(new Error('SELECT secret FROM smp'), { code: '23505' }), 'id-1');
  assert.equal(problem.code, 'internal');
  assert.equal(problem.incident, 'id-1');
  assert.doesNotMatch(JSON.stringify(problem), /SELECT|23505/);
});

test('only tries left and the reference of an error’s context are told', () => {
  const problem = toProblem({ code: 'wrong-pin', context: { triesLeft: 2, pin: '9999' } });
  assert.equal(problem.triesLeft, 2);
  assert.doesNotMatch(JSON.stringify(problem), /9999/);
});

test('a problem from the wire is read by its code, with our own words', () => {
  const sent = new TextEncoder().encode(JSON.stringify({ code: 'pin-locked', ja: { what: '<b>' }, triesLeft: 'x' }));
  const read = parseProblem(sent);
  assert.equal(read?.status, 423);
  assert.equal(read?.ja.what, '暗証番号がロックされています。');
  assert.equal(read?.triesLeft, undefined);
  assert.equal(parseProblem(new TextEncoder().encode('[]')), undefined);
  assert.equal(parseProblem(new TextEncoder().encode('{"code":"constructor"}')), undefined);
});

test('the last stop of a server’s errors logs the class and place of an unexpected one, and answers neither', () => {
  const lines: string[] = [];
  const clock = { now: () => new Date(0) };
  const log = createLog({ party: 'smp', clock, write: (line) => lines.push(line) });
  const answer = problemAnswer({ log, random: seededRandom('problem') });
  const { status, body } = answer(new TypeError('SELECT my_number FROM secret'));
  assert.equal(status, 500);
  assert.doesNotMatch(body, /SELECT|TypeError|\.ts/);
  assert.doesNotMatch(lines.join(''), /SELECT/);
  const incident = (JSON.parse(body) as { incident: string }).incident;
  assert.equal((JSON.parse(lines[0] as string) as { incident: string; class: string }).incident, incident);
  assert.match(lines[0] as string, /"class":"TypeError"/);
});
