import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { CborValue } from '@tegata/cbor';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import { packStatuses, signIdentifierList, signStatusListCwt, type TokenClaims } from '@tegata/status-list';
import { createCrlChecker, parseCertificate } from '@tegata/x509';
import { buildCrl, buildDocumentSigner, buildIaca } from '@tegata/x509-build';
import {
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  type RevocationAnswer,
  type RevocationRequest,
  type VerifyDeviceResponseOptions,
  verifyDeviceResponse,
  verifyDeviceResponseOnline,
  verifyIssuerSigned,
  verifyIssuerSignedOnline,
} from '../index.ts';
import {
  days,
  makeAuthority,
  makeDevice,
  makeSession,
  NOW,
  planOptions,
  respond,
  type TestAuthority,
} from '../test-authority.ts';

const LIST = 'https://status.tegata.example/lists/1';
const INDEX = 412;
const id = Uint8Array.of(1, 2, 3, 4);
const map = (members: Record<string, CborValue>) => new Map(Object.entries(members));
const statusList = map({ status_list: map({ idx: INDEX, uri: LIST }) });
const identifierList = map({ identifier_list: map({ id, uri: LIST }) });

const authority: TestAuthority = await makeAuthority();
const device = makeDevice();
const session = makeSession();
const [dsPoint] = parseCertificate(authority.dsCertificate).crlDistributionPoints?.[0]?.fullName ?? [];
const CRL_URI = dsPoint?.type === 'uri' ? dsPoint.value : '';

const token = (value: number, claims: Partial<TokenClaims> = {}, signer: Signer = authority.dsSigner) =>
  signStatusListCwt({
    signer,
    list: { bits: 2, octets: packStatuses({ bits: 2, size: 1000, statuses: new Map([[INDEX, value]]) }) },
    claims: { uri: LIST, issuedAt: days(-1), expiresAt: days(1), ...claims },
  });
const crl = (revoked: boolean, of = authority) =>
  buildCrl({
    issuer: { certificate: of.root, signer: of.rootSigner },
    number: 1,
    thisUpdate: days(-1),
    nextUpdate: days(30),
    revoked: revoked
      ? [{ serial: parseCertificate(of.dsCertificate).serial, revokedAt: days(-1), reason: 'keyCompromise' }]
      : [],
  });

const requested = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
const respondWith = (status?: CborValue) =>
  respond(authority, device, session, status === undefined ? {} : { mso: (mso) => void mso.set('status', status) });

let response: Uint8Array;
let clean: Uint8Array;
let revoked: Uint8Array;
before(async () => {
  response = await respondWith(statusList);
  clean = await token(0);
  revoked = await token(1);
});

const options = (changes: Partial<VerifyDeviceResponseOptions> = {}): VerifyDeviceResponseOptions => ({
  response,
  sessionTranscript: session.transcript,
  trustAnchors: [authority.root],
  now: NOW,
  requested,
  ...changes,
});
type Report = ReturnType<typeof verifyDeviceResponse> | ReturnType<typeof verifyIssuerSigned>;
const said = (report: Report, ...ids: string[]) =>
  report.checks
    .filter((check) => ids.includes(check.id) && (check.code || check.id === 'status-list'))
    .map(({ result, code }) => [result, code].filter(Boolean).join(' '));
const status = (changes: Partial<VerifyDeviceResponseOptions>) => {
  const report = verifyDeviceResponse(options(changes));
  const [only] = said(report, 'status-list');
  assert.equal(report.result === 'passed', report.documents[0]?.result === 'passed');
  return `${report.result}: ${only}`;
};

