import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { DerError, der } from '@tegata/der';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { buildCrl, type CrlEntry } from '@tegata/x509-build';
import fc from 'fast-check';
import { at, makeChains } from './chains-for-tests.ts';
import { walkEntries } from './crl-entries.ts';
import { checkCrl, oid, parseCertificate, readCrl, X509Error } from './index.ts';
import { extensionDer, resign } from './resign-for-tests.ts';

const { ds, iaca, sign: person, signCa } = await makeChains();
const extended = (id: string, critical: boolean, value: Uint8Array) =>
  der.sequence(extensionDer({ oid: id, critical, value }));
const reason = (number: number) => extended(oid.reasonCode, false, der.enumerated(number));

/** What a list is refused with; whoever reads the whole CRL makes one of the other. */
const isRefusal = (error: unknown) => error instanceof X509Error || error instanceof DerError;

/** Entries of every form, most of them the usual one. */
const times = [
  '2026-11-24T03:04:05Z',
  '2026-01-31T23:59:59Z',
  '2024-02-29T00:00:00Z',
  '2026-02-28T12:00:00Z',
  '2050-01-01T00:00:00Z',
].map((text) => der.time(new Date(text)));
const entryParts = fc.record({
  serial: fc
    .uint8Array({ minLength: 1, maxLength: 19 })
    .map((octets) => ((octets[0] as number) < 0x80 ? octets : Uint8Array.of(0, ...octets)))
    .filter((octets) => octets[0] !== 0 || (octets.length > 1 && (octets[1] as number) >= 0x80)),
  time: fc.constantFrom(...times),
  rest: fc.constantFrom<Uint8Array[]>(
    [],
    [],
    [],
    [reason(1)],
    [reason(4)],
    [reason(6)],
    [der.sequence(extensionDer({ oid: oid.invalidityDate, critical: false, value: der.generalizedTime(at) }))],
    [extended('2.999.8.5.97', false, der.octetString(new Uint8Array(200)))],
  ),
});
const entryDer = ({ serial, time, rest }: { serial: Uint8Array; time: Uint8Array; rest: Uint8Array[] }) =>
  der.sequence(der.element(2, serial), time, ...rest);

describe('the walk over the entries of a CRL', () => {
  it('counts entries of every form, and finds each by its number where it stands first', () => {
    fc.assert(
      fc.property(fc.array(entryParts, { minLength: 1, maxLength: 60 }), fc.nat(), (parts, pick) => {
        const entries = parts.map(entryDer);
        const list = der.concat(...entries);
        const chosen = parts[pick % parts.length] as { serial: Uint8Array };
        const index = parts.findIndex(({ serial }) => Buffer.compare(serial, chosen.serial) === 0);
        const begin = entries.slice(0, index).reduce((sum, { length }) => sum + length, 0);
        const { summary, foundAt } = walkEntries(list, 2, { serial: chosen.serial });
        assert.deepEqual([summary.count, foundAt], [parts.length, begin]);
        const absent = Uint8Array.of(0x7f, ...chosen.serial).subarray(0, 20);
        const known = parts.some(({ serial }) => Buffer.compare(serial, absent) === 0);
        assert.equal(walkEntries(list, 2, { serial: absent }).foundAt === undefined, !known);
      }),
      { numRuns: 150 },
    );
  });
  it('refuses a list that is cut anywhere but behind an entry, and tells no false count', () => {
    const entries = Array.from({ length: 12 }, (_, index) =>
      entryDer({
        serial: Uint8Array.of(index + 1, 7, 7),
        time: times[index % 5] as Uint8Array,
        rest: index % 3 ? [] : [reason(1)],
      }),
    );
    const list = der.concat(...entries);
    const ends = new Set(entries.map((_, index) => entries.slice(0, index).reduce((sum, e) => sum + e.length, 0)));
    for (let length = 0; length < list.length; length++) {
      const cut = list.slice(0, length);
      if (ends.has(length)) walkEntries(cut, 2);
      else assert.throws(() => walkEntries(cut, 2), isRefusal, String(length));
    }
  });
  it('refuses the same damage in the middle of a long list as at its end', () => {
    const plain = (index: number) =>
      entryDer({ serial: Uint8Array.of(1, index >> 8, index), time: times[0] as Uint8Array, rest: [] });
    const many = Array.from({ length: 300 }, (_, index) => plain(index));
    const time = der.element(0x17, Buffer.from('261131000000Z'));
    const bad = [
      der.sequence(der.element(2, Uint8Array.of(0, 1)), times[0] as Uint8Array),
      der.sequence(der.element(2, Uint8Array.of(0x80)), times[0] as Uint8Array),
      der.sequence(der.element(2, new Uint8Array(21).fill(1)), times[0] as Uint8Array),
      der.sequence(der.element(2, Uint8Array.of(1)), time),
      der.sequence(der.element(2, Uint8Array.of(1)), der.element(0x17, Buffer.from('261124240000Z'))),
      der.sequence(der.element(2, Uint8Array.of(1)), der.element(0x17, Buffer.from('261124000060Z'))),
      der.sequence(der.element(2, Uint8Array.of(1)), der.element(0x17, Buffer.from('26112400000:Z'))),
      der.sequence(der.element(2, Uint8Array.of(1)), der.element(0x17, Buffer.from('261124000000z'))),
      der.sequence(der.element(2, Uint8Array.of(1)), der.element(0x17, Buffer.from('260024000000Z'))),
      der.sequence(der.element(2, Uint8Array.of(1)), times[0] as Uint8Array, reason(7)),
      der.sequence(der.element(2, Uint8Array.of(1)), times[0] as Uint8Array, der.null()),
      Uint8Array.of(0x31, ...plain(1).subarray(1)),
    ];
    for (const entry of bad) {
      assert.throws(() => walkEntries(der.concat(...many, entry, ...many), 2), isRefusal);
      assert.throws(() => walkEntries(der.concat(...many, entry), 2), isRefusal);
    }
    assert.equal(walkEntries(der.concat(...many, ...many), 2).summary.count, 600);
  });
  it('sees an unknown critical extension and a removal wherever they stand', () => {
    const plain = Array.from({ length: 40 }, (_, index) =>
      entryDer({ serial: Uint8Array.of(1, index), time: times[0] as Uint8Array, rest: [] }),
    );
    const unknown = extended('2.999.8.5.97', true, der.null());
    const odd = entryDer({ serial: Uint8Array.of(3), time: times[0] as Uint8Array, rest: [unknown] });
    const removal = entryDer({ serial: Uint8Array.of(4), time: times[0] as Uint8Array, rest: [reason(8)] });
    for (const index of [0, 1, 20, 40]) {
      const list = [...plain.slice(0, index), odd, removal, ...plain.slice(index)];
      const { summary } = walkEntries(der.concat(...list), 2);
      assert.deepEqual(summary, { count: 42, unknownCritical: '2.999.8.5.97', removes: true });
    }
  });
});

