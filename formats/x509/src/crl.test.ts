import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { der } from '@tegata/der';
import { buildCrl, type CrlInput } from '@tegata/x509-build';
import fc from 'fast-check';
import { at, makeChains } from './chains-for-tests.ts';
import {
  type CrlCode,
  type CrlQuestion,
  checkCrl,
  createCrlChecker,
  oid,
  parseCertificate,
  readCrl,
  revocationFrom,
  X509Error,
} from './index.ts';
import { algorithmDer, changing, extensionDer, resign, without } from './resign-for-tests.ts';

const { iaca, ds, newIaca, newDs, sign, signCa, readerRoot } = await makeChains();
const certificate = parseCertificate(ds.der);
const issuer = parseCertificate(iaca.der);
const DAY = 86_400_000;
const later = (days: number, seconds = 0) => new Date(at.getTime() + days * DAY + seconds * 1000);
const keyOf = { certificate: iaca.der, signer: iaca.key };
const other = { serial: Uint8Array.of(0x11, 0x22, 0x33), revokedAt: later(-3) };
const own = { serial: certificate.serial, revokedAt: later(-2), reason: 'keyCompromise' as const };

const build = (change: Partial<CrlInput> = {}) =>
  buildCrl({ issuer: keyOf, number: 5, thisUpdate: at, nextUpdate: later(30), revoked: [other], ...change });
const decide = (crl: Uint8Array, change: Partial<CrlQuestion> = {}) =>
  checkCrl({ crl, certificate, issuer, at, profile: 'mdoc', ...change });
const codes = (result: ReturnType<typeof checkCrl>) =>
  result.checks.flatMap((check) => (check.result === 'failed' ? [check.code] : []));

async function unusable(code: CrlCode, crl: Uint8Array | Promise<Uint8Array>, change: Partial<CrlQuestion> = {}) {
  const result = decide(await crl, change);
  assert.deepEqual([result.status, result.code, codes(result)], ['unusable', code, [code]]);
}

const aki = {
  oid: oid.authorityKeyIdentifier,
  critical: false,
  value: der.sequence(der.implicit(0, der.octetString(issuer.ski as Uint8Array))),
};
const number = (value: number) => ({ oid: oid.cRLNumber, critical: false, value: der.integer(value) });
const partition = (...members: Uint8Array[]) => ({
  oid: oid.issuingDistributionPoint,
  critical: true,
  value: der.sequence(...members),
});
const flag = (n: number) => der.implicit(n, der.boolean(true));
const nameOf = (uri: string) => der.explicit(0, der.explicit(0, der.implicit(6, der.ia5(uri))));
const [dsName] = certificate.crlDistributionPoints?.[0]?.fullName ?? [];
assert(dsName?.type === 'uri');
const dsUri = dsName.value;

/** A CRL whose parts are put together by hand and signed. */
async function assemble(change: {
  version?: Uint8Array[];
  inner?: Uint8Array;
  entries?: Uint8Array[];
  extensions?: Uint8Array[];
  nextUpdate?: Uint8Array[];
}) {
  const algorithm = algorithmDer(iaca.key);
  const tbs = der.sequence(
    ...(change.version ?? [der.integer(1)]),
    change.inner ?? algorithm,
    issuer.subject.raw,
    der.time(at),
    ...(change.nextUpdate ?? [der.time(later(30))]),
    ...(change.entries ? [der.sequence(...change.entries)] : []),
    ...(change.extensions ?? [der.explicit(0, der.sequence(extensionDer(aki), extensionDer(number(1))))]),
  );
  return der.sequence(tbs, algorithm, der.bitString(await iaca.key.sign(tbs)));
}
const entry = (serial: Uint8Array, ...rest: Uint8Array[]) => der.sequence(der.element(2, serial), ...rest);
const time = der.time(later(-1));
const entryExtension = (id: string, critical: boolean, value: Uint8Array) =>
  der.sequence(extensionDer({ oid: id, critical, value }));
const serialOne = Uint8Array.of(1);

