import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CborCursor,
  CborError,
  type CborKey,
  type CborValue,
  cborPath,
  type Deviation,
  decode,
  Encoded,
  encode,
  KnownNames,
} from './index.ts';
import { anyItem } from './well-formed-for-tests.ts';

/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 8949);
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replace(/ /g, ''), 'hex'));

/** Reads any item with the cursor alone, containers by opening them. */
function walk(cursor: CborCursor, first: number | undefined): CborValue {
  switch (first === undefined ? undefined : first >> 5) {
    case 4: {
      const items: CborValue[] = [];
      cursor.openArray();
      while (cursor.nextItem()) items.push(cursor.value());
      return items;
    }
    case 5: {
      const map = new Map<CborKey, CborValue>();
      cursor.openMap();
      for (let key = cursor.nextKey(NAMES); key !== undefined; key = cursor.nextKey(NAMES))
        map.set(key, cursor.value());
      return map;
    }
    default:
      return cursor.value();
  }
}

const NAMES = new KnownNames('a', 'version');

const outcome = (read: () => CborValue) => {
  try {
    return { value: read() };
  } catch (error) {
    assert.ok(error instanceof CborError, String(error));
    return { code: error.code, offset: error.context.offset };
  }
};

describe('CborCursor', () => {
  it('reads and refuses exactly what decode does, at the same offsets', () => {
    fc.assert(
      fc.property(anyItem, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 2 }), (item, damages) => {
        const input = Uint8Array.from(item);
        for (const [at, byte] of damages) input[at % input.length] = byte;
        const expected = outcome(() => decode(input));
        const actual = outcome(() => {
          const cursor = new CborCursor(input);
          const value = walk(cursor, input[0]);
          cursor.end();
          return value;
        });
        assert.deepEqual(actual, expected);
      }),
      { numRuns: 1000, seed },
    );
  });

  it('reads a structure with embedded CBOR in place, and counts offsets from the start of the whole', () => {
    const inner = { random: new Uint8Array(20), digestID: 7 };
    const input = encode({ version: '1.0', item: Encoded.of(inner) });
    const cursor = new CborCursor(input);
    const seen: [CborKey, unknown][] = [];
    cursor.openMap();
    for (let key = cursor.nextKey(); key !== undefined; key = cursor.nextKey()) {
      if (key === 'version') seen.push([key, cursor.text()]);
      else {
        assert.equal(cursor.openEmbedded(), true);
        const start = cursor.position;
        seen.push([key, walk(cursor, 0xa0)]);
        assert.deepEqual(cursor.since(start), encode(inner));
        cursor.closeEmbedded();
      }
    }
    cursor.end();
    assert.deepEqual(
      new Map(seen),
      new Map<CborKey, unknown>(
        [
          ['version', '1.0'],
          ['item', decode(encode(inner))],
        ].reverse() as [CborKey, unknown][],
      ),
    );
  });

  it('does not read beyond the embedded item that is open', () => {
    const cursor = new CborCursor(bytes('82 d81841 82 01'));
    cursor.openArray();
    cursor.nextItem();
    cursor.openEmbedded();
    assert.throws(() => cursor.openArray(), { code: 'truncated', context: { offset: 4 } });
    const trailing = new CborCursor(bytes('d8184201 02'));
    trailing.openEmbedded();
    trailing.unsigned();
    assert.throws(() => trailing.closeEmbedded(), { code: 'trailing-bytes', context: { offset: 4 } });
  });

  it('leaves embedded CBOR in chunks to the caller', () => {
    const cursor = new CborCursor(bytes('d8185f4101ff'));
    assert.equal(cursor.openEmbedded(), false);
    assert.deepEqual(cursor.encoded().decode(), 1);
    cursor.end();
  });

  it('says what type was expected, and calls malformed bytes by their own name', () => {
    assert.throws(() => new CborCursor(bytes('01')).openMap(), { code: 'type-mismatch', context: { offset: 0 } });
    assert.throws(() => new CborCursor(bytes('a0')).text(), { code: 'type-mismatch' });
    assert.throws(() => new CborCursor(bytes('1bffffffffffffffff')).unsigned(), { code: 'type-mismatch' });
    assert.throws(() => new CborCursor(bytes('c24101')).openEmbedded(), { code: 'type-mismatch' });
    assert.throws(() => new CborCursor(bytes('d81801')).openEmbedded(), { code: 'tag-content' });
    assert.throws(() => new CborCursor(bytes('ff')).openMap(), { code: 'unexpected-break' });
    assert.throws(() => new CborCursor(bytes('61ff')).bytes(), { code: 'invalid-utf8' });
  });

  it('finds a key that occurs twice among few, many and byte-string keys', () => {
    const read = (input: Uint8Array) => {
      const cursor = new CborCursor(input);
      walk(cursor, 0xa0);
    };
    const entry = (key: number) => (key < 24 ? [key, 0] : [0x18, key, 0]);
    for (const count of [2, 16, 17, 40]) {
      const keys = Array.from({ length: count }, (_, index) => index);
      const map = (all: number[]) => Uint8Array.from([0xb8, all.length, ...all.flatMap(entry)]);
      read(map(keys));
      for (const twice of [0, count - 1]) assert.throws(() => read(map([...keys, twice])), { code: 'duplicate-key' });
    }
    read(bytes('a2 4101 00 4102 00'));
    assert.throws(() => read(bytes('a2 4101 00 4101 00')), { code: 'duplicate-key' });
    assert.throws(() => read(bytes('a3 01 00 4101 00 01 00')), { code: 'duplicate-key' });
  });
});

