import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApduError, type Chip, limitTransport, parseCommand, type Transport, transportTo } from '@tegata/apdu';
import fc from 'fast-check';
import { readCard } from '../1-read-card.ts';
import { MY_NUMBER, testChip } from '../chip-for-tests.ts';
import { ApplicantAppError } from '../error.ts';
import { cardStatus } from './card-status.ts';
import { changePin } from './change-pin.ts';
import { pinBytes } from './pins.ts';
import { unlockKey } from './signing-key.ts';
import { PIN_APPLICATIONS, testCredentials, watchedChip } from './token-for-tests.ts';

const bytes = (...parts: (number | Uint8Array | string)[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'string' ? Buffer.from(part, 'hex') : typeof part === 'number' ? Buffer.from([part]) : part,
      ),
    ),
  );
const challenge = new Uint8Array(32);
const pin = pinBytes('text', '1234');
const password = pinBytes('sign', 'TEGATA1');

const shared = testCredentials();

/** Everything that the client does with a card. */
const OPERATIONS: Readonly<Record<string, (card: Transport) => Promise<unknown>>> = {
  read: (card) => readCard({ card, pin, challenge, confirmLastTry: false }),
  status: cardStatus,
  sign: async (card) =>
    (await unlockKey({ card, key: 'sign', secret: password, confirmLastTry: false })).sign(challenge),
  change: (card) => changePin({ card, kind: 'card', current: pin, next: pin, confirmLastTry: false }),
};
type Operation = keyof typeof OPERATIONS;

interface Outcome {
  readonly error: unknown;
  readonly commands: number;
  readonly bytes: number;
  /** How often each key file was shown a secret. */
  readonly shown: ReadonlyMap<string, number>;
}

/** Runs an operation on a card that answers as told, and counts what that cost. */
async function cost(operation: Operation, answer: Chip['transmit']): Promise<Outcome> {
  let commands = 0;
  let received = 0;
  let application = '';
  const shown = new Map<string, number>();
  const chip: Chip = {
    async transmit(command) {
      commands++;
      const { ins, p1, p2, data } = parseCommand(command);
      if (ins === 0xa4 && p1 === 0x04) application = Buffer.from(data).toString('hex');
      if (ins === 0x20 && data.length > 0) {
        const key = `${application} ${p2}`;
        shown.set(key, (shown.get(key) ?? 0) + 1);
      }
      const given = await answer(command);
      received += given.length;
      return given;
    },
    reset() {},
  };
  let error: unknown;
  try {
    await OPERATIONS[operation]?.(limitTransport(transportTo(chip)));
  } catch (thrown) {
    error = thrown;
  }
  return { error, commands, bytes: received, shown };
}

/** Every secret once at most; the card PIN twice, since it is tried before it is changed. */
function spendsNoSecondTry(operation: Operation, { shown }: Outcome): void {
  for (const [key, times] of shown)
    assert.ok(times <= (operation === 'change' ? 2 : 1), `${operation}: ${key} ${times} times`);
}

const CODES = new Set([
  'card-hostile',
  'card-removed',
  'wrong-pin',
  'wrong-signature-password',
  'pin-locked',
  'signature-password-locked',
  'last-try',
  'no-signature-certificate',
  'pin-not-on-card',
]);

function isOurs({ error }: Outcome): void {
  assert.ok(error instanceof ApplicantAppError || error instanceof ApduError, `${error}`);
  assert.ok(CODES.has(error.code), error.code);
  const said = `${error.message} ${JSON.stringify(error.context)}`;
  for (const secret of ['1234', 'TEGATA1', MY_NUMBER]) assert.ok(!said.includes(secret), 'an error quotes a secret');
}