describe('a CRL', () => {
  it('says good of a certificate that it does not list', async () => {
    const result = decide(await build());
    assert.deepEqual([result.status, result.code, codes(result)], ['good', 'good', []]);
    assert.deepEqual([result.thisUpdate, result.nextUpdate], [at, later(30)]);
  });
  it('says good of all while it is empty', async () => {
    assert.equal(decide(await build({ revoked: [] })).status, 'good');
  });
  it('says revoked of one that it lists, since when and why', async () => {
    const result = decide(await build({ revoked: [other, own] }));
    assert.deepEqual([result.status, result.reason, result.revokedAt], ['revoked', 'keyCompromise', later(-2)]);
    const plain = decide(await build({ revoked: [{ ...own, reason: undefined }, other] }));
    assert.deepEqual([plain.status, plain.reason], ['revoked', 'unspecified']);
  });
  it('says revoked of one on hold', async () => {
    assert.equal(decide(await build({ revoked: [{ ...own, reason: 'certificateHold' }] })).reason, 'certificateHold');
  });
  it('is asked for the number of a certificate and not for octets that look like it', async () => {
    const lookalike = parseCertificate(await resign(ds.der, iaca.key, { serial: Uint8Array.of(0x22, 0x33) }));
    const crl = await build({ revoked: [other, { ...other, serial: Uint8Array.of(2, 2, 0x22, 0x33) }] });
    assert.equal(decide(crl, { certificate: lookalike }).status, 'good');
    const both = await build({
      revoked: [
        { ...other, serial: Uint8Array.of(2, 2, 0x22, 0x33) },
        { ...other, serial: Uint8Array.of(0x22, 0x33) },
      ],
    });
    assert.equal(decide(both, { certificate: lookalike }).status, 'revoked');
  });

  it('of another issuer is unusable', async () => {
    const crl = await build({ issuer: { certificate: readerRoot.der, signer: readerRoot.key } });
    await unusable('issuer-name', crl, { profile: 'rfc5280' });
  });
  it('signed by another key is unusable', () =>
    unusable(
      'signature',
      build({ issuer: { certificate: iaca.der, signer: newIaca.key }, extensions: [aki, number(1)] }),
    ));
  it('with one octet changed is unusable by its signature', async () => {
    const crl = await build();
    const { entries, raw } = readCrl(crl);
    const position = entries.byteOffset - raw.byteOffset + 4;
    await unusable('signature', crl.with(position, (crl[position] as number) ^ 2));
  });
  it('with another algorithm inside than outside is unusable by its signature', async () => {
    await unusable('signature', assemble({ inner: algorithmDer(newIaca.key) }));
  });
  it('of a key that may not sign CRLs is unusable', async () => {
    const weak = await resign(iaca.der, iaca.key, {
      extensions: changing(oid.keyUsage, { value: der.namedBits([5]) }),
    });
    await unusable('ku-bits', build(), { issuer: weak });
    const none = await resign(iaca.der, iaca.key, { extensions: without(oid.keyUsage) });
    await unusable('ku-bits', build(), { issuer: none });
    assert.equal(decide(await build(), { issuer: none, profile: 'rfc5280' }).status, 'good');
    await unusable('ku-bits', build(), { issuer: weak, profile: 'rfc5280' });
  });
  it('of an issuer whose certificate has ended is unusable', async () => {
    const ended = await resign(iaca.der, iaca.key, { notAfter: der.time(later(-1)) });
    await unusable('validity', build(), { issuer: ended });
  });

  it('is usable from thisUpdate on and until nextUpdate', async () => {
    const crl = await build();
    assert.equal(decide(crl, { at: later(0) }).status, 'good');
    assert.equal(decide(crl, { at: later(30, -1) }).status, 'good');
    await unusable('not-yet-valid', crl, {
      at: later(0, -1),
      issuer: await resign(iaca.der, iaca.key, { notBefore: der.time(later(-9)) }),
    });
    await unusable('expired', crl, { at: later(30) });
  });
  it('that does not say when the next is due is unusable', () =>
    unusable('no-next-update', assemble({ nextUpdate: [] })));
  it('of document signers lasts at most 90 days', async () => {
    assert.equal(decide(await build({ nextUpdate: later(90) })).status, 'good');
    await unusable('lifetime', build({ nextUpdate: later(90, 1) }));
    assert.equal(decide(await build({ nextUpdate: later(91) }), { profile: 'rfc5280' }).status, 'good');
  });
  it('of document signers has the version 2, a number, and the key of its issuer', async () => {
    await unusable('crl-number-missing', build({ extensions: [aki] }));
    await unusable('aki-missing', build({ extensions: [number(1)] }));
    const wrong = { ...aki, value: der.sequence(der.implicit(0, der.octetString(new Uint8Array(20)))) };
    await unusable('aki-mismatch', build({ extensions: [wrong, number(1)] }));
    const bare = await assemble({ version: [], extensions: [] });
    assert.deepEqual(codes(decide(bare)), ['version', 'crl-number-missing', 'aki-missing']);
    assert.equal(decide(bare, { profile: 'rfc5280' }).status, 'good');
  });

  it('with an unknown critical extension is unusable, with an unknown other one it is not', async () => {
    const unknown = { oid: '2.999.8.5.98', critical: true, value: der.null() };
    await unusable('unknown-critical', build({ extensions: [aki, number(1), unknown] }));
    const harmless = await build({ extensions: [aki, number(1), { ...unknown, critical: false }] });
    assert.equal(decide(harmless).status, 'good');
  });
  it('with an unknown critical extension in any entry is unusable for every certificate', async () => {
    const crl = (critical: boolean) =>
      assemble({ entries: [entry(serialOne, time, entryExtension('2.999.8.5.97', critical, der.null()))] });
    await unusable('entry-unknown-critical', crl(true));
    assert.equal(decide(await crl(false)).status, 'good');
  });
  it('that names another issuer in an entry is unusable: indirect CRLs are not followed', async () => {
    const names = der.sequence(der.explicit(4, issuer.subject.raw));
    const crl = assemble({ entries: [entry(serialOne, time, entryExtension(oid.certificateIssuer, true, names))] });
    await unusable('entry-unknown-critical', crl);
    await unusable('indirect', build({ extensions: [aki, number(1), partition(flag(4))] }));
  });
});