describe('revocation, from data at hand', () => {
  it('takes the status of a document from a token of its own list', async () => {
    assert.equal(status({ statusTokens: [clean] }), 'passed: passed');
    assert.equal(status({ statusTokens: [revoked] }), 'failed: failed revoked');
    assert.equal(status({ statusTokens: [await token(2)] }), 'failed: failed suspended');
    assert.equal(status({ statusTokens: [await token(3)] }), 'failed: failed status-application-specific');
    assert.equal(status({ statusTokens: [clean, revoked] }), 'failed: failed revoked', 'one that says so is enough');
  });

  it('takes it from an identifier list too', async () => {
    const named = await respondWith(identifierList);
    const claims = { uri: LIST, issuedAt: days(-1), expiresAt: days(1) };
    const list = (...identifiers: Uint8Array[]) =>
      signIdentifierList({ signer: authority.dsSigner, identifiers, claims });
    assert.equal(status({ response: named, statusTokens: [await list(Uint8Array.of(9))] }), 'passed: passed');
    assert.equal(status({ response: named, statusTokens: [await list(id)] }), 'failed: failed revoked');
  });

  it('never calls good what it could not find out', async () => {
    const stranger = softwareSigner(await generateSoftwareKey('P-256'));
    const doubtful = [
      await token(0, {}, stranger),
      await token(0, { expiresAt: NOW }),
      await token(0, { uri: `${LIST}0` }),
      clean.slice(0, -1),
      new Uint8Array(0),
    ];
    const crls = [await crl(false)];
    for (const bytes of doubtful) {
      assert.equal(status({ statusTokens: [bytes] }), 'passed: warning status-undetermined');
      assert.equal(
        status({ statusTokens: [bytes], crls, revocationPolicy: 'hard' }),
        'failed: failed status-undetermined',
      );
    }
    const odd = await respondWith('valid');
    assert.equal(status({ response: odd, statusTokens: [clean] }), 'passed: warning status-undetermined');
    assert.equal(status({ response: odd, crls, revocationPolicy: 'hard' }), 'failed: failed status-undetermined');
    const failure = { failure: 'timeout' };
    assert.equal(status({ statusTokens: [failure] }), 'passed: warning status-undetermined');
    assert.equal(status({ statusTokens: [failure, clean] }), 'passed: passed');
    assert.equal(
      status({ statusTokens: [{ body: clean, contentType: 'text/html' }] }),
      'passed: warning status-undetermined',
    );
    assert.equal(status({ statusTokens: [{ body: clean, uri: `${LIST}0` }] }), 'passed: not_performed status-no-data');
  });

  it('says that there was nothing to ask, and fails for it where it is hard', async () => {
    assert.equal(status({}), 'passed: not_performed status-no-data');
    const crls = [await crl(false)];
    assert.equal(status({ crls, revocationPolicy: 'hard' }), 'failed: failed status-undetermined');
    assert.equal(
      status({ response: await respondWith(), crls, revocationPolicy: 'hard' }),
      'passed: not_performed no-status',
    );
  });

  it('looks at nothing where it is off', async () => {
    const report = verifyDeviceResponse(
      options({ crls: [await crl(true)], statusTokens: [revoked], revocationPolicy: 'off' }),
    );
    assert.equal(report.result, 'passed');
    assert.deepEqual(said(report, 'issuer-chain', 'status-list'), [
      'not_performed revocation-off',
      'not_performed revocation-off',
    ]);
  });

  it('asks for a document alone whose other checks passed, in a response that is in order', async () => {
    assert.equal(status({ now: days(40), statusTokens: [revoked] }), 'failed: not_performed not-reached');
    const failed = await respond(authority, device, session, {
      mso: (mso) => void mso.set('status', statusList),
      response: (whole) => void whole.set('status', 10),
    });
    assert.equal(status({ response: failed, statusTokens: [revoked] }), 'failed: not_performed not-reached');
  });

  it('takes CRLs as bytes or as a checker, and says since when and why', async () => {
    const bytes = await crl(true);
    const checker = createCrlChecker({ crls: [bytes], issuers: [authority.root], profile: 'mdoc' });
    for (const crls of [[bytes], checker]) {
      const report = verifyDeviceResponse(options({ crls }));
      assert.deepEqual(said(report, 'issuer-chain'), ['failed revoked']);
      const check = report.checks.find(({ code }) => code === 'revoked');
      assert.match(check?.detail ?? '', /2026-11-23T03:00:00\.000Z, reason: keyCompromise/);
    }
    assert.deepEqual(said(verifyDeviceResponse(options({ crls: [await crl(false)] })), 'issuer-chain'), []);
    const none = verifyDeviceResponse(options({ crls: [Uint8Array.of(1, 2, 3)] }));
    assert.deepEqual(said(none, 'issuer-chain'), ['warning revocation-undetermined']);
  });

  it('lets one source that says revoked decide, and another one fill a gap', async () => {
    const good = { crls: [await crl(false)] };
    const own = (result: 'good' | 'revoked' | 'undetermined') => ({ issuerRevocation: () => result });
    const chain = (changes: Partial<VerifyDeviceResponseOptions>) =>
      said(verifyDeviceResponse(options(changes)), 'issuer-chain');
    assert.deepEqual(chain({ ...good, ...own('revoked') }), ['failed revoked']);
    assert.deepEqual(chain({ crls: [await crl(true)], ...own('good') }), ['failed revoked']);
    assert.deepEqual(chain({ ...good, ...own('undetermined') }), []);
    assert.deepEqual(chain({ crls: [], ...own('good') }), []);
  });

  it('lets a signer of statuses speak for the documents of its own root alone, unless it is revoked', async () => {
    const signer = softwareSigner(await generateSoftwareKey('P-256'));
    const random = seededRandom('status signer');
    const certificate = (of: TestAuthority) =>
      buildDocumentSigner({
        issuer: { certificate: of.root, signer: of.rootSigner },
        publicKey: signer.publicKey,
        random,
        notBefore: days(-1),
      });
    const own = await certificate(authority);
    const byOwn = await token(0, { x5chain: [own] }, signer);
    assert.equal(status({ statusTokens: [byOwn] }), 'passed: passed');

    const rootSigner = softwareSigner(await generateSoftwareKey('P-384'));
    const root = await buildIaca({
      signer: rootSigner,
      random,
      notBefore: days(-100),
      subject: [
        ['CN', 'Another TEST root'],
        ['C', 'JP'],
      ],
    });
    const foreign = await certificate({ ...authority, root, rootSigner });
    const byForeign = await token(0, { x5chain: [foreign] }, signer);
    const trustAnchors = [authority.root, root];
    assert.equal(status({ trustAnchors, statusTokens: [byForeign] }), 'passed: warning status-undetermined');

    const serial = parseCertificate(own).serial;
    const ended = await buildCrl({
      issuer: { certificate: authority.root, signer: authority.rootSigner },
      number: 2,
      thisUpdate: days(-1),
      nextUpdate: days(30),
      revoked: [{ serial, revokedAt: days(-1) }],
    });
    assert.equal(status({ statusTokens: [byOwn], crls: [ended] }), 'passed: warning status-undetermined');
    assert.equal(
      status({ statusTokens: [byOwn], crls: [await crl(false)], revocationPolicy: 'hard' }),
      'passed: passed',
    );
  });

  it('judges a stored mdoc in the same way, and tells where a status stands', async () => {
    const plan = {
      ...planOptions(device.publicKey, { status: statusList }),
      certificateChain: [authority.dsCertificate],
    };
    const issuerSigned = await issueMdoc({ ...plan, signer: authority.dsSigner });
    const stored = { issuerSigned, trustAnchors: [authority.root], now: NOW };
    assert.deepEqual(said(verifyIssuerSigned({ ...stored, statusTokens: [clean] }), 'status-list'), ['passed']);
    assert.equal(verifyIssuerSigned({ ...stored, statusTokens: [revoked] }).code, 'revoked');
    assert.deepEqual(said(verifyIssuerSigned({ ...stored, now: days(40), statusTokens: [revoked] }), 'status-list'), [
      'not_performed not-reached',
    ]);
    const [document] = verifyDeviceResponse(options()).documents;
    assert.ok(document?.result === 'passed');
    assert.deepEqual(document.statusReference, { kind: 'status_list', idx: INDEX, uri: LIST });
  });
});

