import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type CborMap, type CborValue, decode, Encoded, encode } from '@tegata/cbor';
import { derFromRaw, parseSign1, rawFromDer, sign1, x5chain } from '@tegata/cose';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildCertificate, buildReaderAuth, buildReaderRoot, extension, randomSerial } from '@tegata/x509-build';
import fc from 'fast-check';
import {
  buildDeviceRequest,
  type DeviceRequest,
  type DocRequestOrder,
  inspectDeviceRequest,
  MdocError,
  parseDeviceRequest,
  readerAuthenticationAllBytes,
  readerAuthenticationBytes,
  signDeviceRequest,
  verifyReaderAuth,
} from '../index.ts';
import { days, makeSession, NOW } from '../test-authority.ts';

// Another seed finds other cases; on a failure its number is printed.
fc.configureGlobal({ seed: Number(process.env['TEGATA_SEED'] ?? 18013) });

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const order = (docType: string, more: Partial<DocRequestOrder> = {}): DocRequestOrder => ({
  docType,
  nameSpaces: { 'org.example': { name: false, birth_date: true } },
  ...more,
});

const random = seededRandom('readers');
const rootSigner = softwareSigner(await generateSoftwareKey('P-256'));
const root = await buildReaderRoot({ signer: rootSigner, random, notBefore: days(-100) });
const readerSigner = softwareSigner(await generateSoftwareKey('P-256'));
const certificate = await buildReaderAuth({
  issuer: { signer: rootSigner, certificate: root },
  publicKey: readerSigner.publicKey,
  random,
  notBefore: days(-10),
});
const reader = { signer: readerSigner, certificateChain: [certificate] };
const session = makeSession();
const sessionTranscript = session.transcript;
const trust = { readerAnchors: [root], now: NOW };
const verify = (request: DeviceRequest, changes: object = {}) =>
  verifyReaderAuth({ request, sessionTranscript, ...trust, ...changes });
const outcome = (report: ReturnType<typeof verifyReaderAuth>) =>
  report.checks.map(({ result, code, docRequest }) => [result, code, docRequest]);
const good = [
  ['not_performed', 'revocation-no-data', 0],
  ['passed', undefined, 0],
];

/** Decodes the request, changes it, encodes it again. */
function changed(bytes: Uint8Array, change: (map: CborMap) => void): DeviceRequest {
  const map = decode(bytes) as CborMap;
  change(map);
  return parseDeviceRequest(encode(map, { mapOrder: 'given' }));
}
const docRequest = (map: CborMap, index = 0) => (map.get('docRequests') as CborMap[])[index] as CborMap;

