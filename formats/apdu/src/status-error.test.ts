import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResponse } from './response.ts';
import { expectOk, statusError } from './status-error.ts';
import { SW } from './status-word.ts';

test('every status word of the card is an error of its own name', () => {
  const codes = Object.values(SW)
    .filter((sw) => sw !== SW.ok)
    .map((sw) => statusError(sw).code);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(!codes.includes('status-unknown'));
  assert.equal(statusError(SW.securityStatusNotSatisfied).code, 'security-status-not-satisfied');
  assert.equal(statusError(0x6d01).code, 'status-unknown');
});

test('63Cx tells the tries left; none left is the same error as 6984', () => {
  const told = (sw: number) => [statusError(sw).code, statusError(sw).context];
  assert.deepEqual(told(0x63c2), ['verification-failed', { sw: '63C2', triesLeft: 2 }]);
  assert.deepEqual(told(0x63c0), ['key-blocked', { sw: '63C0', triesLeft: 0 }]);
  assert.deepEqual(told(0x6984), ['key-blocked', { sw: '6984', triesLeft: 0 }]);
  assert.deepEqual(told(0x6300), ['verification-failed', { sw: '6300' }]);
  assert.match(statusError(0x63c2).message, /63C2 verification failed, 2 attempts left\. Check the value/);
});

test('only 9000 gives the data', () => {
  assert.deepEqual([...expectOk(parseResponse(Uint8Array.of(7, 0x90, 0x00)))], [7]);
  assert.throws(() => expectOk(parseResponse(Uint8Array.of(7, 0x62, 0x82))), { code: 'end-of-file' });
  assert.throws(() => expectOk(parseResponse(Uint8Array.of(0x6a, 0x82))), { code: 'file-not-found' });
});
