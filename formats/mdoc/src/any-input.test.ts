import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { before, describe, it } from 'node:test';
import {
  CborError,
  type CborValue,
  decode,
  decodeArraySpans,
  decodeMapSpans,
  diagnostic,
  Encoded,
  encode,
  parseDiagnostic,
} from '@tegata/cbor';
import { CoseError, decodeCoseKey, parseCoseKey, parseSign1, verifyMac0, verifySign1, x5chain } from '@tegata/cose';
import { seededRandom } from '@tegata/random';
import {
  checkStatus,
  openIdentifierList,
  openStatusListToken,
  packStatuses,
  readStatusReference,
  StatusListError,
  signIdentifierList,
  signStatusListCwt,
  signStatusListJwt,
} from '@tegata/status-list';
import { buildReaderRoot, buildVicalSigner } from '@tegata/x509-build';
import fc from 'fast-check';
import { bombs, damaged, MAX_INPUT, type Placement, placesOf, textBombs } from './hostile-inputs-for-tests.ts';
import {
  bleRetrieval,
  buildDeviceEngagement,
  buildEncryptionInfo,
  buildHandoverRequest,
  buildHandoverSelect,
  buildSessionData,
  buildSessionEstablishment,
  buildVical,
  diagnoseTranscript,
  httpRetrieval,
  issueMdoc,
  MdocError,
  MNC_DOCTYPE,
  NS_ISO,
  openAnnexCResponse,
  openAppleEnvelope,
  parseAnnexCRequest,
  parseBleOob,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseDeviceResponse,
  parseEncryptionInfo,
  parseIssuerSigned,
  parseMso,
  parseNdef,
  parseSessionData,
  parseSessionEstablishment,
  parseVical,
  qrToEngagement,
  readHandoverRequest,
  readHandoverSelect,
  sealAppleEnvelope,
  signDeviceRequest,
  verifyDeviceResponse,
  verifyIssuerSigned,
  verifyReaderAuth,
  verifyRical,
  verifyVical,
} from './index.ts';
import { days, makeAuthority, makeDevice, makeSession, NOW, planOptions, respond } from './test-authority.ts';

/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 18013);
/** Random inputs of each kind for each parser. */
const numRuns = Number(process.env['TEGATA_RUNS'] ?? 60);
const SIZE = MAX_INPUT - 4096;

