import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, encode } from '@tegata/cbor';
import { seededRandom } from '@tegata/random';
import fc from 'fast-check';
import { ApplicationError, decodePinReset, encodePinReset, type PinResetWish, pinResetPermission } from './index.ts';

const random = seededRandom('pin-reset');
const wish: PinResetWish = {
  version: 1,
  session: 'session-0000000000000001',
  challenge: random.bytes(32),
  reference: 'TG-0001',
  nonce: random.bytes(32),
};
const content = encodePinReset(wish);
const malformed = { code: 'pin-reset-malformed' };

describe('a wish for new PINs', () => {
  it('comes back as it was written', () => {
    assert.deepEqual(decodePinReset(content), wish);
  });

  const changes: [string, string, CborValue][] = [
    ['another version', 'version', 2],
    ['a session with other characters', 'session', '../../0000000000000001'],
    ['a short challenge', 'challenge', new Uint8Array(31)],
    ['a short nonce', 'nonce', new Uint8Array(31)],
    ['a reference with other characters', 'reference', 'TG 0001'],
    ['a member too many', 'extra', 1],
  ];
  for (const [what, member, value] of changes) {
    it(`with ${what} is refused`, () => {
      const changed = encode((decode(content) as CborMap).set(member, value));
      assert.throws(() => decodePinReset(changed), malformed);
    });
  }

  it('has one spelling, and nothing after its end', () => {
    const reversed = encode(new Map([...(decode(content) as CborMap)].reverse()), { mapOrder: 'given' });
    assert.throws(() => decodePinReset(reversed), malformed);
    assert.throws(() => decodePinReset(new Uint8Array([...content, 0])), malformed);
    assert.throws(() => encodePinReset({ ...wish, nonce: new Uint8Array(0) }), malformed);
  });

  it('with any byte changed is read as itself or refused with an error of this package', () => {
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.nat(255), (at, byte) => {
        const hostile = content.with(at, byte);
        try {
          assert.deepEqual(encodePinReset(decodePinReset(hostile)), hostile);
        } catch (error) {
          if (!(error instanceof ApplicationError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is answered with a permission for this nonce and this phone alone', () => {
    const [key, other] = [random.bytes(32), random.bytes(32)];
    const permission = pinResetPermission(key, wish.nonce);
    assert.equal(permission.length, 32);
    assert.notDeepEqual(permission, pinResetPermission(other, wish.nonce));
    assert.notDeepEqual(permission, pinResetPermission(key, wish.challenge));
  });
});
