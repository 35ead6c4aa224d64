import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, encode, Tagged } from '@tegata/cbor';
import { seededRandom } from '@tegata/random';
import fc from 'fast-check';
import {
  type Application,
  ApplicationError,
  decodeApplication,
  encodeApplication,
  MAX_APPLICATION_BYTES,
  MAX_DEVICE_KEYS,
} from './index.ts';

const random = seededRandom('application');
const key = (): CborMap =>
  new Map<number, CborValue>([
    [1, 2],
    [-1, 1],
    [-2, random.bytes(32)],
    [-3, random.bytes(32)],
  ]);
const application: Application = {
  version: 1,
  session: 'session-0000000000000001',
  challenge: random.bytes(32),
  platform: 'ios',
  time: new Date('2026-04-01T00:00:00Z'),
  card: {
    text: {
      1: random.bytes(17),
      2: random.bytes(104),
      3: random.bytes(340),
      4: random.bytes(568),
      7: random.bytes(536),
    },
    surface: { 2: random.bytes(12_000), 3: random.bytes(330), 4: random.bytes(568) },
    presence: random.bytes(256),
    surfacePresence: random.bytes(256),
  },
  deviceKeys: [key(), key()],
  keyAttestation: 'eyJ0.eyJ1.c2ln',
  responseKey: key(),
};
const content = encodeApplication(application);
const certificateRequests = { auth: random.bytes(700), sign: random.bytes(700) };

/** The content with one change somewhere in its map. */
function changed(change: (map: CborMap) => void): Uint8Array {
  const map = decode(content) as CborMap;
  change(map);
  return encode(map);
}
const inner = (map: CborMap, ...path: string[]) => path.reduce((at, name) => at.get(name) as CborMap, map);

describe('an application', () => {
  it('comes back as it was written', () => {
    assert.deepEqual(decodeApplication(content), application);
  });

  it('may request the certificates of the phone beside the card, or alone', () => {
    const both: Application = { ...application, certificateRequests };
    assert.deepEqual(decodeApplication(encodeApplication(both)), both);
    const alone: Application = { ...both, want: 'certificates' };
    assert.deepEqual(decodeApplication(encodeApplication(alone)), alone);
  });

  const requests = (change: Record<string, CborValue>) => (map: CborMap) => {
    const made = new Map(Object.entries({ ...certificateRequests, ...change }));
    map.set('certificateRequests', new Map([...made].filter(([, value]) => value !== undefined)));
  };
  const refused: [string, string, (map: CborMap) => void][] = [
    ['another version', 'version', (map) => map.set('version', 2)],
    ['a member missing', 'application', (map) => map.delete('platform')],
    ['a member too many', 'application', (map) => map.set('extra', 1)],
    ['a short challenge', 'challenge', (map) => map.set('challenge', new Uint8Array(31))],
    ['a challenge as text', 'challenge', (map) => map.set('challenge', 'a'.repeat(32))],
    ['another platform', 'platform', (map) => map.set('platform', 'ios\n')],
    ['a session with other characters', 'session', (map) => map.set('session', '../../0000000000000001')],
    ['a time as number', 'time', (map) => map.set('time', 1)],
    ['a time with a fraction', 'time', (map) => map.set('time', new Tagged(0, '2026-04-01T00:00:00.5Z'))],
    ['a file missing', 'card.text', (map) => inner(map, 'card', 'text').delete(7)],
    ['a file too many', 'card.surface', (map) => inner(map, 'card', 'surface').set(5, new Uint8Array(1))],
    ['an empty file', 'card.text.2', (map) => inner(map, 'card', 'text').set(2, new Uint8Array(0))],
    [
      'a face file beyond its limit',
      'card.surface.2',
      (map) => inner(map, 'card', 'surface').set(2, new Uint8Array(32_769)),
    ],
    [
      'a My Number file beyond its limit',
      'card.text.1',
      (map) => inner(map, 'card', 'text').set(1, new Uint8Array(65)),
    ],
    ['no device key', 'deviceKeys', (map) => map.set('deviceKeys', [])],
    [
      'too many device keys',
      'deviceKeys',
      (map) => map.set('deviceKeys', Array.from({ length: MAX_DEVICE_KEYS + 1 }, key)),
    ],
    [
      'one device key twice',
      'deviceKeys',
      (map) => map.set('deviceKeys', [map.get('responseKey'), map.get('responseKey')]),
    ],
    [
      'a private part in a device key',
      'deviceKeys.0',
      (map) => map.set('deviceKeys', [new Map(key()).set(-4, new Uint8Array(32))]),
    ],
    ['a key of another curve', 'responseKey', (map) => map.set('responseKey', new Map(key()).set(-1, 2))],
    ['a compressed point', 'responseKey.y', (map) => map.set('responseKey', new Map(key()).set(-3, true))],
    ['the certificates alone wanted and none requested', 'want', (map) => map.set('want', 'certificates')],
    ['something else wanted', 'want', (map) => map.set('want', 'everything')],
    ['one certificate requested', 'certificateRequests', requests({ sign: undefined })],
    ['three certificates requested', 'certificateRequests', requests({ other: random.bytes(700) })],
    ['a request too long', 'certificateRequests.auth', requests({ auth: random.bytes(4097) })],
    ['requests that are null', 'certificateRequests', (map) => map.set('certificateRequests', null)],
    ['a request as text', 'certificateRequests.sign', requests({ sign: 'MII' })],
    ['an attestation that is no token', 'keyAttestation', (map) => map.set('keyAttestation', 'a b')],
  ];
  for (const [what, member, change] of refused) {
    it(`with ${what} is refused by name`, () => {
      assert.throws(
        () => decodeApplication(changed(change)),
        (error: unknown) => {
          assert.ok(error instanceof ApplicationError);
          if (member === 'version') assert.equal(error.code, 'application-version');
          else assert.deepEqual([error.code, error.context['member']], ['application-member', member]);
          return true;
        },
      );
    });
  }

  it('has one spelling: members in another order are refused', () => {
    const map = decode(content) as CborMap;
    const reversed = encode(new Map([...map].reverse()), { mapOrder: 'given' });
    assert.throws(() => decodeApplication(reversed), { code: 'application-not-deterministic' });
  });

  it('has a largest size, and nothing after its end', () => {
    assert.throws(() => decodeApplication(new Uint8Array(MAX_APPLICATION_BYTES + 1)), {
      code: 'application-too-large',
    });
    assert.throws(() => decodeApplication(new Uint8Array([...content, 0])), { code: 'application-not-cbor' });
  });

  it('that a receiver would refuse is not written', () => {
    assert.throws(() => encodeApplication({ ...application, deviceKeys: [] }), { code: 'application-member' });
    assert.throws(() => encodeApplication({ ...application, session: 'short' }), { code: 'application-member' });
  });

  it('with any byte changed or cut off is read as itself or refused with an error of this package', () => {
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const hostile = cut ? content.slice(0, at) : content.with(at, byte);
        try {
          assert.deepEqual(encodeApplication(decodeApplication(hostile)), hostile);
        } catch (error) {
          if (!(error instanceof ApplicationError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });

  it('that is arbitrary bytes is refused with an error of this package', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => decodeApplication(bytes), ApplicationError);
      }),
      { numRuns: 400 },
    );
  });
});