describe('a partition', () => {
  const crl = (...members: Uint8Array[]) => build({ extensions: [aki, number(1), partition(...members)] });

  it('decides about the certificates that name it', async () => {
    assert.equal(decide(await crl(nameOf(dsUri))).status, 'good');
    assert.equal(decide(await crl(nameOf(dsUri), flag(1))).status, 'good');
    assert.equal(decide(await build({ partition: { name: { uri: dsUri }, only: 'user' } })).status, 'good');
  });
  it('proves nothing of a certificate that names another', async () => {
    await unusable('partition', crl(nameOf(`${dsUri}x`)));
    const silent = await resign(ds.der, iaca.key, { extensions: without(oid.cRLDistributionPoints) });
    await unusable('partition', crl(nameOf(dsUri)), { certificate: silent });
  });
  it('proves nothing of a certificate whose point is for some reasons or of another issuer', async () => {
    for (const member of [der.implicit(1, der.namedBits([1])), der.explicit(2, der.explicit(4, issuer.subject.raw))]) {
      const value = der.sequence(der.sequence(nameOf(dsUri), member));
      const changed = await resign(ds.der, iaca.key, { extensions: changing(oid.cRLDistributionPoints, { value }) });
      await unusable('partition', crl(nameOf(dsUri)), { certificate: changed });
    }
  });
  it('that is named relative to its issuer proves nothing', () => {
    const relative = der.setOf(der.sequence(der.oid(oid.commonName), der.utf8('CRL 1')));
    return unusable('partition', crl(der.explicit(0, der.implicit(1, relative))));
  });
  it('for another kind of certificate proves nothing', async () => {
    await unusable('scope', crl(nameOf(dsUri), flag(2)));
    await unusable('scope', crl(nameOf(dsUri), flag(5)));
    const asCa = await resign(ds.der, iaca.key, {
      extensions: (list) => [
        ...list,
        { oid: oid.basicConstraints, critical: true, value: der.sequence(der.boolean(true)) },
      ],
    });
    await unusable('scope', crl(nameOf(dsUri), flag(1)), { certificate: asCa });
    assert.equal(decide(await crl(nameOf(dsUri), flag(2)), { certificate: asCa }).status, 'good');
  });
  it('for some reasons is enough for revoked, never for good', async () => {
    const reasons = partition(nameOf(dsUri), der.implicit(3, der.namedBits([1])));
    await unusable('reasons', build({ extensions: [aki, number(1), reasons] }));
    const listed = await build({ revoked: [own], extensions: [aki, number(1), reasons] });
    assert.equal(decide(listed).status, 'revoked');
  });
  it('of JPKI is found by its directory name, however the strings are spelt', async () => {
    const holder = parseCertificate(sign.der);
    const ca = parseCertificate(signCa.der);
    const [point] = holder.crlDistributionPoints ?? [];
    const [directory] = point?.fullName ?? [];
    assert(directory?.type === 'directoryName');
    const spelt = (write: (text: string) => Uint8Array) =>
      der.sequence(
        ...directory.name.rdns.map(([part]) =>
          der.setOf(der.sequence(der.oid(part?.type ?? ''), write(part?.value ?? ''))),
        ),
      );
    const ask = async (name: Uint8Array) => {
      const members = der.explicit(0, der.explicit(0, der.explicit(4, name)));
      const crl = await build({
        issuer: { certificate: signCa.der, signer: signCa.key },
        extensions: [number(1), partition(members)],
      });
      return checkCrl({ crl, certificate: holder, issuer: ca, at }).code;
    };
    assert.equal(await ask(directory.name.raw), 'good');
    assert.equal(await ask(spelt(der.utf8)), 'good');
    assert.equal(await ask(spelt(der.printable)), 'good');
    assert.equal(await ask(ca.subject.raw), 'partition');
  });
});

