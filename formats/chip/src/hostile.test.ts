// 20,000 APDUs, or as many as TEGATA_APDUS says: TEGATA_APDUS=1000000 node --test formats/chip/src/hostile.test.ts
import assert from 'node:assert/strict';
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { test } from 'node:test';
import { seededRandom } from '@tegata/random';
import fc from 'fast-check';
import { makeChip } from './chip.ts';
import { applications, ascii, hex, keys, SELECT } from './chip-for-tests.ts';
import { type CounterStore, memoryCounters } from './counter-store.ts';
import { PinRulesModel, SEED, sealFor } from './pin-rules-model.ts';

const APDUS = Number(process.env['TEGATA_APDUS'] ?? 20_000);
const PER_CHIP = 50;
/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 7816);

const delivery = publicEncrypt(
  { key: createPublicKey(keys.session), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  Buffer.concat([hex('A0228020'), SEED]),
).toString('hex');

/** Commands as their maker means them: some parts are known only when they are sent. */
type Step = (model: PinRulesModel) => string;
/** A row of commands that leads somewhere, e.g. into a session of secure messaging. */
type Way = (model: PinRulesModel) => readonly string[];

const byte = (n: number) => (n & 255).toString(16).padStart(2, '0');
const lv = (data: string) => byte(data.length / 2) + data;
const cases = { application: Object.values(SELECT), secret: [0x11, 0x12, 0x13, 0x14, 0x18, 0x1b, 0x1c, 0x1d] };
const file = fc.oneof(fc.integer({ min: 0, max: 0x1f }), fc.constantFrom(...cases.secret));
const p2 = fc.oneof(
  file.map((id) => 0x80 + id),
  fc.constant(0x80),
  fc.integer({ min: 0, max: 255 }),
);
const any = fc.integer({ min: 0, max: 255 });
const data = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('hex'));
const value = (id: number, right: boolean, model: PinRulesModel, other: string) => {
  const target = id === 0x80 ? model.file : id - 0x80;
  return (right && model.values.get(`${model.application}/${target?.toString(16)}`)) || other;
};