describe('onDeviation', () => {
  const deviations = (input: string) => {
    const found: Deviation[] = [];
    decode(bytes(input), { onDeviation: (deviation) => found.push(deviation) });
    return found.map(({ rule, offset }) => `${rule} ${offset}`);
  };

  it('hears of each head that is not the shortest and of each indefinite length, with its offset', () => {
    assert.deepEqual(deviations('83 1800 190018 1a00010000'), ['non-shortest 1', 'non-shortest 3']);
    assert.deepEqual(deviations('9f 5801 00 7f6161ff ff'), [
      'indefinite-length 0',
      'non-shortest 1',
      'indefinite-length 4',
    ]);
    assert.deepEqual(deviations('b90001 01 d80201'.replace('d80201', 'd9006301')), [
      'non-shortest 0',
      'non-shortest 4',
    ]);
    assert.deepEqual(deviations('82 fa3fc00000 fb3ff199999999999a'), ['non-shortest 1']);
  });

  it('hears nothing of what encode writes', () => {
    const value = {
      a: [1, -1, 24, 256, 65536, 2n ** 60n],
      b: 'text',
      c: new Uint8Array(300),
      d: [true, null, 1.5, 1.1],
    };
    assert.deepEqual(deviations(Buffer.from(encode(value)).toString('hex')), []);
  });
});

describe('the path of an error', () => {
  const failing = (input: Uint8Array) => {
    try {
      decode(input);
    } catch (error) {
      return (error as CborError).context.path;
    }
    return 'read';
  };

  it('leads through keys and indexes, and repeats no key that does not look like a name', () => {
    assert.equal(failing(bytes('82 01 18')), '[1]');
    assert.equal(failing(bytes('a1 6161 82 01')), '.a');
    assert.equal(failing(bytes('82 01')), undefined);
    assert.equal(failing(bytes('a1 69646f63756d656e7473 82 01 a1 67646f6354797065 61ff')), '.documents[1].docType');
    assert.equal(failing(bytes('a1 20 a1 07 ff')), '{-1}{7}');
    assert.equal(failing(bytes('a1 6420 e4ba ba ff')), '{…}');
    assert.equal(failing(bytes('a1 4101 ff')), '{…}');
    assert.equal(failing(bytes('a2 6161 00 6161 00')), '.a');
    assert.equal(failing(bytes('ff')), undefined);
  });

  it('goes on inside of embedded CBOR for an offset that lies there', () => {
    const input = encode({ items: [Encoded.of({ digestID: 1, elementValue: 'x' })] });
    assert.equal(cborPath(input, input.length - 1), '.items[0].elementValue');
    assert.equal(cborPath(input, 0), '');
  });
});

describe('reading hostile input', () => {
  // Steps are bounded, not the time: what is counted is read once, and a path is looked for once.
  it('stops at the number of items that it was given, whatever the bytes say', () => {
    const inputs = [
      new Uint8Array(65_536).fill(0x81),
      new Uint8Array(65_536).fill(0x9f),
      new Uint8Array(65_536).fill(0xa1),
      new Uint8Array(65_536).fill(0xd8),
      new Uint8Array(65_536).fill(0x5f),
      Uint8Array.from({ length: 65_536 }, (_, at) => (at === 0 ? 0x9f : 0x00)),
      Uint8Array.from({ length: 65_536 }, (_, at) => [0xd8, 0x18, 0x59, 0xff, 0xff][at] ?? 0x80),
    ];
    for (const input of inputs) {
      for (const limits of [{}, { maxItems: 100 }, { maxDepth: 1000, maxItems: 65_536 }]) {
        let heads = 0;
        try {
          decode(input, { ...limits, onDeviation: () => heads++ });
        } catch (error) {
          assert.ok(error instanceof CborError, String(error));
        }
        assert.ok(heads <= 65_536);
      }
    }
  });

  it('tells a map of many keys in one pass', () => {
    const keys = 8000;
    const map = new Map(Array.from({ length: keys }, (_, key) => [key, 0]));
    assert.equal((decode(encode(map)) as Map<number, number>).size, keys);
  });
});