describe('a delta CRL', () => {
  const indicator = (base: number) => ({ oid: oid.deltaCRLIndicator, critical: true, value: der.integer(base) });
  const delta = (base: number, own2: number, revoked: CrlInput['revoked'] = []) =>
    build({ revoked, extensions: [aki, number(own2), indicator(base)] });

  it('is refused without its base', async () => unusable('delta', delta(5, 6)));
  it('adds to its base', async () => {
    const base = await build();
    assert.equal(decide(await delta(5, 6), { base }).status, 'good');
    assert.equal(decide(await delta(5, 6, [own]), { base }).status, 'revoked');
    const listed = await build({ revoked: [own] });
    assert.equal(decide(await delta(5, 6), { base: listed }).status, 'revoked');
  });
  it('takes a certificate off its base', async () => {
    const remove = entry(certificate.serial, time, entryExtension(oid.reasonCode, false, der.enumerated(8)));
    const extensions = [aki, number(6), indicator(5)].map(extensionDer);
    const crl = await assemble({ entries: [remove], extensions: [der.explicit(0, der.sequence(...extensions))] });
    assert.equal(decide(crl, { base: await build({ revoked: [own] }) }).status, 'good');
    const alone = await assemble({ entries: [remove] });
    assert.throws(
      () => readCrl(alone),
      (error) => error instanceof X509Error && error.code === 'crl-malformed',
    );
  });
  it('is refused with a base that is not its own', async () => {
    await unusable('delta', delta(6, 7), { base: await build() });
    await unusable('delta', delta(3, 4), { base: await build() });
    await unusable('delta', delta(5, 6), { base: await delta(4, 5) });
    await unusable('delta', delta(5, 6), { base: await build({ extensions: [aki] }) });
    await unusable('delta', delta(5, 6), { base: await build({ partition: { only: 'user' } }) });
  });
  it('does not make up for a base that is unusable', async () => {
    const old = await build({ thisUpdate: later(-9), nextUpdate: later(-1) });
    await unusable('expired', delta(5, 6), { base: old });
  });
});