const good: fc.Arbitrary<Step> = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  { weight: 3, arbitrary: fc.constantFrom(...cases.application).map((select) => () => select) },
  { weight: 2, arbitrary: file.map((id) => () => `00a4020c0200${byte(id)}`) },
  {
    weight: 3,
    arbitrary: fc.tuple(any, any, any).map(
      ([a, b, le]) =>
        () =>
          `00b0${byte(a % 160)}${byte(b)}${byte(le)}`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(any, file, fc.constantFrom(4, 5)).map(
      ([n, id, form]) =>
        () =>
          `00b2${byte(n % 5)}${byte((id << 3) | form)}00`,
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(p2, fc.boolean(), data(17)).map(
      ([p, right, other]) =>
        (model) =>
          `002000${byte(p)}${lv(value(p, right, model, other || '30'))}`,
    ),
  },
  { weight: 2, arbitrary: p2.map((p) => () => `002000${byte(p)}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.boolean(), fc.constantFrom('9999', 'ABCDEF', 'abcdef', '12', '0'.repeat(17), 'CHANGED1'))
      .map(
        ([key, next]) =>
          () =>
            `${key ? '80320080' : '00240180'}${lv(ascii(next))}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 0, max: 6 }),
        p2,
        fc.constantFrom(0, 1, 32, 48, 245, 246, 255),
        fc.constantFrom(0, 0, 64),
      )
      .map(
        ([p1, p, n, le]) =>
          () =>
            `802a${byte(p1)}${byte(p)}${n > 0 ? lv('07'.repeat(n)) : ''}${byte(le)}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(p2, data(8)).map(
      ([p, d]) =>
        () =>
          `008800${byte(p)}${d ? lv(d) : ''}00`,
    ),
  },
  { weight: 1, arbitrary: any.map((le) => () => `00840000${byte(le)}`) },
  { weight: 1, arbitrary: fc.constantFrom('00f0', '00f8', '5f51', '7f21').map((tag) => () => `00ca${tag}000000`) },
  { weight: 2, arbitrary: fc.constant(() => `80ae0000000100${delivery}`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 9 }), p2, fc.boolean(), data(17), fc.constantFrom(0, 0, 0, 0, 0, 1, -1))
      .map(([kind, p, right, other, off]) => (model) => {
        const n = Math.max(0, (model.n ?? 1) + off);
        if (kind < 4) return `082000${byte(p)}${lv(sealFor(n, hex(value(p, right, model, other))))}`;
        if (kind < 6) return `08a4020c${lv(sealFor(n, Uint8Array.of(0, p & 31)))}`;
        if (kind < 7) return `08a4040c${lv(sealFor(n, hex(SELECT.text).subarray(5)))}`;
        return kind < 9 ? `08b0000000000596030000${byte(p)}0000` : `08b0${byte(p)}00059603000010${byte(p)}`;
      }),
  },
);

/** What an attacker does to a good command: cuts it, turns a byte, puts bytes behind, rewrites it in the extended form with a huge Le. */
const bent: fc.Arbitrary<Step> = fc
  .tuple(good, fc.integer({ min: 0, max: 4 }), any, any)
  .map(([step, how, at, to]) => (model) => {
    const bytes = Buffer.from(step(model).replaceAll(' ', ''), 'hex');
    if (how === 0) return bytes.subarray(0, at % (bytes.length + 1)).toString('hex');
    if (how === 1) {
      bytes[at % bytes.length] = to;
      return bytes.toString('hex');
    }
    if (how === 2) return bytes.toString('hex') + byte(to).repeat(1 + (at % 8));
    const body = bytes[4] === 0 ? Buffer.alloc(0) : bytes.subarray(5, 5 + (bytes[4] ?? 0));
    const extended = body.length > 0 ? `00${byte(body.length >> 8)}${byte(body.length)}${body.toString('hex')}` : '00';
    return `${bytes.subarray(0, 4).toString('hex')}${extended}${how === 3 ? 'ffff' : '0000'}`;
  });

// Objects in objects, lengths that lie, tags without end, as data of each instruction.
const bomb: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom('0020', '0024', '802a', '80a2', '80ae', '0820', '08b0', '00a4', '8032', '80fc'),
    any,
    any,
    data(60),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([head, a, b, noise, kind]) => () => {
    const body = ['ff2082ffff', '86820000'.repeat(30), '1f'.repeat(120), '3080'.repeat(60)][kind]! + noise;
    return `${head}${byte(a)}${byte(b)}${lv(body)}00`;
  });

const noise: fc.Arbitrary<Step> = fc.oneof(data(12), data(300)).map((text) => () => text);

const PINS: readonly (readonly [application: keyof typeof SELECT, id: number])[] = [
  ['text', 0x11],
  ['jpki', 0x18],
  ['jpki', 0x1b],
  ['common', 0x1c],
  ['resident', 0x1c],
];
const verified = (model: PinRulesModel, [application, id]: (typeof PINS)[number]) => [
  SELECT[application],
  `002000${byte(0x80 | id)}${lv(model.values.get(`${application}/${id.toString(16)}`) ?? '30')}`,
];
const way: fc.Arbitrary<Way> = fc.oneof(
  fc.tuple(fc.constantFrom('97', '9a', '98'), fc.constantFrom('00', '02', '04'), fc.constantFrom('00', '40')).map(
    ([key, p1, le]): Way =>
      (model) => [...verified(model, PINS[1]!), `802a${p1}${key}20${'07'.repeat(32)}${le}`],
  ),
  fc.constantFrom(...PINS).map(
    (pin): Way =>
      (model) =>
        verified(model, pin),
  ),
  fc.constant(((model) => [...verified(model, PINS[0]!), `80ae0000000100${delivery}`]) as Way),
  fc.tuple(fc.constantFrom(...PINS), fc.constantFrom('9999', '0000', 'CHANGED1')).map(
    ([pin, next]): Way =>
      (model) => [
        ...verified(model, pin),
        `${pin[0] === 'jpki' || pin[0] === 'text' ? '00240180' : '80320080'}${lv(ascii(next))}`,
      ],
  ),
);

const single = (arbitrary: fc.Arbitrary<Step>) =>
  arbitrary.map(
    (make): Way =>
      (model) => [make(model)],
  );
const step: fc.Arbitrary<Way> = fc.oneof(
  { weight: 16, arbitrary: single(good) },
  { weight: 4, arbitrary: way },
  { weight: 5, arbitrary: single(bent) },
  { weight: 1, arbitrary: single(bomb) },
  { weight: 1, arbitrary: single(noise) },
  { weight: 1, arbitrary: fc.constant((() => ['reset']) as Way) },
);

test(`${APDUS} commands, good, bent, out of order or noise: the chip answers each, by the PIN rules of another reading`, (t) => {
  const seen = new Map<number, number>();
  let sent = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: PER_CHIP, maxLength: PER_CHIP, size: 'max' }), (steps) => {
      const model = new PinRulesModel();
      const stored = memoryCounters();
      let writes: number[] = [];
      const told: string[] = [];
      const counters: CounterStore = {
        read: stored.read,
        write(name, left) {
          writes.push(left);
          stored.write(name, left);
        },
      };
      const chip = makeChip({ applications, counters, random: seededRandom('hostile') });
      const send = (text: string) => {
        sent++;
        writes = [];
        const command = hex(text);
        const answer = chip.transmit(command);
        told.push(`${text.replaceAll(' ', '')} → ${Buffer.from(answer.subarray(-2)).toString('hex')}`);
        const sw = model.observe(command, answer);
        seen.set(sw, (seen.get(sw) ?? 0) + 1);
        for (const [key, left] of model.tries) {
          const [application, id = ''] = key.split('/');
          assert.equal(stored.read(`${application}/00${id.toUpperCase()}`), left, key);
        }
        // Down first; up only behind that, and only after the right value.
        if (writes.length > 0) assert.equal(writes.length, sw === 0x9000 ? 2 : 1);
      };
      try {
        for (const make of steps) {
          // What comes later in a way is made of what was true at its beginning.
          for (const text of make(model)) {
            if (text !== 'reset') send(text);
            else {
              chip.reset();
              model.reset();
            }
          }
        }
      } catch (cause) {
        throw new Error(`after ${told.slice(-12).join('\n      ')}`, { cause });
      }
    }),
    // Shrinking would cost more than it tells: the commands that led there are in the message.
    { numRuns: Math.ceil(APDUS / PER_CHIP / 1.2), seed, endOnFailure: true },
  );
  for (const sw of [0x9000, 0x63c2, 0x63c0, 0x6984, 0x6982, 0x6988, 0x6c00]) assert.ok(seen.has(sw), sw.toString(16));
  const counts = [...seen].sort((a, b) => b[1] - a[1]).map(([sw, n]) => `${sw.toString(16)}:${n}`);
  t.diagnostic(`${sent} commands, status words ${counts.join(' ')}`);
});
