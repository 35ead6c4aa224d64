import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { type CborMap, type CborValue, DateTime, decode, Encoded, encode, FullDate } from '@tegata/cbor';
import { mac0 } from '@tegata/cose';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { buildDocumentSigner } from '@tegata/x509-build';
import fc from 'fast-check';
import {
  buildEmptyDeviceResponse,
  CHECK_IDS,
  derivedKey,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  planIssuerSigned,
  type VerifiedDocument,
  type VerifyDeviceResponseOptions,
  verifyDeviceResponse,
} from './index.ts';
import {
  days,
  ELEMENTS,
  type Forgery,
  makeAuthority,
  makeDevice,
  makeSession,
  NOW,
  planOptions,
  respond,
  type TestAuthority,
} from './test-authority.ts';

/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 18013);

describe('verifyDeviceResponse', () => {
  let authority: TestAuthority;
  const device = makeDevice();
  const session = makeSession();
  before(async () => {
    authority = await makeAuthority();
  });

  const requested = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
  const check = (response: Uint8Array, changes: Partial<VerifyDeviceResponseOptions> = {}) =>
    verifyDeviceResponse({
      response,
      sessionTranscript: session.transcript,
      trustAnchors: [authority.root],
      now: NOW,
      requested,
      ...changes,
    });
  const failures = (report: ReturnType<typeof check>) =>
    report.checks.filter(({ result }) => result === 'failed').map(({ id, code }) => `${id}: ${code}`);
  const notes = (report: ReturnType<typeof check>) =>
    report.checks.filter(({ result }) => result === 'warning').map(({ id, code }) => `${id}: ${code}`);
  const forged = async (forgery: Forgery, changes?: Partial<VerifyDeviceResponseOptions>) => {
    const report = check(await respond(authority, device, session, forgery), changes);
    if (report.result === 'failed') {
      assert.ok(report.code);
      assert.ok(report.documents.every((document) => document.result === 'failed' && !('elements' in document)));
    }
    return report;
  };

  it('accepts a good response and gives its values, listing every check', async () => {
    const report = await forged({});
    assert.equal(report.result, 'passed');
    assert.deepEqual([...new Set(report.checks.map(({ id }) => id))].sort(), [...CHECK_IDS].sort());
    const open = report.checks.filter(({ result }) => result !== 'passed').map(({ id, code }) => `${id}: ${code}`);
    assert.deepEqual(open, [
      'issuer-chain: revocation-no-data',
      'issuing-country: element-not-returned',
      'status-list: no-status',
      'reader-auth: of-requests',
    ]);
    const [document] = report.documents;
    assert.ok(document?.result === 'passed');
    assert.equal(document.value(NS_ISO, 'age_over_20'), true);
    assert.equal(document.value(NS_ISO, 'sex'), undefined);
    assert.equal(document.value(NS_JP, 'full_name_unicode'), undefined);
    assert.deepEqual(document.validity.validUntil, days(29));
  });

  it('keeps values out of its JSON', async () => {
    const disclose = { [NS_JP]: ['full_name_unicode'] };
    const report = await forged(
      { disclose },
      { requested: { docType: MNC_DOCTYPE, nameSpaces: { [NS_JP]: { full_name_unicode: true } } } },
    );
    assert.equal(report.result, 'passed');
    assert.equal(JSON.stringify(report).includes('見本'), false);
  });

  it('gives a verified document no public way of being made', async () => {
    const [document] = (await forged({})).documents;
    const prototype = Object.getPrototypeOf(document) as object;
    const Made = prototype.constructor as new (...given: unknown[]) => VerifiedDocument;
    assert.throws(() => new Made(Symbol('every check passed'), { docType: 'x' }), TypeError);
  });

  it('accepts a deviceMac under the static device key and the reader’s ephemeral key, and no other', async () => {
    const mac = (key: Uint8Array) => (_: CborMap, payload: Uint8Array) =>
      new Map([['deviceMac', mac0({ key, payload, detached: true })]]);
    const key = derivedKey(device.privateKey, session.reader.publicKey, session.transcript, 'EMacKey');
    const eReaderKey = session.reader.privateKey;
    assert.equal((await forged({ deviceAuth: mac(key) }, { eReaderKey })).result, 'passed');
    assert.deepEqual(failures(await forged({ deviceAuth: mac(key) })), ['device-auth: reader-key-needed']);
    const ephemeral = derivedKey(session.device.privateKey, session.reader.publicKey, session.transcript, 'EMacKey');
    assert.deepEqual(failures(await forged({ deviceAuth: mac(ephemeral) }, { eReaderKey })), [
      'device-auth: mac-invalid',
    ]);
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    assert.deepEqual(failures(await forged({ deviceAuth: mac(key) }, { eReaderKey: p384 })), [
      'device-auth: session-key',
    ]);
  });

  const flip = (items: Map<string, CborValue[]>) => {
    const [item] = items.get(NS_ISO) as [Encoded];
    const map = item.decode() as CborMap;
    items.set(NS_ISO, [Encoded.of(map.set('elementValue', false))]);
  };
  const info = (member: string, value: CborValue) => ({
    mso: (map: CborMap) => void (map.get('validityInfo') as CborMap).set(member, value),
  });
  const at = (date: Date) => DateTime.from(date);
  const response = (member: string, value: CborValue) => ({ response: (map: CborMap) => void map.set(member, value) });

  it('names the element whose digest is wrong', async () => {
    const wrong = (await forged({ items: flip })).checks.find(({ id }) => id === 'digest');
    assert.match(wrong?.detail ?? '', /org\.iso\.23220\.1\/age_over_20/);
  });

  it('does not take trust from the message', async () => {
    const other = await makeAuthority();
    const impostor = { dsSigner: other.dsSigner };
    assert.deepEqual(failures(await forged({ ...impostor, chain: other.dsCertificate })), ['issuer-chain: signature']);
    assert.deepEqual(failures(await forged({ ...impostor, chain: [other.dsCertificate, other.root] })), [
      'issuer-chain: root-in-chain',
    ]);
    assert.deepEqual(failures(await forged({ chain: [authority.dsCertificate, authority.root] })), [
      'issuer-chain: root-in-chain',
    ]);
    assert.deepEqual(failures(await forged({ dsSigner: authority.rootSigner, chain: authority.root })), [
      'issuer-chain: root-in-chain',
    ]);
    assert.deepEqual(failures(await forged({ dsSigner: other.dsSigner })), ['issuer-signature: signature-invalid']);
    assert.deepEqual(failures(await forged({}, { trustAnchors: [] })), ['issuer-chain: no-trust-anchor']);
    const limited = [{ certificate: authority.root, docTypes: ['com.example.library.1'] }];
    assert.deepEqual(failures(await forged({}, { trustAnchors: limited })), ['issuer-chain: no-trust-anchor']);
    const fitting = [{ certificate: authority.root, docTypes: [MNC_DOCTYPE] }];
    assert.equal((await forged({}, { trustAnchors: fitting })).result, 'passed');
  });

  it('names an outdated document signer', async () => {
    const dsSigner = softwareSigner(await generateSoftwareKey('P-256'));
    const chain = await buildDocumentSigner({
      issuer: { signer: authority.rootSigner, certificate: authority.root },
      publicKey: dsSigner.publicKey,
      random: seededRandom('old'),
      notBefore: days(-30),
      notAfter: days(-1),
    });
    const report = await forged({ dsSigner, chain, ...info('signed', at(days(-2))) });
    assert.deepEqual(failures(report), ['issuer-chain: validity']);
  });

  it('is exact at the borders of validity, with the stated allowance for clocks that are ahead', async () => {
    const until = info('validUntil', at(NOW));
    const later = (seconds: number) => ({ now: new Date(NOW.getTime() + seconds * 1000) });
    assert.equal((await forged(until, later(-1))).result, 'passed');
    assert.equal((await forged(until, later(0))).result, 'passed');
    assert.deepEqual(failures(await forged(until, later(1))), ['validity: expired']);
    const from = info('validFrom', at(NOW));
    assert.equal((await forged(from, later(-30))).result, 'passed');
    assert.deepEqual(failures(await forged(from, later(-31))), ['validity: not-yet-valid']);
    assert.equal((await forged(from, { ...later(0), skewSeconds: 0 })).result, 'passed');
    assert.deepEqual(failures(await forged(from, { ...later(-1), skewSeconds: 0 })), ['validity: not-yet-valid']);
  });

  it('flags real-world dates with fractions, and reads them', async () => {
    const report = await forged(info('signed', new DateTime('2026-11-23T02:00:00.123456789Z')));
    assert.equal(report.result, 'passed');
    assert.deepEqual(notes(report), ['mso-structure: tdate-form']);
  });

  it('treats "nothing presented" as a result of its own', () => {
    const report = check(buildEmptyDeviceResponse());
    assert.equal(report.result, 'failed');
    assert.deepEqual(failures(report), ['requested-doctype: no-documents']);
    assert.deepEqual([...new Set(report.checks.map(({ id }) => id))].sort(), [...CHECK_IDS].sort());
    assert.deepEqual(failures(check(buildEmptyDeviceResponse(10))), [
      'status: status-10',
      'requested-doctype: no-documents',
    ]);
  });

  it('judges every document, not the first alone', async () => {
    const documentOf = async (forgery: Forgery): Promise<CborValue> => {
      const whole = decode(await respond(authority, device, session, forgery)) as CborMap;
      return (whole.get('documents') as CborValue[])[0];
    };
    const other = 'com.example.card.1';
    const good = await documentOf({});
    const bad = await documentOf({ docType: other, mso: (map) => void map.set('docType', other), items: flip });
    const both = [requested, { docType: other, nameSpaces: requested.nameSpaces }];
    for (const documents of [
      [good, bad],
      [bad, good],
    ]) {
      const bytes = await respond(authority, device, session, response('documents', documents));
      const results = check(bytes, { requested: both });
      assert.equal(results.result, 'failed');
      assert.deepEqual(results.documents.map(({ result }) => result).sort(), ['failed', 'passed']);
      assert.deepEqual(failures(results), ['digest: digest-mismatch']);
    }
    const twice = check(await respond(authority, device, session, response('documents', [good, good])));
    assert.deepEqual(failures(twice), ['requested-doctype: doctype-unrequested']);
    const half = check(await respond(authority, device, session), { requested: both });
    assert.equal(half.result, 'passed');
    assert.deepEqual(notes(half), ['requested-doctype: document-missing']);
  });

  it('verifies no signature of the many documents that nobody asked for, but every one that was asked for', async () => {
    const good = decode(await respond(authority, device, session)) as CborMap;
    const [document] = good.get('documents') as CborMap[];
    const other = new Map(document).set('docType', 'org.example.other');
    const response = encode(new Map(good).set('documents', [...Array.from({ length: 20 }, () => other), document]));
    const report = check(response);
    assert.equal(report.result, 'failed');
    assert.deepEqual(
      report.documents.map(({ result }) => result),
      [...Array.from({ length: 20 }, () => 'failed'), 'passed'],
    );
    const made = (index: number) =>
      report.checks.find((one) => one.document === index && one.id === 'issuer-signature')?.result;
    assert.deepEqual([made(7), made(8), made(19), made(20)], ['passed', 'not_performed', 'not_performed', 'passed']);
    assert.equal(report.checks.filter(({ code }) => code === 'doctype-unrequested').length, 20);
  });

  it('compares what was returned with what was asked for', async () => {
    const extra = await forged({ disclose: { [NS_ISO]: ['age_over_20', 'sex'] } });
    assert.deepEqual(failures(extra), ['unrequested: element-unrequested']);
    const number = await forged({
      disclose: { [NS_ISO]: ['age_over_20', 'sex'], [NS_JP]: ['individual_number_unicode'] },
    });
    assert.deepEqual(failures(number), ['unrequested: my-number-unrequested']);
    const asked = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false, sex: true } } };
    const less = await forged({}, { requested: asked });
    assert.equal(less.result, 'passed');
    assert.deepEqual(notes(less), ['missing-element: element-missing']);
  });

  it('takes the nearest age as an answer, and age_in_years where it was asked for', async () => {
    const ask = (...elements: string[]) => ({
      requested: {
        docType: MNC_DOCTYPE,
        nameSpaces: { [NS_ISO]: Object.fromEntries(elements.map((e) => [e, false])) },
      },
    });
    const nearest = await forged({}, ask('age_over_19'));
    assert.equal(nearest.result, 'passed');
    assert.deepEqual(notes(nearest), []);
    assert.deepEqual(failures(await forged({}, ask('age_over_30'))), ['unrequested: element-unrequested']);
    const both = { disclose: { [NS_ISO]: ['age_over_18', 'age_over_20'] } };
    assert.deepEqual(failures(await forged(both, ask('age_over_18'))), ['unrequested: element-unrequested']);
    assert.equal((await forged(both, ask('age_over_18', 'age_over_19'))).result, 'passed');
    const years = await forged({ disclose: { [NS_ISO]: ['age_in_years'] } }, ask('age_over_20', 'age_in_years'));
    assert.equal(years.result, 'passed');
    assert.deepEqual(notes(years), []);
  });

  it('checks the types of elements of a known document type, and reads a birth date as date or as map', async () => {
    const forge = (element: string, value: CborValue) => ({
      disclose: { [NS_ISO]: [element] },
      elements: ELEMENTS,
      items: (items: Map<string, CborValue[]>) => {
        const [item] = items.get(NS_ISO) as [Encoded];
        items.set(NS_ISO, [Encoded.of((item.decode() as CborMap).set('elementValue', value))]);
      },
    });
    const asking = (element: string) => ({
      requested: { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { [element]: false } } },
    });
    const only = async (element: string, value: CborValue) =>
      failures(await forged(forge(element, value), asking(element))).filter((line) => !line.startsWith('digest:'));
    assert.deepEqual(await only('age_over_20', 'true'), ['element-type: element-type']);
    assert.deepEqual(await only('birth_date', '2000-03-31'), ['element-type: element-type']);
    assert.deepEqual(await only('birth_date', new Map([['birth_date', new FullDate('2000-03-31')]])), []);
    assert.deepEqual(await only('birth_date', new FullDate('2000-02-30')), ['element-type: element-type']);
  });

  it('compares the country that a document names with that of its signer', async () => {
    const docType = 'com.example.card.1';
    const run = async (country: string) => {
      const elements = { [NS_ISO]: { issuing_country: country } };
      const plan = planIssuerSigned(planOptions(device.publicKey, { docType, elements }));
      const forgery: Forgery = {
        docType,
        payload: () => plan.payload,
        items: (items) => {
          items.clear();
          items.set(NS_ISO, [...plan.items[NS_ISO]!]);
        },
      };
      return forged(forgery, { requested: { docType, nameSpaces: { [NS_ISO]: { issuing_country: true } } } });
    };
    assert.equal((await run('JP')).result, 'passed');
    assert.deepEqual(failures(await run('US')), ['issuing-country: issuing-country']);
  });

  it('accepts items with heads that are longer than need be, and notices a change in them', async () => {
    const odd = (value: number) => {
      const map = encode(
        new Map<string, CborValue>([
          ['digestID', 0],
          ['random', new Uint8Array(32)],
          ['elementIdentifier', 'age_over_20'],
          ['elementValue', true],
        ]),
      );
      const content = new Uint8Array([0xb9, 0x00, 0x04, ...map.slice(1)]);
      content[content.length - 1]! ^= value;
      const head = Uint8Array.of(0xd8, 0x18, 0x59, content.length >> 8, content.length & 0xff);
      return Encoded.received(new Uint8Array([...head, ...content]));
    };
    const digest = new Uint8Array(createHash('sha256').update(odd(0).bytes).digest());
    const digests = {
      mso: (map: CborMap) => void map.set('valueDigests', new Map([[NS_ISO, new Map([[0, digest]])]])),
    };
    const good = await forged({ ...digests, items: (items) => void items.set(NS_ISO, [odd(0)]) });
    assert.deepEqual(failures(good), []);
    const wrongEnd = await forged({ ...digests, items: (items) => void items.set(NS_ISO, [odd(1)]) });
    assert.ok(failures(wrongEnd).length > 0);
  });

  it('never throws and never passes on damaged responses', async () => {
    const good = await respond(authority, device, session);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const damaged = good.slice();
        damaged[index]! ^= mask;
        const report = check(damaged);
        // A name may change so that an optional member is gone, which counts as not returned; a value never changes.
        for (const document of report.documents) {
          if (document.result === 'failed') continue;
          const value = document.value(NS_ISO, 'age_over_20');
          if (value !== true)
            assert.deepEqual([value, notes(report)], [undefined, ['missing-element: element-missing']]);
        }
      }),
      { numRuns: 150, seed },
    );
    for (let length = 0; length < good.length; length += 97) {
      assert.equal(check(good.subarray(0, length)).result, 'failed');
    }
  });
});
