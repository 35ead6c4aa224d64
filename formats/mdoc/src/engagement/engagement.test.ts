import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, encode } from '@tegata/cbor';
import fc from 'fast-check';
import {
  bleRetrieval,
  buildDeviceEngagement,
  domainOf,
  MdocError,
  nfcRetrieval,
  originInfoDomain,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseNdef,
  parseSessionData,
  parseSessionEstablishment,
  parseVical,
  readBleRetrieval,
  readHandoverSelect,
  readNfcRetrieval,
} from '../index.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const eDeviceKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const refuses = (run: () => unknown, rule: string) =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], ['engagement', rule]);
    return true;
  });
/** An engagement with other members. */
const changed = (...changes: [number, CborValue][]) => {
  const map = decode(buildDeviceEngagement({ eDeviceKey, originInfos: [] })) as CborMap;
  return encode(new Map([...map, ...changes]));
};

describe('DeviceEngagement 1.1', () => {
  it('is written only where something needs it, and then with origin infos, be they none', () => {
    const members = (options: object) => {
      const map = decode(buildDeviceEngagement({ eDeviceKey, ...options })) as CborMap;
      return [map.get(0), ...map.keys()];
    };
    assert.deepEqual(members({}), ['1.0', 0, 1]);
    assert.deepEqual(members({ originInfos: [] }), ['1.1', 0, 1, 5]);
    assert.deepEqual(members({ capabilities: { readerAuthAll: true } }), ['1.1', 0, 1, 5, 6]);
  });

  it('comes back as it was written: origin infos, capabilities, unknown ones among them', () => {
    const originInfos = [originInfoDomain('shop.example'), { category: 2, type: 7, details: 'x' }];
    const others = new Map<number, CborValue>([[99, 'new']]);
    const capabilities = { handoverSessionEstablishment: false, readerAuthAll: true, extendedRequest: true, others };
    const parsed = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey, originInfos, capabilities }));
    assert.deepEqual([parsed.version, parsed.deviations], ['1.1', []]);
    assert.deepEqual(parsed.originInfos, originInfos);
    assert.deepEqual(parsed.capabilities, capabilities);
    assert.deepEqual(parsed.originInfos?.map(domainOf), ['shop.example', undefined]);
  });

  it('without origin infos is read, and the deviation named', () => {
    const map = decode(changed()) as CborMap;
    map.delete(5);
    const parsed = parseDeviceEngagement(encode(map));
    assert.deepEqual([parsed.originInfos, parsed.deviations], [undefined, ['origin-infos-missing']]);
  });

  it('has members that are left alone in version 1.0, whatever they hold', () => {
    const parsed = parseDeviceEngagement(changed([0, '1.0'], [5, 'no array'], [6, 'no map']));
    assert.deepEqual([parsed.originInfos, parsed.capabilities, parsed.deviations], [undefined, undefined, []]);
    assert.deepEqual(
      [...parsed.others],
      [
        [5, 'no array'],
        [6, 'no map'],
      ],
    );
  });

  it('is refused when its members are malformed, or too many', () => {
    const parse =
      (...changes: [number, CborValue][]) =>
      () =>
        parseDeviceEngagement(changed(...changes));
    refuses(parse([5, 'x']), 'member-type');
    refuses(parse([5, [new Map([['cat', 1]])]]), 'member-missing');
    refuses(parse([5, Array(17).fill(new Map([['cat', 1]]))]), 'too-many');
    refuses(parse([6, []]), 'member-type');
    refuses(parse([6, new Map([[3, 1]])]), 'member-type');
    refuses(parse([2, Array(17).fill([2, 1, new Map()])]), 'too-many');
    refuses(parse([2, [[2]]]), 'member-type');
    refuses(() => parseDeviceEngagement(new Uint8Array(16 * 1024 + 1)), 'too-large');
  });
});

describe('Retrieval methods', () => {
  const uuid = Uint8Array.from({ length: 16 }, (_, index) => index);

  it('come back as they were written', () => {
    const ble = {
      peripheralServer: true,
      centralClient: false,
      peripheralServerUuid: uuid,
      address: new Uint8Array(6),
      psm: 192,
    };
    const nfc = { maxCommandLength: 255, maxResponseLength: 65_536 };
    const retrievalMethods = [bleRetrieval(ble), nfcRetrieval(nfc)];
    const parsed = parseDeviceEngagement(buildDeviceEngagement({ eDeviceKey, retrievalMethods }));
    assert.deepEqual(parsed.retrievalMethods.map(readBleRetrieval), [ble, undefined]);
    assert.deepEqual(parsed.retrievalMethods.map(readNfcRetrieval), [undefined, nfc]);
  });

  it('of another version are not read, and malformed ones are refused', () => {
    assert.equal(readBleRetrieval({ type: 2, version: 2, options: new Map() }), undefined);
    assert.equal(readNfcRetrieval({ type: 1, version: 2, options: new Map() }), undefined);
    const ble =
      (...entries: [number, CborValue][]) =>
      () =>
        readBleRetrieval({
          type: 2,
          version: 1,
          options: new Map<number, CborValue>([[0, true], [1, false], ...entries]),
        });
    assert.ok(ble([42, true])());
    refuses(ble([0, 1]), 'member-type');
    refuses(ble([10, new Uint8Array(15)]), 'member-type');
    refuses(ble([20, new Uint8Array(7)]), 'member-type');
    refuses(ble([21, -1]), 'member-type');
    refuses(() => readNfcRetrieval({ type: 1, version: 1, options: new Map([[0, 254]]) }), 'member-value');
    refuses(() => readNfcRetrieval({ type: 1, version: 1, options: new Map([[1, 255]]) }), 'member-value');
  });
});

describe('The parsers of messages', () => {
  const parsers: Record<string, (bytes: Uint8Array) => unknown> = {
    parseDeviceEngagement,
    parseDeviceRequest,
    parseSessionEstablishment,
    parseSessionData,
    parseNdef,
    readHandoverSelect,
    parseVical: (bytes) => parseVical(bytes, { mode: 'interop' }),
  };
  const own = (name: string, bytes: Uint8Array) => {
    try {
      parsers[name]?.(bytes);
    } catch (error) {
      assert.ok(error instanceof MdocError, `${name}: ${error}`);
    }
  };

  it('meet 64 KiB of nesting, of open containers and of endless lengths with their own error', () => {
    const size = 64 * 1024;
    for (const name of Object.keys(parsers)) {
      for (const byte of [0x00, 0x81, 0x9f, 0xa1, 0xbf, 0x9b, 0x5f, 0xd8, 0xc0, 0xff, 0x91]) {
        own(name, new Uint8Array(size).fill(byte));
        own(name, new Uint8Array(4096).fill(byte));
      }
    }
  });

  it('meet arbitrary bytes with their own error', () => {
    fc.assert(fc.property(fc.constantFrom(...Object.keys(parsers)), fc.uint8Array({ maxLength: 300 }), own), {
      numRuns: 700,
    });
  });
});
