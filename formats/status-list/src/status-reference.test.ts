import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CborMap, CborValue } from '@tegata/cbor';
import { readStatusClaim, readStatusReference, StatusListError } from './index.ts';
import { identifier, uri } from './tokens-for-tests.ts';

describe('the reference of a credential', () => {
  const map = (entries: [string, CborValue][]): CborMap => new Map(entries);
  const statusList = (entries: [string, CborValue][]) => readStatusReference(map([['status_list', map(entries)]]));

  it('is an index or an identifier, with the address of a list', () => {
    assert.deepEqual(
      statusList([
        ['idx', 5],
        ['uri', uri],
      ]),
      { kind: 'status_list', idx: 5, uri },
    );
    const certificate = Uint8Array.of(1);
    assert.deepEqual(
      readStatusReference(
        map([
          [
            'identifier_list',
            map([
              ['id', identifier],
              ['uri', uri],
              ['certificate', certificate],
            ]),
          ],
        ]),
      ),
      { kind: 'identifier_list', id: identifier, uri, certificate },
    );
    assert.deepEqual(readStatusClaim({ status_list: { idx: 5, uri } }), { kind: 'status_list', idx: 5, uri });
  });
  it('is refused when it is neither, both, or incomplete', () => {
    const refuses = (action: () => unknown) =>
      assert.throws(action, (error) => error instanceof StatusListError && error.code === 'reference');
    const list: [string, CborValue] = [
      'status_list',
      map([
        ['idx', 5],
        ['uri', uri],
      ]),
    ];
    const identified: [string, CborValue] = [
      'identifier_list',
      map([
        ['id', identifier],
        ['uri', uri],
      ]),
    ];
    for (const status of [
      undefined,
      null,
      5,
      map([]),
      map([['other', 1]]),
      map([list, identified]),
      map([['status_list', 5]]),
    ]) {
      refuses(() => readStatusReference(status));
    }
    for (const idx of [-1, 0.5, '5', 2n ** 60n, null])
      refuses(() =>
        statusList([
          ['idx', idx as CborValue],
          ['uri', uri],
        ]),
      );
    refuses(() => statusList([['idx', 5]]));
    refuses(() =>
      statusList([
        ['idx', 5],
        ['uri', ''],
      ]),
    );
    refuses(() =>
      statusList([
        ['idx', 5],
        ['uri', uri],
        ['certificate', 'x'],
      ]),
    );
    refuses(() =>
      readStatusReference(
        map([
          [
            'identifier_list',
            map([
              ['id', new Uint8Array()],
              ['uri', uri],
            ]),
          ],
        ]),
      ),
    );
    for (const claim of [undefined, null, [], {}, { status_list: { idx: 5 } }, { status_list: { idx: '5', uri } }]) {
      refuses(() => readStatusClaim(claim));
    }
  });
});