describe('readerAuth', () => {
  it('names the reader when its signature, its session and its chain are good', async () => {
    const request = parseDeviceRequest(await signDeviceRequest(order('a'), { sessionTranscript, reader }));
    assert.equal(request.version, '1.0');
    const report = verify(request);
    assert.deepEqual(outcome(report), good);
    assert.equal(report.result, 'passed');
    assert.deepEqual(
      report.readers.map((readers) => readers.map(({ name, organization }) => [name, organization])),
      [[['Tegata TEST reader', 'Tegata TEST ONLY']]],
    );
    assert.deepEqual(inspectDeviceRequest(request, { sessionTranscript, ...trust }), report.checks);
    assert.equal(inspectDeviceRequest(request)[0]?.code, 'reader-trust-absent');
  });

  it('is refused in another session, over other items, off its chain, out of its time', async () => {
    const bytes = await signDeviceRequest(order('a'), { sessionTranscript, reader });
    const request = parseDeviceRequest(bytes);
    const failed = (report: ReturnType<typeof verify>) => {
      assert.deepEqual(report.readers, [[]]);
      assert.equal(report.result, 'failed');
      return report.checks.filter(({ result }) => result === 'failed').map(({ code }) => code);
    };
    assert.deepEqual(failed(verify(request, { sessionTranscript: makeSession().transcript })), ['signature-invalid']);
    const other = changed(bytes, (map) => docRequest(map).set('itemsRequest', Encoded.of(order('b') as never)));
    assert.deepEqual(failed(verify(other)), ['signature-invalid']);
    assert.deepEqual(failed(verify(request, { readerAnchors: [] })), ['no-trust-anchor']);
    const stranger = await buildReaderRoot({ signer: readerSigner, random, notBefore: days(-1) });
    assert.deepEqual(failed(verify(request, { readerAnchors: [stranger] })).length, 1);
    assert.deepEqual(failed(verify(request, { now: days(2000) })), ['validity']);
    assert.deepEqual(failed(verify(request, { readerRevocation: () => 'revoked' })), ['revoked']);
    assert.deepEqual(failed(verify(request, { revocationPolicy: 'hard' })), ['revocation-undetermined']);
    const undetermined = verify(request, { readerRevocation: () => 'undetermined' });
    assert.deepEqual(outcome(undetermined)[0], ['warning', 'revocation-undetermined', 0]);
    assert.deepEqual(outcome(verify(request, { readerRevocation: () => 'good' })), [['passed', undefined, 0]]);
  });

  it('is refused when the message is tagged, attached, without its certificate, or brings its own root', async () => {
    const bytes = await signDeviceRequest(order('a'), { sessionTranscript, reader });
    const withAuth = (change: (auth: CborValue[]) => CborValue) =>
      verify(
        changed(bytes, (map) =>
          docRequest(map).set('readerAuth', change(docRequest(map).get('readerAuth') as CborValue[])),
        ),
      );
    const code = (change: (auth: CborValue[]) => CborValue) => {
      const report = withAuth(change);
      assert.deepEqual(report.readers, [[]]);
      return report.code;
    };
    assert.equal(
      code(([a, b, , d]) => [a, b, new Uint8Array(3), d]),
      'payload-attached',
    );
    assert.equal(
      code(([a, , c, d]) => [a, new Map(), c, d]),
      'x5chain-missing',
    );
    assert.equal(
      code(([a, , c, d]) => [a, new Map([[33, []]]), c, d]),
      'x5chain-form',
    );
    assert.equal(
      code(([a, , c, d]) => [a, new Map([[33, Uint8Array.of(1)]]), c, d]),
      'der',
    );
    assert.equal(
      code(([a, , c, d]) => [a, new Map([[33, [certificate, root]]]), c, d]),
      'root-in-chain',
    );
    assert.equal(
      code(() => 'signed'),
      'structure',
    );
    assert.equal(
      code(() => null),
      'structure',
    );
    await assert.rejects(
      signDeviceRequest(order('a'), {
        sessionTranscript,
        reader: { ...reader, certificateChain: [certificate, root] },
      }),
      { code: 'request', context: { rule: 'root-in-chain' } },
    );
  });

  it('passes over a link from an old root to its new key, which names itself and is no root', async () => {
    const newKey = softwareSigner(await generateSoftwareKey('P-256'));
    const rootSubject = parseCertificate(root).subject.raw;
    const link = await buildCertificate({
      subject: [
        ['C', 'JP'],
        ['O', 'Tegata TEST ONLY'],
        ['CN', 'Tegata TEST reader root'],
      ],
      issuer: rootSubject,
      serial: randomSerial(random, 20),
      notBefore: days(-20),
      notAfter: days(500),
      publicKey: newKey.publicKey,
      signer: rootSigner,
      extensions: [
        extension.basicConstraints(0),
        extension.authorityKeyIdentifier(rootSigner.publicKey),
        extension.subjectKeyIdentifier(newKey.publicKey),
        extension.keyUsage('keyCertSign', 'cRLSign'),
      ],
    });
    const { publicKey } = readerSigner;
    const below = await buildReaderAuth({
      issuer: { signer: newKey, certificate: link },
      publicKey,
      random,
      notBefore: days(-10),
      notAfter: days(400),
    });
    const linked = { signer: readerSigner, certificateChain: [below, link] };
    const request = parseDeviceRequest(await signDeviceRequest(order('a'), { sessionTranscript, reader: linked }));
    assert.deepEqual(outcome(verify(request)), good);
    // Nor does its name make it one: whoever trusts another root of that name trusts nothing below it.
    const otherKey = softwareSigner(await generateSoftwareKey('P-256'));
    const namesake = await buildReaderRoot({ signer: otherKey, random, notBefore: days(-100) });
    const failed = verify(request, { readerAnchors: [namesake] });
    assert.equal(failed.code, 'no-path-to-anchor');
    assert.deepEqual(failed.readers, [[]]);
  });

  it('is refused for a reader that names itself as its issuer, whoever signed it', async () => {
    const self = await buildReaderAuth({
      issuer: { signer: rootSigner, certificate: root },
      publicKey: readerSigner.publicKey,
      random,
      notBefore: days(-10),
      subject: [
        ['C', 'JP'],
        ['O', 'Tegata TEST ONLY'],
        ['CN', 'Tegata TEST reader root'],
      ],
    });
    const named = { signer: readerSigner, certificateChain: [self] };
    const request = parseDeviceRequest(await signDeviceRequest(order('a'), { sessionTranscript, reader: named }));
    assert.equal(verify(request).code, 'self-signed');
  });

  it('with the fully specified algorithm -9, and with its chain in the protected header, verifies', async () => {
    const bytes = buildDeviceRequest(order('a'));
    const { itemsRequestBytes } = parseDeviceRequest(bytes).docRequests[0]!;
    const payload = readerAuthenticationBytes(sessionTranscript, itemsRequestBytes);
    const protectedBytes = encode(
      new Map<number, CborValue>([
        [1, -9],
        [33, certificate],
      ]),
    );
    const der = await readerSigner.sign(encode(['Signature1', protectedBytes, new Uint8Array(0), payload]));
    const auth = [protectedBytes, new Map(), null, rawFromDer(der, 32)];
    const request = changed(bytes, (map) => docRequest(map).set('readerAuth', auth));
    assert.deepEqual(outcome(verify(request)), good);
  });

  it('is listed as not performed for a document that nobody signed', async () => {
    const bytes = await signDeviceRequest([order('a'), order('b')], { sessionTranscript, reader });
    const request = changed(bytes, (map) => docRequest(map, 1).delete('readerAuth'));
    const report = verify(request);
    assert.deepEqual(outcome(report), [...good, ['not_performed', 'reader-auth-absent', 1]]);
    assert.deepEqual(
      report.readers.map(({ length }) => length),
      [1, 0],
    );
  });

  it('takes a pinned reader as it is, within its time, and says so', async () => {
    const request = parseDeviceRequest(await signDeviceRequest(order('a'), { sessionTranscript, reader }));
    const pinned = { readerAnchors: [], pinnedReaders: [certificate] };
    assert.deepEqual(outcome(verify(request, pinned))[1], ['warning', 'pinned', 0]);
    assert.equal(verify(request, { ...pinned, now: days(2000) }).code, 'validity');
  });
});

