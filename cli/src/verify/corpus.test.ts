import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CheckResult, VerifyResult } from './result.ts';
import { run } from './samples-for-tests.ts';

const folder = fileURLToPath(new URL('../../../interop/corpus/cases/', import.meta.url));
const path = (name: string) => `${folder}${name}`;

interface Finding {
  readonly check: string;
  readonly code?: string;
}

interface Case {
  readonly id: string;
  readonly expect: 'valid' | Finding;
  readonly also?: readonly Finding[];
  readonly pending?: string;
  readonly kind: 'device-response' | 'issuer-signed' | 'device-request';
  readonly docType: string;
  readonly file: string;
  readonly transcript: string;
  readonly readerKey?: string;
  readonly anchors: readonly { readonly file: string; readonly docTypes?: readonly string[] }[];
  readonly at: string;
  readonly requested: readonly object[];
  readonly options?: { readonly skewSeconds?: number; readonly profileMode?: string; readonly revocation?: string };
  readonly crls?: readonly string[];
  readonly statusTokens?: readonly string[];
}

const { cases } = JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as { cases: readonly Case[] };
/**
 * The command has no option for another skew, for an anchor of some document types alone, nor a command for requests; and it reads
 * hexadecimal text, which the library does not.
 */
const asked = cases.filter(
  ({ id, kind, options, anchors }) =>
    id !== 'cbor-text-of-hex' &&
    kind !== 'device-request' &&
    options?.skewSeconds === undefined &&
    anchors.every(({ docTypes }) => !docTypes),
);

function lineOf(one: Case): object {
  const response = {
    response: path(one.file),
    transcript: path(one.transcript),
    requested: one.requested,
    ...(one.readerKey ? { 'reader-key': path(one.readerKey) } : {}),
  };
  return {
    id: one.id,
    ...(one.kind === 'device-response' ? response : { issued: path(one.file), doctype: one.docType }),
    trust: one.anchors.map(({ file }) => path(file)),
    at: one.at,
    interop: one.options?.profileMode === 'interop',
    ...(one.options?.revocation ? { revocation: one.options.revocation } : {}),
    ...(one.crls ? { crl: one.crls.map(path) } : {}),
    ...(one.statusTokens ? { 'status-token': one.statusTokens.map(path) } : {}),
  };
}

const failures = ({ documents, checks = [] }: VerifyResult): CheckResult[] =>
  [...checks, ...documents.flatMap((document) => document.checks)].filter(({ result }) => result === 'failed');

describe('tegata verify --batch over the adversarial corpus', () => {
  it('refuses every forged document by exactly the check in question, and accepts every good one', async () => {
    assert.ok(asked.length > 150);
    const lines = asked.map((one) => new Uint8Array(Buffer.from(`${JSON.stringify(lineOf(one))}\n`)));
    const { results, code } = await run(['--batch', '-'], { lines });
    assert.equal(code, 1);
    const wrong: string[] = [];
    for (const [index, one] of asked.entries()) {
      const result = results[index] as VerifyResult;
      assert.equal(result.id, one.id);
      const expected = one.expect === 'valid' ? [] : [one.expect, ...(one.also ?? [])].map(({ check }) => check);
      const found = failures(result).map(({ id }) => id as string);
      const same = JSON.stringify([...new Set(found)].sort()) === JSON.stringify([...new Set(expected)].sort());
      const verdict = result.valid === (one.expect === 'valid');
      if ((!same || !verdict) && !one.pending) wrong.push(`${one.id}: ${found.join(', ')} for ${expected.join(', ')}`);
      for (const document of result.documents) {
        if (!document.valid) assert.deepEqual(document.elements, {}, one.id);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
