import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ApplicationError, type LoginChallenge, loginChallengeText, parseLoginChallenge } from './index.ts';

const challenge: LoginChallenge = {
  origin: 'https://shop.example:8443',
  purpose: 'マイページにログインします。',
  nonce: 'A'.repeat(43),
  issued: new Date('2026-11-24T00:00:00Z'),
  expires: new Date('2026-11-24T00:05:00Z'),
};
const text = loginChallengeText(challenge);
const malformed = { code: 'login-challenge-malformed' };

describe('a login challenge', () => {
  it('is a text that says where, what for and until when, and comes back as it was written', () => {
    assert.deepEqual(text.split('\n').slice(0, 3), [
      'Tegata login challenge 1',
      'origin: https://shop.example:8443',
      'purpose: マイページにログインします。',
    ]);
    assert.deepEqual(parseLoginChallenge(text), challenge);
  });

  const unwritten: [string, Partial<LoginChallenge>][] = [
    ['an origin with a path', { origin: 'https://shop.example/login' }],
    ['an origin with a user', { origin: 'https://me@shop.example' }],
    ['an origin in capitals', { origin: 'https://SHOP.example' }],
    ['an origin that is no web address', { origin: 'file:///etc' }],
    ['a purpose with a second line', { purpose: 'a\norigin: https://other.example' }],
    ['a purpose that is read from right to left', { purpose: 'log\u202ein' }],
    ['no purpose', { purpose: '' }],
    ['a purpose too long', { purpose: 'あ'.repeat(201) }],
    ['a short nonce', { nonce: 'AAAA' }],
    ['an end before its beginning', { expires: new Date('2026-11-23T00:00:00Z') }],
  ];
  for (const [what, change] of unwritten) {
    it(`with ${what} is not written`, () => {
      assert.throws(() => loginChallengeText({ ...challenge, ...change }), malformed);
    });
  }

  it('with a day that does not exist, a line more or a line end of another kind is not read', () => {
    for (const other of [
      text.replace('2026-11-24T00:00:00Z', '2026-02-30T00:00:00Z'),
      `${text}\n`,
      text.trimEnd(),
      text.replaceAll('\n', '\r\n'),
      text.replace('challenge 1', 'challenge 2'),
      '',
    ]) {
      assert.throws(() => parseLoginChallenge(other), malformed);
    }
  });

  it('with any character changed is read as another text or refused with an error of this package', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: 'grapheme', minLength: 0, maxLength: 1 }), (at, unit) => {
        const other = text.slice(0, at) + unit + text.slice(at + 1);
        try {
          assert.equal(loginChallengeText(parseLoginChallenge(other)), other);
        } catch (error) {
          if (!(error instanceof ApplicationError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