describe('readerAuthAll', () => {
  const useCases = [{ mandatory: true, documentSets: [[0], [1]], purposeHints: { 'org.iso.jtc1.sc17': 1 } }];
  const signed = (more: object = {}) =>
    signDeviceRequest([order('a'), order('b')], { sessionTranscript, readersOfAll: [reader], ...more });

  it('covers every document and the information about them', async () => {
    const bytes = await signed({ deviceRequestInfo: { useCases } });
    const request = parseDeviceRequest(bytes);
    assert.equal(request.version, '1.1');
    assert.deepEqual(request.deviceRequestInfo, { useCases });
    const report = verify(request);
    assert.deepEqual(outcome(report), [
      ['not_performed', 'revocation-no-data', undefined],
      ['passed', undefined, undefined],
    ]);
    assert.deepEqual(
      report.readers.map((readers) => readers.map(({ name }) => name)),
      [['Tegata TEST reader'], ['Tegata TEST reader']],
    );
    const swapped = changed(bytes, (map) => (map.get('docRequests') as CborMap[]).reverse());
    assert.equal(verify(swapped).code, 'signature-invalid');
    const info = Encoded.of({ useCases: [{ mandatory: false, documentSets: [[0]] }] } as never);
    assert.equal(verify(changed(bytes, (map) => map.set('deviceRequestInfo', info))).code, 'signature-invalid');
    assert.equal(verify(changed(bytes, (map) => map.delete('deviceRequestInfo'))).code, 'signature-invalid');
  });

  it('is over null where there is no information, and over three items only in interop mode', async () => {
    assert.equal(verify(parseDeviceRequest(await signed())).result, 'passed');
    const bytes = await signed();
    const items = parseDeviceRequest(bytes).docRequests.map(({ itemsRequestBytes }) => itemsRequestBytes);
    const short = await sign1({
      signer: readerSigner,
      payload: readerAuthenticationAllBytes(sessionTranscript, items, undefined),
      detached: true,
      unprotectedHeaders: new Map([[33, certificate]]),
    });
    const request = changed(bytes, (map) => map.set('readerAuthAll', [short]));
    assert.equal(verify(request).code, 'signature-invalid');
    assert.deepEqual(outcome(verify(request, { profileMode: 'interop' }))[1], [
      'warning',
      'reader-auth-all-short',
      undefined,
    ]);
  });

  it('stands beside readerAuth, and one bad signature fails the report', async () => {
    const bytes = await signed({ reader });
    const report = verify(parseDeviceRequest(bytes));
    assert.equal(report.checks.filter(({ result }) => result === 'passed').length, 3);
    const bad = changed(bytes, (map) => {
      const [auth] = map.get('readerAuthAll') as CborValue[][];
      map.set('readerAuthAll', [[...auth!.slice(0, 3), new Uint8Array(64)], auth!]);
    });
    assert.equal(verify(bad).result, 'failed');
    assert.equal(verify(bad).readers[0]?.length, 2);
  });

  it('and all else of version 1.1 is left alone below it, and kept', async () => {
    const bytes = await signed({ deviceRequestInfo: { useCases } });
    const request = changed(bytes, (map) => {
      map.set('version', '1.0');
      map.set('readerAuthAll', 'no signature at all');
    });
    assert.equal(request.readerAuthAll, undefined);
    assert.equal(request.deviceRequestInfo, undefined);
    assert.deepEqual([...request.others.keys()], ['deviceRequestInfo', 'readerAuthAll']);
    assert.deepEqual(outcome(verify(request)), [
      ['not_performed', 'reader-auth-absent', 0],
      ['not_performed', 'reader-auth-absent', 1],
    ]);
    const later = changed(bytes, (map) => map.set('version', '1.2').set('new', 1));
    assert.deepEqual([...later.others.keys()], ['new']);
    assert.equal(later.readerAuthAll?.length, 1);
  });
});

