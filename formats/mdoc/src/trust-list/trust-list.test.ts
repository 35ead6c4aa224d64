import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, DateTime, decode, Encoded, encode, Tagged } from '@tegata/cbor';
import { sign1 } from '@tegata/cose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildReaderRoot, buildVicalSigner } from '@tegata/x509-build';
import fc from 'fast-check';
import {
  buildVical,
  type ListTrust,
  MdocError,
  MNC_DOCTYPE,
  NS_ISO,
  parseVical,
  verifyDeviceResponse,
  verifyRical,
  verifyVical,
} from '../index.ts';
import { days, makeAuthority, makeDevice, makeSession, NOW, respond, type TestAuthority } from '../test-authority.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const random = seededRandom('vical');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const rootSigner = softwareSigner(await generateSoftwareKey('P-256'));
const root = await buildReaderRoot({ signer: rootSigner, random, notBefore: days(-100) });
const signer = softwareSigner(await generateSoftwareKey('P-256'));
const certificate = await buildVicalSigner({
  issuer: { signer: rootSigner, certificate: root },
  publicKey: signer.publicKey,
  random,
  notBefore: days(-10),
});
const trust: ListTrust = { signerAnchors: [root], now: NOW };
const provider = 'Tegata TEST ONLY';

describe('VICAL', () => {
  let authority: TestAuthority;
  let other: TestAuthority;
  let vical: Uint8Array;
  before(async () => {
    authority = await makeAuthority();
    other = await makeAuthority();
    vical = await build();
  });
  const build = (changes: object = {}) =>
    buildVical({
      provider,
      date: days(-1),
      nextUpdate: days(1),
      issueId: 7,
      certificates: [
        { certificate: authority.root, docTypes: [MNC_DOCTYPE], issuingAuthority: 'Tegata' },
        { certificate: other.root, docTypes: ['org.iso.18013.5.1.mDL'], certificateProfile: ['1.0.18013.5.1.7'] },
      ],
      signer,
      certificateChain: [certificate],
      ...changes,
    });
  /** Changes the content before it is signed. */
  const signed = async (change: (content: CborMap, infos: CborMap[]) => void, more: object = {}) => {
    const [, , payload] = decode(vical) as [unknown, unknown, Uint8Array];
    const content = decode(payload) as CborMap;
    change(content, content.get('certificateInfos') as CborMap[]);
    const unprotectedHeaders = new Map([[33, certificate]]);
    return encode(await sign1({ signer, payload: encode(content), unprotectedHeaders, ...more }));
  };
  const failures = (bytes: Uint8Array, changes: Partial<ListTrust> = {}) => {
    const report = verifyVical({ ...trust, vical: bytes, ...changes });
    const failed = report.checks.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id}: ${code}`);
    if (failed.length > 0)
      assert.deepEqual([report.result, report.anchors, report.accepted], ['failed', [], undefined]);
    return failed;
  };
  const warnings = (bytes: Uint8Array, changes: Partial<ListTrust> = {}) => {
    const report = verifyVical({ ...trust, vical: bytes, mode: 'interop', ...changes });
    assert.equal(report.result, 'passed', JSON.stringify(report.checks));
    return report.checks
      .filter(({ result }) => result === 'warning')
      .map(({ id, detail, code }) => `${id}: ${detail ?? code}`);
  };

  it('is read as it was written, untagged, with the certificates in the unprotected header', () => {
    const [protectedBytes, unprotected] = decode(vical) as [Uint8Array, CborMap];
    assert.equal(hex(protectedBytes), 'a10126');
    assert.deepEqual([...unprotected.keys()], [33]);
    const list = parseVical(vical);
    assert.deepEqual([list.version, list.provider, list.issueId], ['1.0', provider, 7]);
    assert.deepEqual([list.date, list.nextUpdate], [days(-1), days(1)]);
    assert.deepEqual(
      list.entries.map(({ docTypes, certificate: one, deviations }) => [docTypes, hex(one.raw), deviations]),
      [
        [[MNC_DOCTYPE], hex(authority.root), []],
        [['org.iso.18013.5.1.mDL'], hex(other.root), []],
      ],
    );
    assert.deepEqual([list.deviations, list.unread], [[], []]);
    const content = decode(list.signed.message.payload!) as CborMap;
    const [info] = content.get('certificateInfos') as CborMap[];
    assert.equal(info?.get('serialNumber'), BigInt(`0x${parseCertificate(authority.root).serialHex}`));
    assert.equal(info?.get('issuingCountry'), 'JP');
    // A bignum, whatever its size: the head of tag 2 stands in the bytes.
    assert.ok(Buffer.from(list.signed.message.payload!).includes(Buffer.from('6c73657269616c4e756d626572c2', 'hex')));
  });

  it('yields trust anchors that count for their document types alone', async () => {
    const report = verifyVical({ ...trust, vical });
    assert.equal(report.result, 'passed');
    assert.deepEqual(
      report.checks.map(({ id, result, code }) => [id, result, code]),
      [
        ['list-structure', 'passed', undefined],
        ['list-signer', 'passed', undefined],
        ['list-signature', 'passed', undefined],
        ['list-date', 'passed', undefined],
        ['list-next-update', 'passed', undefined],
        ['list-rollback', 'not_performed', 'no-memory'],
        ['list-entries', 'passed', undefined],
      ],
    );
    assert.deepEqual(report.accepted, { provider, date: days(-1) });
    const device = makeDevice();
    const session = makeSession();
    const verdict = async (from: TestAuthority) => {
      const verified = verifyDeviceResponse({
        response: await respond(from, device, session),
        sessionTranscript: session.transcript,
        trustAnchors: report.anchors,
        now: NOW,
        requested: { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } },
      });
      return verified.code ?? verified.result;
    };
    assert.equal(await verdict(authority), 'passed');
    // The second root is listed for driving licences only.
    assert.match(await verdict(other), /no-path-to-anchor|signature|issuer-name/);
  });

  it('is refused with a foreign signer, a broken signature, out of its time, and older than the last one', async () => {
    const stranger = await buildReaderRoot({
      signer: rootSigner,
      random,
      notBefore: days(-1),
      subject: [['CN', 'Stranger']],
    });
    assert.deepEqual(failures(vical, { signerAnchors: [] }), ['list-signer: no-trust-anchor']);
    assert.equal(failures(vical, { signerAnchors: [stranger] }).length, 1);
    const array = decode(vical) as CborValue[];
    const broken = encode([...array.slice(0, 3), new Uint8Array(64)]);
    assert.deepEqual(failures(broken), ['list-signature: signature-invalid']);
    assert.deepEqual(failures(vical, { now: days(2) }), ['list-next-update: stale']);
    assert.deepEqual(failures(vical, { now: days(-2) }), ['list-date: date-in-future']);
    assert.deepEqual(failures(vical, { now: new Date(days(-1).getTime() - 299_000) }), []);
    const lastAccepted = { provider, date: days(-1) };
    assert.deepEqual(failures(vical, { lastAccepted }), []);
    assert.deepEqual(failures(vical, { lastAccepted: { provider, date: NOW } }), ['list-rollback: rollback']);
    assert.deepEqual(failures(vical, { lastAccepted: { provider: 'x', date: days(-9) } }), [
      'list-rollback: provider-changed',
    ]);
    const pinned = { signerAnchors: [], pinnedSigners: [certificate] };
    assert.deepEqual(failures(vical, pinned), []);
    assert.ok(failures(vical, { ...pinned, now: days(3000) }).includes('list-signer: validity'));
    const without = await build({ nextUpdate: undefined });
    assert.deepEqual(warnings(without, { mode: 'strict' }), [
      'list-next-update: The list does not say until when it holds.',
    ]);
  });

  it('in interop mode is read as real providers write it, and says where they depart', async () => {
    const real = await signed((content, [first, second]) => {
      const computed = first!.get('ski') as Uint8Array;
      first!.set('ski', Uint8Array.from([0x04, 0x16, 0x04, 0x14, ...computed]));
      first!.delete('certificateProfile');
      first!.set('CertificateProfile', ['https://provider.example/profile']).set('Extensions', new Map());
      second!.set('ski', second!.get('ski') as Uint8Array);
      content.set('date', new DateTime('2026-11-23T03:00:00.123Z')).set('Extensions', new Map([['a', 1]]));
      content.delete('nextUpdate');
    });
    assert.deepEqual(warnings(real), [
      'list-structure: member-capitalised, tdate-form',
      'list-next-update: The list does not say until when it holds.',
      'list-entries: ski-wrapped, certificate-profile-form',
    ]);
    const report = verifyVical({ ...trust, vical: real, mode: 'interop' });
    assert.equal(report.anchors.length, 2);
    assert.deepEqual(report.vical?.entries[0]?.certificateProfile, ['https://provider.example/profile']);
    assert.deepEqual(failures(real), ['list-structure: member-type']);
    const tagged = encode(new Tagged(18, decode(vical)));
    assert.deepEqual(failures(tagged), ['list-structure: tagged']);
    assert.deepEqual(warnings(tagged), ['list-structure: tagged']);
    const inProtected = await signed(() => {}, {
      unprotectedHeaders: new Map(),
      protectedHeaders: new Map([[33, certificate]]),
    });
    assert.deepEqual(failures(inProtected), ['list-structure: x5chain-header']);
    assert.deepEqual(warnings(inProtected), ['list-structure: x5chain-header']);
  });

  it('drops entries that speak of another certificate or hold none, in interop mode; strictly it fails', async () => {
    const cases: [string, (info: CborMap) => void, number][] = [
      ['ski-mismatch', (info) => info.set('ski', new Uint8Array(20)), 1],
      ['serial-number-mismatch', (info) => info.set('serialNumber', 2n ** 70n), 1],
      ['der', (info) => info.set('certificate', Uint8Array.of(0x30, 0)), 1],
    ];
    for (const [code, change, kept] of cases) {
      const bytes = await signed((_, [first]) => change(first!));
      assert.match(failures(bytes)[0] ?? '', new RegExp(`^list-entries: (${code}|certificate)`));
      const report = verifyVical({ ...trust, vical: bytes, mode: 'interop' });
      assert.deepEqual([report.result, report.anchors.length], ['passed', kept], code);
      assert.deepEqual(report.anchors[0]?.docTypes, ['org.iso.18013.5.1.mDL']);
    }
  });

  it('is refused when it is malformed', async () => {
    const parse = async (change: (content: CborMap, infos: CborMap[]) => void, rule: string, code = 'trust-list') => {
      const bytes = await signed(change);
      assert.throws(
        () => parseVical(bytes),
        (error: MdocError) => {
          assert.deepEqual([error.code, error.context['rule'] ?? error.code], [code, rule]);
          return true;
        },
      );
    };
    await parse((content) => content.set('version', '2.0'), 'version', 'version');
    await parse((content) => content.delete('date'), 'member-missing');
    await parse((content) => content.set('date', '2026-11-23T03:00:00Z'), 'member-type');
    await parse((content) => content.set('vicalIssueID', 'one'), 'member-type');
    await parse((content, [first]) => content.set('certificateInfos', Array(2001).fill(first)), 'too-many');
    await parse((_, [first]) => first!.set('docType', []), 'member-empty');
    await parse((_, [first]) => first!.delete('ski'), 'member-missing');
    const rule = (bytes: Uint8Array) => failures(bytes)[0];
    assert.equal(rule(new Uint8Array(4 * 1024 * 1024 + 1)), 'list-structure: too-large');
    assert.equal(
      rule(encode([new Uint8Array(0), new Map(), null, new Uint8Array(0)])),
      'list-structure: payload-missing',
    );
    await assert.rejects(build({ certificates: [{ certificate: authority.root, docTypes: [] }] }), {
      code: 'trust-list',
    });
    const twice = { certificate: authority.root, docTypes: [MNC_DOCTYPE] };
    await assert.rejects(build({ certificates: [twice, twice] }), { code: 'trust-list' });
  });

  it('meets changed bytes with a failed report, or changes nothing that is trusted', () => {
    const anchorsOf = (report: ReturnType<typeof verifyVical>) =>
      report.anchors.map(({ certificate: one, docTypes }) => [hex(one.raw), docTypes]);
    const right = anchorsOf(verifyVical({ ...trust, vical }));
    fc.assert(
      fc.property(fc.nat(vical.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(vical);
        changed[at]! ^= flip;
        for (const mode of ['strict', 'interop'] as const) {
          const report = verifyVical({ ...trust, vical: changed, mode });
          if (report.result === 'passed') assert.deepEqual(anchorsOf(report), right);
        }
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => parseVical(bytes, { mode: 'interop' }), MdocError);
      }),
      { numRuns: 200 },
    );
  });
});

describe('RICAL', () => {
  const reader = parseCertificate(root);
  const entry = (more: object = {}) => ({
    certificate: root,
    serialNumber: new Tagged(2, reader.serial),
    ski: reader.ski!,
    name: 'Readers of the shop',
    ...more,
  });
  const build = async (changes: object = {}, headers: object = { protectedHeaders: new Map([[33, certificate]]) }) => {
    const content = {
      type: 'org.example.readers',
      version: '1.0',
      provider,
      date: DateTime.from(days(-1)),
      nextUpdate: DateTime.from(days(1)),
      certificateInfos: [entry()],
      ...changes,
    };
    return encode(await sign1({ signer, payload: encode(content as never), ...headers }));
  };
  const verify = async (bytes: Promise<Uint8Array>, changes: Partial<ListTrust> = {}) =>
    verifyRical({ ...trust, rical: await bytes, ...changes });

  it('yields the roots of readers', async () => {
    const report = await verify(build());
    assert.equal(report.result, 'passed', JSON.stringify(report.checks));
    assert.deepEqual(
      report.anchors.map(({ raw }) => hex(raw)),
      [hex(root)],
    );
    assert.equal(report.entries[0]?.name, 'Readers of the shop');
    assert.deepEqual(report.accepted, { provider, date: days(-1), nextUpdate: days(1) });
  });

  it('leaves out roots whose trust is constrained in ways that are not understood', async () => {
    const report = await verify(build({ certificateInfos: [entry({ trustConstraints: [{ type: 1 }] })] }));
    assert.deepEqual([report.result, report.anchors.length, report.entries.length], ['passed', 0, 1]);
  });

  it('is refused past its end, of another version, with the certificates in the wrong header, or malformed', async () => {
    assert.equal((await verify(build({ notAfter: DateTime.from(days(-0.5)) }))).code, 'expired');
    assert.equal((await verify(build({ version: '2.0' }))).code, 'version');
    assert.equal((await verify(build({ certificateInfos: [1] }))).code, 'member-type');
    const unprotected = build({}, { unprotectedHeaders: new Map([[33, certificate]]) });
    assert.equal((await verify(unprotected)).code, 'x5chain-header');
    assert.equal((await verify(unprotected, { mode: 'interop' })).result, 'passed');
    assert.equal((await verify(build(), { lastAccepted: { provider, date: NOW } })).code, 'rollback');
    assert.equal(verifyRical({ ...trust, rical: Encoded.of({}).bytes }).result, 'failed');
  });
});