/** Something that reads what others send, what it may throw, and a sample that it takes. */
interface Parser {
  readonly name: string;
  readonly own: readonly (new (...given: never[]) => Error)[];
  readonly sample: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

const parsers: Parser[] = [];
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

async function makeParsers(): Promise<void> {
  const authority = await makeAuthority();
  const device = makeDevice();
  const session = makeSession();
  const sessionTranscript = session.transcript;
  const { dsSigner: signer, dsCertificate } = authority;
  const issuerSigned = await issueMdoc({ ...planOptions(device.publicKey), signer, certificateChain: [dsCertificate] });
  const response = await respond(authority, device, session);
  const issuerAuth = encode(parseIssuerSigned(issuerSigned).issuerAuth);
  const requested = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
  const random = seededRandom('any input');
  const authorityOf = { signer: authority.rootSigner, random, notBefore: days(-100) };
  const readerRoot = await buildReaderRoot(authorityOf);
  const vicalSigner = await buildVicalSigner({
    issuer: { signer: authority.rootSigner, certificate: readerRoot },
    publicKey: signer.publicKey,
    random,
    notBefore: days(-10),
  });
  const reader = { signer, certificateChain: [dsCertificate] };
  const request = await signDeviceRequest(requested, { sessionTranscript, reader, readersOfAll: [reader] });
  const ble = bleRetrieval({ peripheralServer: true, centralClient: false, peripheralServerUuid: random.bytes(16) });
  const retrievalMethods = [httpRetrieval('http://127.0.0.1:1/'), ble];
  const engagement = buildDeviceEngagement({ eDeviceKey: device.publicKey, retrievalMethods });
  const uri = 'https://status.tegata.example/1';
  const claims = { uri, issuedAt: days(-1), expiresAt: days(1) };
  const list = { bits: 1 as const, octets: packStatuses({ bits: 1, size: 4000, statuses: [[7, 1]] }) };
  const identifiers = Array.from({ length: 20 }, () => random.bytes(16));
  const trusted = () => signer.publicKey;
  const question = { uri, at: NOW, signer: trusted };
  const vical = await buildVical({
    provider: 'Tegata TEST',
    date: days(-1),
    nextUpdate: days(1),
    certificates: [{ certificate: authority.root, docTypes: [MNC_DOCTYPE] }],
    signer,
    certificateChain: [vicalSigner],
  });
  const listTrust = { signerAnchors: [readerRoot], now: NOW };
  const trust = { trustAnchors: [authority.root], now: NOW };
  const encryptionInfo = buildEncryptionInfo({ nonce: random.bytes(16), recipientPublicKey: session.reader.publicKey });
  const point = (key: KeyObject) => {
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    return Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  };
  const sealed = encode(['dcapi', { enc: point(session.device.publicKey), cipherText: random.bytes(64) }]);
  const origin = 'https://shop.tegata.example';
  const recipientKey = session.reader.privateKey;
  const apple = { nonce: random.bytes(16), merchantId: 'merchant', teamId: 'team', recipientKey };
  const appleKey = { recipientPublicKey: session.reader.publicKey, deviceResponse: response, random };
  const envelope = sealAppleEnvelope({ ...apple, ...appleKey });
  const handoverRequest = buildHandoverRequest({ retrievalMethods: [ble] });
  const handoverSelect = buildHandoverSelect({ deviceEngagement: engagement, retrievalMethods: [ble] });

  const cbor = [CborError] as const;
  const cose = [CborError, CoseError] as const;
  const mdoc = [MdocError] as const;
  const status = [StatusListError] as const;
  const nothing = [] as const;
  const add = (name: string, own: Parser['own'], sample: Uint8Array, read: Parser['read']) =>
    void parsers.push({ name, own, sample, read });

  add('decode', cbor, response, decode);
  add('decode, encode and print', cbor, response, (bytes) => {
    const value = decode(bytes);
    diagnostic(value);
    return encode(value, { mapOrder: 'given' });
  });
  add('diagnostic over bytes', cbor, response, (bytes) => diagnostic(bytes));
  add('decodeMapSpans', cbor, response, (bytes) => decodeMapSpans(bytes));
  add('decodeArraySpans', cbor, issuerAuth, (bytes) => decodeArraySpans(bytes));
  add('parseDiagnostic', cbor, new TextEncoder().encode(diagnostic(decode(response))), (bytes) =>
    parseDiagnostic(latin1(bytes)),
  );
  add('parseSign1 and x5chain', cose, issuerAuth, (bytes) => [
    x5chain(parseSign1(decode(bytes))),
    x5chain(decode(bytes)),
  ]);
  add('verifySign1', cose, issuerAuth, (bytes) => verifySign1({ sign1: decode(bytes), publicKey: signer.publicKey }));
  add('verifyMac0', cose, issuerAuth, (bytes) => verifyMac0({ mac0: decode(bytes), key: new Uint8Array(32) }));
  add('decodeCoseKey', cose, session.readerBytes.content, (bytes) => decodeCoseKey(decode(bytes)));
  add('parseCoseKey', cose, session.readerBytes.content, (bytes) => parseCoseKey(decode(bytes)));
  add('parseDeviceResponse', mdoc, response, parseDeviceResponse);
  add('parseIssuerSigned', mdoc, issuerSigned, parseIssuerSigned);
  add('parseMso', mdoc, Encoded.wrap(parseIssuerSigned(issuerSigned).mso.bytes).bytes, parseMso);
  add('parseDeviceRequest', mdoc, request, parseDeviceRequest);
  add('parseDeviceEngagement', mdoc, engagement, parseDeviceEngagement);
  add('qrToEngagement', mdoc, Buffer.from(`mdoc:${base64url(engagement)}`), (bytes) => qrToEngagement(latin1(bytes)));
  add(
    'parseSessionEstablishment',
    mdoc,
    buildSessionEstablishment({ eReaderKeyBytes: session.readerBytes, data: random.bytes(40) }),
    parseSessionEstablishment,
  );
  add('parseSessionData', mdoc, buildSessionData({ data: random.bytes(40), status: 20 }), parseSessionData);
  add('parseNdef', mdoc, handoverSelect, parseNdef);
  add('readHandoverSelect', mdoc, handoverSelect, (bytes) => readHandoverSelect(bytes));
  add('readHandoverRequest', mdoc, handoverRequest, readHandoverRequest);
  add('parseBleOob', mdoc, Uint8Array.of(2, 0x1c, 0), parseBleOob);
  add('parseEncryptionInfo', mdoc, Buffer.from(encryptionInfo, 'base64url'), (bytes) =>
    parseEncryptionInfo(base64url(bytes)),
  );
  add('parseAnnexCRequest', mdoc, request, (bytes) =>
    parseAnnexCRequest({ deviceRequest: base64url(bytes), encryptionInfo }),
  );
  add('openAnnexCResponse', mdoc, sealed, (bytes) =>
    openAnnexCResponse({ data: { response: base64url(bytes) }, encryptionInfo, origin, recipientKey }),
  );
  add('openAppleEnvelope', mdoc, envelope, (bytes) => openAppleEnvelope({ ...apple, envelope: bytes }));
  add('parseVical', mdoc, vical, (bytes) => [parseVical(bytes), parseVical(bytes, { mode: 'interop' })]);
  add('verifyVical', mdoc, vical, (bytes) => verifyVical({ ...listTrust, vical: bytes }));
  add('verifyRical', mdoc, vical, (bytes) => verifyRical({ ...listTrust, rical: bytes }));
  add('verifyDeviceResponse', nothing, response, (bytes) =>
    verifyDeviceResponse({
      ...trust,
      response: bytes,
      sessionTranscript,
      eReaderKey: session.reader.privateKey,
      requested,
    }),
  );
  add('verifyIssuerSigned', nothing, issuerSigned, (bytes) => verifyIssuerSigned({ ...trust, issuerSigned: bytes }));
  add('verifyReaderAuth', mdoc, request, (bytes) =>
    verifyReaderAuth({ request: parseDeviceRequest(bytes), sessionTranscript, readerAnchors: [readerRoot], now: NOW }),
  );
  add('diagnoseTranscript', mdoc, response, (bytes) =>
    diagnoseTranscript({
      response: bytes,
      facts: { origin, nonce: 'n', clientId: 'c' },
    }),
  );
  add('openStatusListToken, CWT', status, await signStatusListCwt({ signer, list, claims }), (token) =>
    openStatusListToken({ ...question, token, form: 'cwt' }),
  );
  add('openStatusListToken, JWT', status, Buffer.from(await signStatusListJwt({ signer, list, claims })), (token) =>
    openStatusListToken({ ...question, token, form: 'jwt' }),
  );
  add('openIdentifierList', status, await signIdentifierList({ signer, identifiers, claims }), (token) =>
    openIdentifierList({ ...question, token }),
  );
  add(
    'readStatusReference',
    [CborError, StatusListError],
    encode(
      new Map([
        [
          'status_list',
          new Map<string, CborValue>([
            ['idx', 1],
            ['uri', uri],
          ]),
        ],
      ]),
    ),
    (bytes) => readStatusReference(decode(bytes)),
  );
  add('checkStatus', nothing, await signStatusListCwt({ signer, list, claims }), (body) =>
    checkStatus({
      reference: { kind: 'status_list', idx: 7, uri },
      credential: 'mdoc',
      fetched: { body },
      at: NOW,
      signer: trusted,
    }),
  );
}

function put(parser: Parser, input: Uint8Array, what: string): void {
  try {
    parser.read(input);
  } catch (error) {
    if (!parser.own.some((own) => error instanceof own)) {
      throw new assert.AssertionError({
        message: `${parser.name} threw ${String(error)} for ${what}: ${(error as Error).stack}`,
      });
    }
  }
}

describe('no input of up to 64 KiB makes a parser throw anything but our own error', () => {
  before(makeParsers);

  it('each parser reads its sample', () => {
    for (const { name, sample, read, own } of parsers) {
      // These samples are not meant for the key and the session at hand.
      const open = ['verifyMac0', 'openAnnexCResponse', 'diagnoseTranscript', 'verifyRical'].includes(name);
      if (own.length > 0 && !open) assert.doesNotThrow(() => read(sample), name);
    }
  });

  it('for bytes of any kind', () => {
    const random = seededRandom(`${seed} any`);
    for (let run = 0; run < numRuns; run++) {
      const size = run % 10 === 0 ? MAX_INPUT : Buffer.from(random.bytes(2)).readUInt16BE() % 512;
      const input = random.bytes(size);
      for (const parser of parsers) put(parser, input, `random bytes, run ${run}`);
    }
  });

  it('for a sample that was damaged', () => {
    for (const parser of parsers) {
      const random = seededRandom(`${seed} ${parser.name} damaged`);
      for (let run = 0; run < numRuns * 4; run++) put(parser, damaged(parser.sample, random), `damage, run ${run}`);
    }
  });

  it('for nested bombs, huge counts, and many keys', () => {
    const whole = [...bombs(MAX_INPUT), ...textBombs(MAX_INPUT)];
    for (const [which, parser] of parsers.entries()) {
      // Every third for each, others with another seed; the measurement below takes them all.
      const own = whole.filter((_, index) => (index + which + seed) % 3 === 0);
      for (const [what, bomb] of own) put(parser, bomb.subarray(0, MAX_INPUT), what);
    }
  });

  it('for any of them in any place of a sample', () => {
    const small = [...bombs(SIZE)];
    const places = new Map<Parser, readonly Placement[]>();
    const readers = parsers.filter((parser) => {
      const found = placesIn(parser.sample);
      if (found.length > 0) places.set(parser, found);
      return found.length > 0;
    });
    const one = fc.record({
      parser: fc.constantFrom(...readers),
      place: fc.nat(),
      bomb: fc.constantFrom(...small),
    });
    fc.assert(
      fc.property(one, ({ parser, place, bomb: [what, bomb] }) => {
        const own = places.get(parser) as readonly Placement[];
        const at = own[place % own.length] as Placement;
        const input = at.with(bomb);
        if (input) put(parser, input, `${what} at ${at.path}`);
      }),
      { numRuns: numRuns * 5, seed },
    );
  });
});

/** Not for CI, where a machine may be busy: every bomb in every place, and how long the slowest takes. */
const measured = process.env['TEGATA_TIME'] === undefined ? 'TEGATA_TIME asks for no measurement' : false;

describe('no input of up to 64 KiB makes a parser take more than 50 ms', { skip: measured }, () => {
  before(async () => {
    if (parsers.length === 0) await makeParsers();
  });

  it('of its own thread', () => {
    const random = seededRandom(`${seed} time`);
    const tooSlow: string[] = [];
    const placed = [...bombs(SIZE)];
    const whole = [...bombs(MAX_INPUT), ...textBombs(MAX_INPUT)];
    for (const parser of parsers) {
      const inputs: [string, Uint8Array][] = whole.map(([what, bytes]) => [what, bytes.subarray(0, MAX_INPUT)]);
      for (const place of placesIn(parser.sample)) {
        for (const [what, bomb] of placed) {
          const input = place.with(bomb);
          if (input) inputs.push([`${what} at ${place.path}`, input]);
        }
      }
      for (let run = 0; run < 50; run++) inputs.push(['random bytes', random.bytes(MAX_INPUT)]);
      for (let run = 0; run < 200; run++) inputs.push(['damage', damaged(parser.sample, random)]);
      // By the clock on the wall first: on a busy machine that is too long, but it finds the slow ones.
      const candidates = inputs
        .map(([what, input]) => ({ what, input, ms: wallTime(() => put(parser, input, what)) }))
        .sort((one, other) => other.ms - one.ms)
        .slice(0, CANDIDATES);
      const [slowest = { what: 'none', ms: 0 }] = candidates
        .map(({ what, input }) => ({ what, ms: ownTime(() => put(parser, input, what)) }))
        .sort((one, other) => other.ms - one.ms);
      const line = `${parser.name}: ${slowest.ms.toFixed(1)} ms, ${inputs.length} inputs, slowest: ${slowest.what}`;
      process.stdout.write(`${line}\n`);
      if (slowest.ms > 50) tooSlow.push(line);
    }
    assert.deepEqual(tooSlow, []);
  });
});

const CANDIDATES = 8;
const REPEATS = 10;

function wallTime(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** Milliseconds of this thread for one run; its clock is too coarse for a single one. */
function ownTime(run: () => void): number {
  const start = process.threadCpuUsage();
  for (let repeat = 0; repeat < REPEATS; repeat++) run();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / REPEATS;
}

function placesIn(sample: Uint8Array): readonly Placement[] {
  try {
    return placesOf(sample);
  } catch (error) {
    if (error instanceof CborError) return [];
    throw error;
  }
}