describe('parseDeviceRequest and verifyReaderAuth', () => {
  it('meet changed bytes with the package’s own error or a report', async () => {
    const bytes = await signDeviceRequest(order('a'), { sessionTranscript, reader, readersOfAll: [reader] });
    const change = fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, flip]) => {
        const input = Uint8Array.from(bytes);
        input[at]! ^= flip;
        try {
          const request = parseDeviceRequest(input);
          const report = verify(request);
          // What was signed is all but the version and the names of the outer members.
          if (report.result === 'passed' && report.checks.some(({ result }) => result === 'passed')) {
            const signedItems = request.docRequests.map(({ itemsRequestBytes }) => hex(itemsRequestBytes.bytes));
            assert.deepEqual(signedItems, [hex(parseDeviceRequest(bytes).docRequests[0]!.itemsRequestBytes.bytes)]);
          }
        } catch (error) {
          assert.ok(error instanceof MdocError, String(error));
        }
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        assert.throws(() => parseDeviceRequest(input), MdocError);
      }),
      { numRuns: 300 },
    );
  });
});

const folder = join(process.env['TEGATA_VECTORS'] ?? '', 'iso18013-5-annex-d');
const skip = process.env['TEGATA_VECTORS'] && existsSync(folder) ? false : 'TEGATA_VECTORS names no vectors folder';

describe('The request of ISO/IEC 18013-5 Annex D', { skip }, () => {
  const read = (name: string) =>
    new Uint8Array(Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').trim(), 'hex'));
  const transcript = () => (decode(read('session_transcript_bytes')) as Encoded).content;
  const now = new Date('2021-03-01T00:00:00Z');

  it('carries a readerAuth that verifies over the transcript, with the certificate printed', () => {
    const request = parseDeviceRequest(read('device_request'));
    const certificate = read('reader_cert');
    const pinned = { sessionTranscript: transcript(), now, readerAnchors: [], pinnedReaders: [certificate] };
    const report = verifyReaderAuth({ request, ...pinned });
    assert.deepEqual(outcome(report), [
      ['not_performed', 'revocation-no-data', 0],
      ['warning', 'pinned', 0],
    ]);
    assert.equal(report.readers[0]?.[0]?.name, 'reader');
    assert.equal(verifyReaderAuth({ request, ...pinned, sessionTranscript }).code, 'signature-invalid');
    assert.deepEqual(decode(read('reader_auth')), request.docRequests[0]?.readerAuth);
  });

  it('is built again byte for byte around the signature printed', async () => {
    const request = parseDeviceRequest(read('device_request'));
    const message = parseSign1(request.docRequests[0]?.readerAuth);
    const { publicKey } = parseCertificate(read('reader_cert'));
    let signedBytes: Uint8Array | undefined;
    const signer: Signer = {
      algorithm: 'ES256',
      publicKey,
      sign: async (data) => {
        signedBytes = data;
        return derFromRaw(message.signature);
      },
    };
    const made = await signDeviceRequest(request.docRequests[0]!.itemsRequest, {
      sessionTranscript: transcript(),
      reader: { signer, certificateChain: x5chain(message) },
    });
    assert.equal(hex(made), hex(read('device_request')));
    assert.ok(Buffer.from(signedBytes!).includes('ReaderAuthentication'));
    assert.equal(hex(request.docRequests[0]!.itemsRequestBytes.content), hex(read('items_request')));
  });
});