describe('the encoding of a CRL', () => {
  const refuses = async (given: Uint8Array | Promise<Uint8Array>) => {
    const crl = await given;
    assert.throws(
      () => readCrl(crl),
      (error) => error instanceof X509Error && error.code === 'crl-malformed',
    );
    await unusable('der', crl);
  };
  const bad = (...entries: Uint8Array[]) => refuses(assemble({ entries }));

  it('has no octet after its end', async () => refuses(Uint8Array.of(...(await build()), 0)));
  it('has the version 2 where it has extensions', () => refuses(assemble({ version: [] })));
  it('has no version 3', () => refuses(assemble({ version: [der.integer(2)] })));
  it('has each extension once', () => refuses(build({ extensions: [number(1), number(2)] })));
  it('has no empty list of extensions', () => refuses(assemble({ extensions: [der.explicit(0, der.sequence())] })));
  it('has no negative number', () => refuses(build({ extensions: [number(-1)] })));
  it('writes a time before 2050 as UTCTime', async () => {
    await refuses(assemble({ nextUpdate: [der.generalizedTime(later(30))] }));
    await bad(entry(serialOne, der.generalizedTime(later(-1))));
  });
  it('writes no flag that is FALSE', () =>
    refuses(build({ extensions: [partition(der.element(0x81, Uint8Array.of(0)))] })));
  it('is for one kind of certificate', () => refuses(build({ extensions: [partition(flag(1), flag(2))] })));
  it('is DER in every entry', async () => {
    await bad(der.null());
    await bad(entry(serialOne, time), der.sequence(der.integer(1)));
    await bad(entry(new Uint8Array(), time));
    await bad(entry(Uint8Array.of(0, 1), time));
    await bad(entry(Uint8Array.of(0x80), time));
    await bad(entry(new Uint8Array(21).fill(1), time));
    await bad(entry(serialOne, time, der.null()));
    await bad(entry(serialOne, time, der.sequence()));
    await bad(entry(serialOne, time, entryExtension(oid.reasonCode, false, der.enumerated(7))));
    await bad(entry(serialOne, time, entryExtension(oid.reasonCode, true, der.enumerated(11))));
    await bad(entry(serialOne, time, entryExtension(oid.reasonCode, false, der.integer(1))));
    const twice = extensionDer({ oid: oid.reasonCode, critical: false, value: der.enumerated(1) });
    await bad(entry(serialOne, time, der.sequence(twice, twice)));
    await bad(Uint8Array.of(0x30, 0x81, 0x12, ...entry(serialOne, time).subarray(2)));
    for (const text of [
      '260230000000Z',
      '261301000000Z',
      '260101240000Z',
      '2601010000Z',
      '2601010000:0Z',
      '260101000060Z',
    ]) {
      await bad(entry(serialOne, der.element(0x17, Buffer.from(text))));
    }
  });
  it('may hold dates of the end of a month and from 2050 on', async () => {
    const dates = ['2024-02-29T23:59:59Z', '2026-01-31T00:00:00Z', '2050-01-01T00:00:00Z'].map(
      (text) => new Date(text),
    );
    for (const revokedAt of dates) {
      assert.deepEqual(decide(await build({ revoked: [other, { ...own, revokedAt }] })).revokedAt, revokedAt);
    }
  });
  it('may hold long entries', async () => {
    for (const size of [100, 200, 70_000]) {
      const long = entryExtension('2.999.8.5.96', false, der.octetString(new Uint8Array(size)));
      const crl = assemble({ entries: [entry(serialOne, time, long), entry(certificate.serial, time)] });
      if (size > 65_535) await refuses(crl);
      else assert.equal(decide(await crl).status, 'revoked');
    }
  });
  it('of any damage is read, or refused with an X509Error', async () => {
    const sound = await build({
      revoked: [own, { ...other, reason: undefined }],
      partition: { name: { uri: dsUri }, only: 'user' },
    });
    const damage = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = sound.slice();
        for (const [position, octet] of changes) damaged[position] = octet;
        const { status } = decide(damaged);
        const untouched = changes.every(([position]) => damaged[position] === sound[position]);
        assert.equal(status, untouched ? 'revoked' : status);
        assert.notEqual(status, 'good');
      }),
      { numRuns: 1500 },
    );
    const cut = fc.nat(sound.length - 1);
    fc.assert(fc.property(cut, (length) => assert.equal(decide(sound.subarray(0, length)).code, 'der')));
  });
  it('of many entries is read with the answer of each', async () => {
    const revoked = Array.from({ length: 3000 }, (_, index) => ({
      serial: Uint8Array.of(1 + (index >> 12), (index >> 8) & 0xff, index & 0xff),
      revokedAt: later(-index, index),
      reason: (['keyCompromise', 'superseded', undefined] as const)[index % 3],
    }));
    const crl = readCrl(await build({ revoked }));
    assert.equal(crl.summary.count, 3000);
    for (const index of [0, 1, 255, 256, 2998, 2999]) {
      const asked = { ...certificate, serial: (revoked[index] as { serial: Uint8Array }).serial };
      const { revokedAt, reason } = checkCrl({ crl, certificate: asked, issuer, at });
      assert.deepEqual([revokedAt, reason], [revoked[index]?.revokedAt, revoked[index]?.reason ?? 'unspecified']);
    }
  });
});

