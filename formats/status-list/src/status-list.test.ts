import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  deflateList,
  inflateList,
  packStatuses,
  type StatusBits,
  StatusListError,
  type StatusListErrorCode,
  statusListOver,
} from './index.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const refuses = (code: StatusListErrorCode, action: () => unknown) =>
  assert.throws(action, (error) => error instanceof StatusListError && error.code === code);

describe('a status list', () => {
  it('begins at the least significant end of each octet', () => {
    const one = statusListOver(Uint8Array.of(0xb9, 0xa3), 1);
    assert.deepEqual(
      Array.from({ length: 16 }, (_, index) => one.at(index)),
      [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1],
    );
    const two = statusListOver(Uint8Array.of(0xc9, 0x44, 0xf9), 2);
    assert.deepEqual(
      Array.from({ length: 12 }, (_, index) => two.at(index)),
      [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3],
    );
    assert.equal(statusListOver(Uint8Array.of(0x21), 4).at(1), 2);
    assert.equal(statusListOver(Uint8Array.of(0x21), 8).at(0), 0x21);
  });
  it('has no entry before its first and after its last', () => {
    const list = statusListOver(Uint8Array.of(0, 0), 4);
    assert.equal(list.size, 4);
    for (const index of [-1, 4, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      refuses('index-out-of-range', () => list.at(index));
    }
  });
  it('has 1, 2, 4 or 8 bits', () => {
    for (const bits of [0, 3, 16, '1'] as unknown as StatusBits[]) {
      refuses('bits', () => statusListOver(Uint8Array.of(0), bits));
      refuses('bits', () => packStatuses({ bits, size: 8, statuses: [] }));
    }
  });
  it('is packed so that each status is read back', () => {
    const input = fc.constantFrom<StatusBits>(1, 2, 4, 8).chain((bits) =>
      fc.record({
        bits: fc.constant(bits),
        statuses: fc.array(fc.tuple(fc.nat(999), fc.nat(2 ** bits - 1)), { maxLength: 50 }),
      }),
    );
    fc.assert(
      fc.property(input, ({ bits, statuses }) => {
        const octets = packStatuses({ bits, size: 1000, statuses });
        const list = statusListOver(inflateList(deflateList(octets)), bits);
        const last = new Map(statuses);
        for (let index = 0; index < 1000; index++) assert.equal(list.at(index), last.get(index) ?? 0);
      }),
    );
  });
  it('is not packed with what it cannot hold', () => {
    refuses('index-out-of-range', () => packStatuses({ bits: 1, size: 8, statuses: [[8, 1]] }));
    refuses('index-out-of-range', () => packStatuses({ bits: 1, size: 8, statuses: [[-1, 1]] }));
    refuses('status-reserved', () => packStatuses({ bits: 1, size: 8, statuses: [[0, 2]] }));
    refuses('status-reserved', () => packStatuses({ bits: 2, size: 8, statuses: [[0, -1]] }));
  });
  it('is compressed as zlib and in no other way', () => {
    const octets = Uint8Array.of(1, 2, 3);
    assert.deepEqual(Buffer.from(inflateList(deflateSync(octets))), Buffer.from(octets));
    refuses('compression', () => inflateList(deflateRawSync(octets)));
    refuses('compression', () => inflateList(gzipSync(octets)));
    refuses('compression', () => inflateList(deflateSync(octets).subarray(0, -1)));
    refuses('compression', () => inflateList(Buffer.concat([deflateSync(octets), Buffer.of(0)])));
    refuses('compression', () => inflateList(new Uint8Array()));
    const damaged = deflateSync(Buffer.alloc(100, 7));
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] as number) ^ 1;
    refuses('compression', () => inflateList(damaged));
  });
  it('that is a bomb is not inflated', () => {
    const bomb = deflateSync(Buffer.alloc(32 * 1024 * 1024));
    assert.ok(bomb.length < 64 * 1024);
    refuses('too-large', () => inflateList(bomb));
    assert.equal(inflateList(deflateSync(Buffer.alloc(1000)), 1000).length, 1000);
    refuses('too-large', () => inflateList(deflateSync(Buffer.alloc(1001)), 1000));
  });
});
