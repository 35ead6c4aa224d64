import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { CborMap, CborValue } from '@tegata/cbor';
import { seededRandom } from '@tegata/random';
import {
  issueBatch,
  issueMdoc,
  MDL_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseIssuerSigned,
  planIssuerSigned,
  verifyIssuerSigned,
} from './index.ts';
import { spreadValidity } from './issue-batch.ts';
import { days, makeAuthority, makeDevice, NOW, planOptions, type TestAuthority } from './test-authority.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const HOUR = 60 * 60 * 1000;

describe('issueBatch', () => {
  let authority: TestAuthority;
  const devices = Array.from({ length: 6 }, makeDevice);
  const deviceKeys = devices.map(({ publicKey }) => publicKey);
  before(async () => {
    authority = await makeAuthority();
  });
  const batch = (changes: object = {}) => {
    const { deviceKey: _, status: __, ...order } = planOptions(devices[0]!.publicKey);
    const issuer = { signer: authority.dsSigner, certificateChain: [authority.dsCertificate] };
    return issueBatch({ ...order, deviceKeys, random: seededRandom('batch'), ...issuer, ...changes });
  };

  it('issues a valid copy for each key, in the order of the keys', async () => {
    const copies = await batch({ decoys: 5 });
    assert.equal(copies.length, 6);
    for (const [index, issuerSigned] of copies.entries()) {
      const deviceKey = deviceKeys[index]!;
      const report = verifyIssuerSigned({ issuerSigned, trustAnchors: [authority.root], now: NOW, deviceKey });
      assert.equal(report.result, 'passed', JSON.stringify(report.checks.filter(({ result }) => result === 'failed')));
    }
  });

  it('shares no salt, no digest, no key and no odd second between copies', async () => {
    const parsed = (await batch({ decoys: 3 })).map((bytes) => parseIssuerSigned(bytes));
    const salts = parsed.flatMap(({ nameSpaces }) => [...nameSpaces.values()].flat().map(({ random }) => hex(random)));
    assert.equal(new Set(salts).size, 6 * 13);
    const digests = parsed.flatMap(({ mso }) =>
      [...mso.valueDigests.values()].flatMap((all) => [...all.values()].map(hex)),
    );
    assert.equal(new Set(digests).size, 6 * (13 + 2 * 3));
    const keys = parsed.map(({ mso }) => hex((mso.deviceKey as CborMap).get(-2) as Uint8Array));
    assert.equal(new Set(keys).size, 6);
    const ordered = planOptions(deviceKeys[0]!).validity;
    for (const { mso } of parsed) {
      const { signed, validFrom, validUntil, expectedUpdate } = mso.validityInfo;
      for (const date of [signed, validFrom, validUntil, expectedUpdate!])
        assert.equal(date.toDate().getTime() % HOUR, 0);
      assert.ok(signed.toDate() <= validFrom.toDate() && validFrom.toDate() <= ordered.validFrom);
      assert.ok(validUntil.toDate() <= ordered.validUntil && expectedUpdate!.toDate() <= validUntil.toDate());
    }
    assert.ok(new Set(parsed.map(({ mso }) => mso.validityInfo.signed.text)).size > 1);
    assert.ok(new Set(parsed.map(({ mso }) => mso.validityInfo.validUntil.text)).size > 1);
  });

  it('gives each copy a status of its own', async () => {
    const copies = await batch({ status: (index: number) => new Map<string, CborValue>([['index', index]]) });
    assert.deepEqual(
      copies.map((copy) => (parseIssuerSigned(copy).mso.status as CborMap).get('index')),
      [0, 1, 2, 3, 4, 5],
    );
  });

  it('refuses no key, too many, one twice, and a document that lacks what it must have', async () => {
    await assert.rejects(batch({ deviceKeys: [] }), { code: 'batch' });
    await assert.rejects(batch({ deviceKeys: [deviceKeys[0], deviceKeys[1], deviceKeys[0]] }), { code: 'batch' });
    await assert.rejects(batch({ deviceKeys: Array(1001).fill(deviceKeys[0]) }), { code: 'batch' });
    await assert.rejects(batch({ docType: MDL_DOCTYPE, elements: { 'org.iso.18013.5.1': { height: 1 } } }), {
      code: 'element-missing',
    });
  });
});

