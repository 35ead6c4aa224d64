import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, Encoded, encode } from '@tegata/cbor';
import { buildDeviceRequest, type DocRequestOrder, parseDeviceRequest, selectDocuments } from '../index.ts';

const refuses = (run: () => unknown, rule: string, code = 'request') =>
  assert.throws(run, (error: { code?: string; context?: { rule?: string } }) => {
    assert.deepEqual([error.code, error.context?.rule], [code, rule]);
    return true;
  });
const order = (docType: string, more: Partial<DocRequestOrder> = {}): DocRequestOrder => ({
  docType,
  nameSpaces: { 'org.example': { name: false, birth_date: true } },
  ...more,
});

describe('requestInfo', () => {
  const alternativeDataElements = [
    {
      requestedElement: { namespace: 'org.example', element: 'birth_date' },
      alternativeElementSets: [
        [{ namespace: 'org.example', element: 'age_in_years' }],
        [
          { namespace: 'org.example', element: 'age_over_18' },
          { namespace: 'org.example', element: 'age_over_20' },
        ],
      ],
    },
  ];
  const info = {
    alternativeDataElements,
    issuerIdentifiers: [Uint8Array.of(1, 2, 3)],
    uniqueDocSetRequired: true,
    maximumResponseSize: 16384,
    zkRequest: new Map([['zkRequired', false]]),
    docResponseEncryption: Encoded.of({ recipient: 1 }),
    others: new Map([['org.example.hint', 'x']]),
  };

  it('comes back as it was written, under version 1.1', () => {
    const request = parseDeviceRequest(buildDeviceRequest(order('a', { requestInfo: info })));
    assert.equal(request.version, '1.1');
    assert.deepEqual(request.docRequests[0]?.requestInfo, info);
    const inside = request.docRequests[0]!.itemsRequestBytes.decode() as CborMap;
    const [alternative] = (inside.get('requestInfo') as CborMap).get('alternativeDataElements') as CborMap[];
    assert.deepEqual(alternative?.get('requestedElement'), ['org.example', 'birth_date']);
  });

  it('has no meaning below version 1.1, but is kept', () => {
    const requestInfo = { others: new Map<string, CborValue>([['maximumResponseSize', 'not a number']]) };
    const request = parseDeviceRequest(buildDeviceRequest(order('a', { requestInfo })));
    assert.equal(request.version, '1.0');
    assert.deepEqual(request.docRequests[0]?.requestInfo, requestInfo);
  });

  it('is refused when a member is malformed', () => {
    const read = (requestInfo: object) => () => {
      const items = { docType: 'a', nameSpaces: { b: { c: true } }, requestInfo };
      return parseDeviceRequest(
        encode({ version: '1.1', docRequests: [{ itemsRequest: Encoded.of(items as never) }] }),
      );
    };
    refuses(read({ maximumResponseSize: -1 }), 'member-type');
    refuses(read({ uniqueDocSetRequired: 1 }), 'member-type');
    refuses(read({ issuerIdentifiers: [] }), 'member-empty');
    refuses(read({ issuerIdentifiers: Array(257).fill(Uint8Array.of(1)) }), 'too-many');
    refuses(read({ docResponseEncryption: Uint8Array.of(1) }), 'member-type');
    refuses(
      read({ alternativeDataElements: [{ requestedElement: ['a', 'b'], alternativeElementSets: [[]] }] }),
      'member-empty',
    );
    refuses(
      read({ alternativeDataElements: [{ requestedElement: ['a'], alternativeElementSets: [[['a', 'b']]] }] }),
      'member-type',
    );
  });
});

describe('DeviceRequestInfo', () => {
  it('names only documents that are asked for, when written and when read', () => {
    const build = (documentSets: number[][]) => () =>
      buildDeviceRequest(order('a'), { deviceRequestInfo: { useCases: [{ mandatory: true, documentSets }] } });
    for (const sets of [[[1]], [[-1]], [[0.5]]]) refuses(build(sets), 'member-value');
    for (const sets of [[], [[]]]) refuses(build(sets), 'member-empty');
    const read = (useCases: unknown) => () =>
      parseDeviceRequest(
        encode({
          version: '1.1',
          docRequests: [{ itemsRequest: Encoded.of({ docType: 'a', nameSpaces: { b: { c: true } } }) }],
          deviceRequestInfo: Encoded.of({ useCases } as never),
        }),
      );
    refuses(read([{ mandatory: true, documentSets: [[1]] }]), 'member-value');
    refuses(read([{ mandatory: true, documentSets: [[]] }]), 'member-empty');
    refuses(read([{ mandatory: 1, documentSets: [[0]] }]), 'member-type');
    refuses(read([{ documentSets: [[0]] }]), 'member-missing');
    refuses(read(Array(33).fill({ mandatory: true, documentSets: [[0]] })), 'too-many');
  });

  it('lets the wallet choose the first set that it can answer whole', () => {
    const useCase = (mandatory: boolean, ...documentSets: number[][]) => ({ mandatory, documentSets });
    const holds =
      (...held: number[]) =>
      (index: number) =>
        held.includes(index);
    const select = (useCases: ReturnType<typeof useCase>[], ...held: number[]) =>
      selectDocuments({ useCases }, 4, holds(...held));
    assert.deepEqual(select([useCase(true, [0, 1], [2])], 0, 2), { documents: [2], unserved: [] });
    assert.deepEqual(select([useCase(true, [0, 1], [2])], 0, 1, 2), { documents: [0, 1], unserved: [] });
    assert.deepEqual(select([useCase(true, [0]), useCase(false, [3])], 0), { documents: [0], unserved: [1] });
    assert.deepEqual(select([useCase(false, [0]), useCase(true, [3])], 0), { documents: [], unserved: [1] });
    assert.deepEqual(selectDocuments(undefined, 3, holds(0, 2)), { documents: [0, 2], unserved: [] });
    assert.deepEqual(selectDocuments({}, 1, holds()), { documents: [], unserved: [] });
  });
});

describe('parseDeviceRequest', () => {
  it('has limits', () => {
    refuses(() => parseDeviceRequest(new Uint8Array(256 * 1024 + 1)), 'too-large');
    refuses(() => parseDeviceRequest(buildDeviceRequest(Array(33).fill(order('a')))), 'too-many');
    const names = (count: number, value: unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, value]));
    const ask = (nameSpaces: object) => buildDeviceRequest({ docType: 'a', nameSpaces: nameSpaces as never });
    refuses(() => parseDeviceRequest(ask(names(33, { a: true }))), 'too-many');
    refuses(() => parseDeviceRequest(ask({ a: names(513, true) })), 'too-many');
    assert.ok(parseDeviceRequest(ask(names(32, names(512, true)))));
    const many = Array(9).fill([new Uint8Array(0), new Map(), null, new Uint8Array(0)]);
    const itemsRequest = Encoded.of({ docType: 'a', nameSpaces: { b: { c: true } } });
    const readers = encode({ version: '1.1', docRequests: [{ itemsRequest }], readerAuthAll: many });
    refuses(() => parseDeviceRequest(readers), 'too-many');
  });
});