/** A network in which these addresses answer; whatever was asked is noted. */
function network(answers: Record<string, RevocationAnswer | (() => Promise<RevocationAnswer>)>) {
  const asked: RevocationRequest[] = [];
  const fetchRevocation = async (request: RevocationRequest) => {
    asked.push(request);
    const answer = answers[request.uri];
    if (answer === undefined) throw Object.assign(new Error('private text'), { code: 'http-404' });
    return typeof answer === 'function' ? answer() : answer;
  };
  return { asked, fetchRevocation };
}
const cwt = (body: Uint8Array) => ({ body, contentType: 'application/statuslist+cwt' });

describe('revocation, from the network of the caller', () => {
  it('fetches the CRL and the token that are missing, each once, with the right header', async () => {
    const net = network({ [CRL_URI]: { body: await crl(false) }, [LIST]: cwt(clean) });
    const report = await verifyDeviceResponseOnline({ ...options(), ...net, revocationPolicy: 'hard' });
    assert.equal(report.result, 'passed');
    assert.deepEqual(said(report, 'issuer-chain', 'status-list'), ['passed']);
    assert.deepEqual(net.asked.map(({ kind, uri, accept }) => [kind, uri, accept]).sort(), [
      ['crl', CRL_URI, 'application/pkix-crl'],
      ['status-list', LIST, 'application/statuslist+cwt'],
    ]);
  });

  it('refuses what the fetched data calls revoked', async () => {
    const byList = network({ [LIST]: cwt(revoked) });
    assert.equal((await verifyDeviceResponseOnline({ ...options(), ...byList })).code, 'revoked');
    const byCrl = network({ [CRL_URI]: { body: await crl(true) }, [LIST]: cwt(clean) });
    const report = await verifyDeviceResponseOnline({ ...options(), ...byCrl });
    assert.deepEqual(said(report, 'issuer-chain', 'status-list'), ['failed revoked', 'not_performed not-reached']);
  });

  it('asks nobody for a document that fails anyway, nor where revocation is off, nor for what is at hand', async () => {
    const net = network({});
    const ask = (changes: Partial<VerifyDeviceResponseOptions>) =>
      verifyDeviceResponseOnline({ ...options(changes), ...net });
    assert.equal((await ask({ trustAnchors: [] })).result, 'failed');
    assert.equal((await ask({ sessionTranscript: makeSession().transcript })).result, 'failed');
    assert.equal((await ask({ statusTokens: [revoked], revocationPolicy: 'hard' })).result, 'failed');
    assert.equal((await ask({ revocationPolicy: 'off' })).result, 'passed');
    const crls = [await crl(false)];
    assert.equal((await ask({ statusTokens: [clean], crls, revocationPolicy: 'hard' })).result, 'passed');
    assert.deepEqual(net.asked, []);
  });

  it('leaves open what could not be fetched, and tells only a code of the error', async () => {
    const soft = await verifyDeviceResponseOnline({ ...options(), ...network({}) });
    assert.equal(soft.result, 'passed');
    assert.deepEqual(said(soft, 'issuer-chain', 'status-list'), [
      'warning revocation-undetermined',
      'warning status-undetermined',
    ]);
    const details = soft.checks.map(({ detail = '' }) => detail).join(' ');
    assert.equal(details.match(/http-404/g)?.length, 2);
    assert.doesNotMatch(details, /private text/);
    const hard = await verifyDeviceResponseOnline({ ...options({ revocationPolicy: 'hard' }), ...network({}) });
    assert.deepEqual(said(hard, 'issuer-chain', 'status-list'), [
      'failed revocation-undetermined',
      'not_performed not-reached',
    ]);
  });

  it('bounds the size and the time of each fetch, whatever the fetcher does', async () => {
    const body = await crl(false);
    const never = () => new Promise<RevocationAnswer>(() => {});
    const reasons = async (answers: Parameters<typeof network>[0], limits: object) => {
      const net = network({ [CRL_URI]: { body }, ...answers });
      const report = await verifyDeviceResponseOnline({ ...options(), ...net, limits });
      return report.checks.find(({ id: check }) => check === 'status-list')?.detail ?? '';
    };
    assert.match(await reasons({ [LIST]: never }, { timeoutMs: 5 }), /timeout/);
    assert.match(await reasons({ [LIST]: cwt(new Uint8Array(5000)) }, { maxOctets: 4096 }), /too-large/);
    assert.match(await reasons({ [LIST]: cwt(clean) }, { maxFetches: 1 }), /too-many/);
    assert.match(await reasons({ [LIST]: { body: 'text' as unknown as Uint8Array } }, {}), /no-body/);
  });

  it('tells the fetcher when its time is over', async () => {
    let aborted = false;
    const fetchRevocation = ({ signal }: RevocationRequest) =>
      new Promise<RevocationAnswer>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('aborted'));
        });
      });
    await verifyDeviceResponseOnline({ ...options(), fetchRevocation, limits: { timeoutMs: 5 } });
    assert.ok(aborted);
  });

  it('asks addresses of the web alone', async () => {
    for (const uri of [
      'file:///etc/hostname',
      'data:,x',
      'lists/1',
      'https://user@status.tegata.example/1',
      'x'.repeat(3000),
    ]) {
      const net = network({});
      const named = await respondWith(map({ status_list: map({ idx: 1, uri }) }));
      const report = await verifyDeviceResponseOnline({
        ...options({ response: named, crls: [await crl(false)] }),
        ...net,
      });
      assert.deepEqual(net.asked, [], uri);
      assert.deepEqual(said(report, 'status-list'), ['warning status-undetermined']);
      assert.match(report.checks.find(({ code }) => code === 'status-undetermined')?.detail ?? '', /address/);
    }
  });

  it('counts the time to live of a copy from a cache', async () => {
    const kept = await token(0, { ttl: 60 });
    const answer = (fetchedAt: Date) => network({ [LIST]: { ...cwt(kept), fetchedAt } });
    const old = await verifyDeviceResponseOnline({ ...options(), ...answer(new Date(NOW.getTime() - 61_000)) });
    assert.deepEqual(said(old, 'status-list'), ['warning status-undetermined']);
    const fresh = await verifyDeviceResponseOnline({ ...options(), ...answer(new Date(NOW.getTime() - 59_000)) });
    assert.deepEqual(said(fresh, 'status-list'), ['passed']);
  });

  it('does the same for a stored mdoc', async () => {
    const plan = {
      ...planOptions(device.publicKey, { status: statusList }),
      certificateChain: [authority.dsCertificate],
    };
    const issuerSigned = await issueMdoc({ ...plan, signer: authority.dsSigner });
    const stored = { issuerSigned, trustAnchors: [authority.root], now: NOW };
    const body = await crl(false);
    const good = network({ [CRL_URI]: { body }, [LIST]: cwt(clean) });
    assert.equal((await verifyIssuerSignedOnline({ ...stored, ...good, revocationPolicy: 'hard' })).result, 'passed');
    const bad = network({ [CRL_URI]: { body }, [LIST]: cwt(revoked) });
    assert.equal((await verifyIssuerSignedOnline({ ...stored, ...bad })).code, 'revoked');
    const none = network({});
    assert.equal((await verifyIssuerSignedOnline({ ...stored, ...none, now: days(40) })).code, 'expired');
    assert.equal((await verifyIssuerSignedOnline({ ...stored, ...none, revocationPolicy: 'off' })).result, 'passed');
    assert.deepEqual(none.asked, []);
    const hard = await verifyIssuerSignedOnline({ ...stored, ...none, revocationPolicy: 'hard' });
    assert.equal(hard.code, 'revocation-undetermined');
  });
});