describe('spreadValidity', () => {
  const validity = { signed: NOW, validFrom: NOW, validUntil: days(30), expectedUpdate: days(29) };
  const random = seededRandom('spread');

  it('moves backwards only, and not before the certificate of the signer', () => {
    const notBefore = new Date(NOW.getTime() - 90 * 60 * 1000);
    for (let round = 0; round < 200; round++) {
      const spread = spreadValidity(validity, {}, random, notBefore);
      assert.ok(spread.signed >= notBefore && spread.signed <= NOW);
      assert.ok(spread.validUntil <= validity.validUntil && spread.validUntil > days(28));
      assert.ok(spread.expectedUpdate! <= spread.validUntil);
      assert.ok(spread.signed <= spread.validFrom);
    }
    const fresh = spreadValidity(validity, {}, random, new Date(NOW.getTime() - 60_000));
    assert.deepEqual(fresh.signed, NOW);
  });

  it('only rounds where no jitter is wanted', () => {
    const at = new Date('2026-11-24T03:12:34Z');
    const rounded = spreadValidity(
      { signed: at, validFrom: at, validUntil: days(30) },
      { jitterSeconds: 0, roundSeconds: 60 },
      random,
    );
    assert.deepEqual(rounded.signed, new Date('2026-11-24T03:12:00Z'));
    assert.equal(rounded.expectedUpdate, undefined);
  });

  it('refuses to leave no time', () => {
    const short = { signed: NOW, validFrom: NOW, validUntil: new Date(NOW.getTime() + 10_000) };
    assert.throws(() => spreadValidity(short, { jitterSeconds: 0 }, random), { code: 'validity' });
  });
});

describe('Decoy digests', () => {
  it('stand in every namespace, look like the others, and belong to no item', async () => {
    const order = planOptions(makeDevice().publicKey, { decoys: 20, digestAlgorithm: 'SHA-384' });
    const authority = await makeAuthority();
    const issuerSigned = await issueMdoc({
      ...order,
      signer: authority.dsSigner,
      certificateChain: [authority.dsCertificate],
    });
    const { mso, nameSpaces } = parseIssuerSigned(issuerSigned);
    for (const [namespace, elements] of [
      [NS_JP, 7],
      [NS_ISO, 6],
    ] as const) {
      const digests = mso.valueDigests.get(namespace)!;
      assert.equal(digests.size, elements + 20);
      assert.deepEqual(new Set([...digests.values()].map(({ length }) => length)), new Set([48]));
      assert.deepEqual(
        [...digests.keys()].sort((a, b) => a - b),
        Array.from({ length: elements + 20 }, (_, id) => id),
      );
      assert.equal(nameSpaces.get(namespace)?.length, elements);
    }
    const report = verifyIssuerSigned({ issuerSigned, trustAnchors: [authority.root], now: NOW });
    assert.equal(report.result, 'passed');
  });

  it('take their places at random, so that high digestIDs are not those of decoys', () => {
    let high = 0;
    for (let round = 0; round < 20; round++) {
      const order = planOptions(makeDevice().publicKey, { decoys: 6, random: seededRandom(`decoys ${round}`) });
      const items = planIssuerSigned(order).items[NS_ISO] ?? [];
      high += items.filter((item) => ((item.decode() as CborMap).get('digestID') as number) >= 6).length;
    }
    assert.ok(high > 30 && high < 90, String(high));
  });

  it('are counted', () => {
    for (const decoys of [-1, 0.5, 1001, Number.NaN]) {
      assert.throws(() => planIssuerSigned(planOptions(makeDevice().publicKey, { decoys })), { code: 'decoy-count' });
    }
  });
});
