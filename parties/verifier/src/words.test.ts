import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECK_IDS } from '@tegata/mdoc';
import { words } from '@tegata/problem';

test('whatever turns the light red has words for the person at the counter', () => {
  const ofSessions = [
    'qr',
    'engagement',
    'version',
    'retrieval-address-refused',
    'session-key',
    'session-message',
    'session-decryption',
    'session-terminated',
    'session-encryption-error',
    'session-decoding-error',
    'session-status-unknown',
    'phone-refused',
    'peer-unreachable',
    'peer-timeout',
    'peer-answer-too-large',
  ];
  const ofVerdicts = ['under-age', 'consent-denied', 'check-not-performed'];
  const without = [...CHECK_IDS, ...ofSessions, ...ofVerdicts].filter((code) => words(code) === undefined);
  assert.deepEqual(without, []);
});