describe('a hostile card', () => {
  const always = (answer: Uint8Array) => () => answer;
  const block = new Uint8Array(256).fill(0x41);
  for (const [what, answer, most] of [
    ['that has always more to say', always(bytes(block, 0x61, 0x00)), 64],
    ['that has always more to say and says nothing', always(bytes(0x61, 0x10)), 64],
    ['that always wants another Le', always(bytes(0x6c, 0x10)), 4],
    ['that never says how it went', always(bytes(0x90)), 1],
    ['that says nothing at all', always(new Uint8Array(0)), 1],
    ['that answers everything with more than was asked for', always(bytes(new Uint8Array(300), 0x90, 0x00)), 6],
    ['whose every status word is a PIN counter', always(bytes(0x63, 0xc3)), 4],
    ['that says yes to everything and gives nothing', always(bytes(0x90, 0x00)), 60],
    ['that knows nothing', always(bytes(0x6d, 0x00)), 4],
  ] as const) {
    it(`${what}: a clear error, at most ${most} commands and 64 KiB`, async () => {
      for (const operation of Object.keys(OPERATIONS)) {
        const outcome = await cost(operation, answer);
        if (outcome.error !== undefined) isOurs(outcome);
        else assert.ok(operation === 'change', `${operation} came to an end`);
        assert.ok(outcome.commands <= most, `${operation}: ${outcome.commands} commands`);
        assert.ok(outcome.bytes <= 66_000, `${operation}: ${outcome.bytes} bytes`);
        spendsNoSecondTry(operation, outcome);
      }
    });
  }

  it('whose file has no end costs no more than the limit of that file', async () => {
    for (const [file, limit] of [
      [1, 64],
      [2, 4096],
      [7, 1024],
    ] as const) {
      const chip = testChip();
      let blocks = 0;
      const outcome = await cost('read', (command) => {
        const { ins, p1 } = parseCommand(command);
        const begins = ins === 0xb0 && p1 === (0x80 | file);
        if (!begins && blocks === 0) return chip.transmit(command);
        blocks++;
        return bytes(block, 0x90, 0x00);
      });
      assert.ok(outcome.error instanceof ApplicantAppError && outcome.error.code === 'card-hostile');
      assert.equal(blocks, Math.floor(limit / 256) + 1);
    }
  });

  it('whose files lie about their length, or are no data objects', async () => {
    for (const start of ['3082ffff', '308205dc', '3080', '30', '', 'ffffffff', '0082', '308500000001']) {
      const credentials = await shared;
      const chip = watchedChip(credentials);
      const outcome = await cost('sign', (command) => {
        const { ins, p1 } = parseCommand(command);
        if (ins === 0xb0 && p1 === 0x81) return bytes(start, 0x90, 0x00);
        if (ins === 0xb0 && !(p1 & 0x80)) return bytes(0x90, 0x00);
        return chip.transmit(command);
      });
      isOurs(outcome);
      assert.equal((outcome.error as ApplicantAppError).code, 'card-hostile', start);
      assert.ok(outcome.commands < 12, `${start}: ${outcome.commands} commands`);
      spendsNoSecondTry('sign', outcome);
    }
  });

  it('that drips a file byte by byte is given up at the limit of commands', async () => {
    const credentials = await shared;
    const chip = watchedChip(credentials);
    const { error, commands } = await cost('sign', (command) => {
      const { ins, p1, data } = parseCommand(command);
      if (ins !== 0xb0 || (p1 !== 0x81 && p1 & 0x80)) return chip.transmit(command);
      return bytes(p1 === 0x81 ? '30820fa0' : new Uint8Array(1).fill(data.length), 0x90, 0x00);
    });
    assert.ok(error instanceof ApduError && error.code === 'card-hostile');
    assert.equal(commands, 1000);
  });

  it('that tells another thing the second time: what was checked is what is used', async () => {
    const credentials = await shared;
    // The certificate file is read once, after the password; another key signs.
    const others = await testCredentials();
    const chip = watchedChip({ ...credentials, signKey: others.signKey });
    const forged = await cost('sign', (command) => chip.transmit(command));
    assert.equal((forged.error as ApplicantAppError).code, 'card-hostile');
    // Tries are there when looked at, and gone when it counts.
    const locking = testChip();
    const locked = await cost('read', (command) => {
      const { ins, data } = parseCommand(command);
      return ins === 0x20 && data.length > 0 ? bytes(0x69, 0x84) : locking.transmit(command);
    });
    assert.equal((locked.error as ApplicantAppError).code, 'pin-locked');
    spendsNoSecondTry('read', locked);
    // The PIN is right, and nothing is open.
    const shut = testChip();
    const closed = await cost('read', (command) => {
      const { ins, p1 } = parseCommand(command);
      return ins === 0xb0 && p1 === 0x81 ? bytes(0x69, 0x82) : shut.transmit(command);
    });
    assert.equal((closed.error as ApplicantAppError).code, 'card-hostile');
    // Its own number is not what opens its other half.
    const two = testChip();
    two.applications.surface.secrets[0x13] = { value: '000000000000', tries: 10 };
    const halves = await cost('read', (command) => two.transmit(command));
    assert.equal((halves.error as ApplicantAppError).code, 'card-hostile');
    spendsNoSecondTry('read', halves);
  });

  it('of any kind raises only errors of ours, within its budget, and sees each secret once', async () => {
    const credentials = await shared;
    const word = fc.constantFrom(
      '9000',
      '61ff',
      '6100',
      '6c00',
      '6c08',
      '63c0',
      '63c1',
      '63c3',
      '6282',
      '6300',
      '6982',
      '6984',
      '6a82',
      '6b00',
      '6f00',
    );
    const answer = fc.oneof(
      { weight: 6, arbitrary: fc.constant('honest' as const) },
      { weight: 2, arbitrary: word },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.uint8Array({ maxLength: 300 }), word)
          .map(([data, sw]) => Buffer.from(data).toString('hex') + sw),
      },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((data) => Buffer.from(data).toString('hex')) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(OPERATIONS)),
        fc.array(answer, { minLength: 1, maxLength: 30 }),
        async (operation, script) => {
          const honest = operation === 'read' ? testChip() : watchedChip(credentials, { others: PIN_APPLICATIONS });
          let turn = 0;
          const outcome = await cost(operation, (command) => {
            const said = script[turn++ % script.length];
            const real = honest.transmit(command);
            return said === 'honest' ? real : bytes(said as string);
          });
          if (outcome.error !== undefined) isOurs(outcome);
          assert.ok(outcome.commands <= 1000 && outcome.bytes <= 600_000);
          spendsNoSecondTry(operation, outcome);
        },
      ),
      { numRuns: 150 },
    );
  });
});