describe('a checker of CRLs', () => {
  const checker = (...crls: Uint8Array[]) =>
    createCrlChecker({ crls, issuers: [iaca.der, newIaca.der, readerRoot.der], profile: 'mdoc' });
  const ask = (...crls: Uint8Array[]) => {
    const { status, code } = checker(...crls).check(ds.der, at);
    return [status, code];
  };
  const young = (change: Partial<CrlInput> = {}) => build({ thisUpdate: at, number: 6, ...change });
  const old = (change: Partial<CrlInput> = {}) => build({ thisUpdate: later(-9), nextUpdate: later(9), ...change });

  it('has no answer without a CRL of the issuer', async () => {
    assert.deepEqual(ask(), ['unusable', 'no-crl']);
    const foreign = await build({ issuer: { certificate: readerRoot.der, signer: readerRoot.key } });
    assert.deepEqual(ask(foreign), ['unusable', 'no-crl']);
  });
  it('tells apart roots of one name by their signatures', async () => {
    const ofNew = await build({ issuer: { certificate: newIaca.der, signer: newIaca.key }, revoked: [] });
    assert.equal(checker(ofNew).check(newDs.der, at).status, 'good');
    const stranger = await resign(iaca.der, readerRoot.key, {});
    const untrusted = await build({ issuer: { certificate: stranger, signer: readerRoot.key } });
    assert.deepEqual(ask(untrusted), ['unusable', 'signature']);
  });
  it('takes no list of another generation’s key for that of the certificate', async () => {
    const ofNew = await build({ issuer: { certificate: newIaca.der, signer: newIaca.key }, revoked: [] });
    assert.deepEqual(ask(ofNew), ['unusable', 'issuer-key']);
    assert.deepEqual(ask(ofNew, await build()), ['good', 'good']);
    assert.deepEqual(ask(ofNew, await build({ revoked: [own] })), ['revoked', 'revoked']);
  });
  it('believes the newer of two lists', async () => {
    assert.deepEqual(ask(await old({ revoked: [own] }), await young()), ['good', 'good']);
    assert.deepEqual(ask(await young({ revoked: [own] }), await old()), ['revoked', 'revoked']);
  });
  it('falls back to the older one where the newer cannot be used', async () => {
    const unknown = { oid: '2.999.8.5.98', critical: true, value: der.null() };
    const odd = await young({ extensions: [aki, number(6), unknown] });
    assert.deepEqual(ask(odd, await old()), ['good', 'good']);
    assert.deepEqual(ask(odd), ['unusable', 'unknown-critical']);
  });
  it('puts a delta CRL together with its base', async () => {
    const indicator = { oid: oid.deltaCRLIndicator, critical: true, value: der.integer(5) };
    const delta = await build({ number: 6, revoked: [own], extensions: [aki, number(6), indicator] });
    assert.deepEqual(ask(delta), ['unusable', 'delta']);
    assert.deepEqual(ask(delta, await old()), ['revoked', 'revoked']);
  });
  it('takes the partition of the certificate, and revoked from any of them', async () => {
    const wrong = await build({ partition: { name: { uri: 'https://x.example/' } } });
    assert.deepEqual(ask(wrong), ['unusable', 'partition']);
    const right = await build({ partition: { name: { uri: dsUri } } });
    assert.deepEqual(ask(wrong, right), ['good', 'good']);
    assert.deepEqual(ask(await build({ revoked: [own] }), right), ['revoked', 'revoked']);
  });
  it('sets aside what cannot be read, and says so when nothing else decides', async () => {
    assert.deepEqual(ask(Uint8Array.of(0x30)), ['unusable', 'der']);
    assert.deepEqual(ask(Uint8Array.of(0x30), await build()), ['good', 'good']);
  });
  it('is a hook for which unusable is undetermined', async () => {
    const hook = async (...crls: Uint8Array[]) => revocationFrom(checker(...crls), at)(certificate);
    assert.deepEqual(
      [await hook(await build()), await hook(await build({ revoked: [own] })), await hook()],
      ['good', 'revoked', 'undetermined'],
    );
  });
});