describe('a CRL that is read for one certificate', () => {
  const revoked = (count: number, own?: { at: number; serial: Uint8Array }): CrlEntry[] =>
    Array.from({ length: count }, (_, index) => ({
      serial: own?.at === index ? own.serial : Uint8Array.of(0x11, index >> 16, index >> 8, index, 5, 5, 5, 5),
      revokedAt: new Date(at.getTime() - index * 86_399_000),
      ...(index % 2 ? { reason: 'superseded' as const } : {}),
    }));
  const kinds: readonly (readonly [string, Uint8Array, Uint8Array, Signer])[] = [
    ['P-384', ds.der, iaca.der, iaca.key],
    ['RSA-2048', person.der, signCa.der, signCa.key],
  ];
  for (const [kind, leaf, ca, signer] of kinds) {
    it(`says the same as one that is read for all, signed with ${kind}`, async () => {
      const certificate = parseCertificate(leaf);
      const issuer = parseCertificate(ca);
      const build = (list: readonly CrlEntry[]) =>
        buildCrl({
          issuer: { certificate: ca, signer },
          number: 1,
          thisUpdate: at,
          nextUpdate: new Date(at.getTime() + 86_400_000),
          revoked: list,
        });
      const ask = (crl: Uint8Array) => {
        const once = checkCrl({ crl, certificate, issuer, at });
        const { status, code, reason, revokedAt } = checkCrl({ crl: readCrl(crl), certificate, issuer, at });
        assert.deepEqual([once.status, once.code, once.reason, once.revokedAt], [status, code, reason, revokedAt]);
        return once.status;
      };
      // Some 170 kB: the octets are hashed in two strides.
      assert.equal(ask(await build(revoked(5000))), 'good');
      assert.equal(ask(await build([])), 'good');
      for (const index of [0, 1, 2500, 4998, 4999]) {
        const list = await build(revoked(5000, { at: index, serial: certificate.serial }));
        assert.equal(ask(list), 'revoked', String(index));
        const { entries, raw } = readCrl(list);
        for (const octet of [0, 60_000, 140_000, entries.length - 200]) {
          // Inside of a serial number: the list stays well-formed, and only the signature tells.
          const filler = Uint8Array.of(5, 5, 5, 5);
          const position = Buffer.from(list).indexOf(filler, entries.byteOffset - raw.byteOffset + octet);
          assert.equal(ask(list.with(position, 4)), 'unusable');
        }
      }
    });
  }
  it('takes a signature that cannot be made in pieces', async () => {
    const pair = generateKeyPairSync('ed25519');
    const signer: Signer = {
      algorithm: 'ES256',
      publicKey: pair.publicKey,
      sign: async (data) => new Uint8Array(sign(null, data, pair.privateKey)),
    };
    const algorithm = der.sequence(der.oid(oid.ed25519));
    const ca = await resign(iaca.der, signer, {
      spki: pair.publicKey.export({ type: 'spki', format: 'der' }),
      innerAlgorithm: algorithm,
      outerAlgorithm: algorithm,
    });
    const certificate = parseCertificate(ds.der);
    const tbs = der.sequence(
      der.integer(1),
      algorithm,
      certificate.issuer.raw,
      der.time(at),
      der.time(new Date(at.getTime() + 86_400_000)),
      der.sequence(der.sequence(der.integer(1), der.time(at))),
    );
    const crl = der.sequence(tbs, algorithm, der.bitString(await signer.sign(tbs)));
    assert.equal(checkCrl({ crl, certificate, issuer: ca, at }).status, 'good');
    const other = softwareSigner(await generateSoftwareKey('P-256'));
    const forged = await resign(ca, other, { spki: other.publicKey.export({ type: 'spki', format: 'der' }) });
    assert.equal(checkCrl({ crl, certificate, issuer: forged, at }).code, 'signature');
  });
});
