import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFailpoints } from './index.ts';

test('a drill names points that exist and actions that exist', () => {
  assert.deepEqual(
    [...parseFailpoints('smp.after-verify=kill, smp.after-offered=delay:20')],
    [
      ['smp.after-verify', 'kill'],
      ['smp.after-offered', 'delay:20'],
    ],
  );
  assert.throws(() => parseFailpoints('smp.after-verfy=kill'), RangeError);
  assert.throws(() => parseFailpoints('smp.after-verify'), RangeError);
  assert.throws(() => parseFailpoints('smp.after-verify=explode'), RangeError);
});
