import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode, type Encodable, encode } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { createLog, silentLog } from '@tegata/log';
import {
  buildDeviceEngagement,
  buildSessionData,
  engagementToQr,
  httpRetrieval,
  httpRetrievalUri,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceEngagement,
  parseDeviceRequest,
  qrToEngagement,
} from '@tegata/mdoc';
import { toProblem } from '@tegata/problem';
import { systemRandom } from '@tegata/random';
import { noTap, type TapStep } from '@tegata/tap';
import { start, type Verdict } from './index.ts';
import {
  ADULT,
  type Issuer,
  makeIssuer,
  NOW,
  type PhoneBehaviour,
  type TestPhone,
  testPhone,
  withIso,
} from './phone-for-tests.ts';
import type { VerifierConfig } from './start.ts';

const DAY = 86_400_000;
const SECRET = 'shop-secret-shop-secret';
let issuer: Issuer;
before(async () => {
  issuer = await makeIssuer();
});
const open: { close(): Promise<void> }[] = [];
after(async () => {
  for (const one of open) await one.close();
});

async function shop(change: Partial<VerifierConfig> = {}) {
  const running = await start({
    clock: adjustableClock(NOW),
    random: systemRandom,
    log: silentLog,
    tap: noTap,
    trust: { iaca: [issuer.root] },
    secret: SECRET,
    ...change,
  });
  open.push(running);
  const post = (body: string | object, headers: Record<string, string> = { authorization: `Bearer ${SECRET}` }) =>
    fetch(`${running.url}/checks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url: running.url,
    post,
    async check(qr: string, ask = 'age_over_20'): Promise<Verdict> {
      const answer = await post({ engagement: qr, ask });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      return (await answer.json()) as Verdict;
    },
  };
}

async function checked(
  behaviour: PhoneBehaviour,
  change: Partial<VerifierConfig> = {},
): Promise<Verdict & { phone: TestPhone }> {
  const phone = await testPhone(issuer, behaviour);
  open.push(phone);
  return { ...(await (await shop(change)).check(phone.qr)), phone };
}

const addressOf = ({ qr }: TestPhone) => httpRetrievalUri(parseDeviceEngagement(qrToEngagement(qr))) as string;
const failed = ({ report }: Verdict) => report.checks.filter(({ result }) => result === 'failed').map(({ id }) => id);

test('an adult with a good record is green, by one element and with every check named', async () => {
  const { verdict, code, answer, report, phone } = await checked({});
  assert.equal(verdict, 'green');
  assert.equal(code, undefined);
  assert.deepEqual(answer, { element: 'age_over_20', value: true });
  const ids = report.checks.map(({ id }) => id);
  for (const id of [
    'engagement',
    'session',
    'issuer-chain',
    'issuer-signature',
    'digest',
    'validity',
    'device-auth',
    'unrequested',
  ]) {
    assert.ok(ids.includes(id), id);
  }
  assert.equal(report.result, 'passed');
  const { docRequests } = parseDeviceRequest(phone.requests[0]!);
  assert.deepEqual(
    docRequests.map(({ itemsRequest }) => itemsRequest),
    [{ docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } }],
  );
});

test('somebody under twenty is red, with a no that every check passed', async () => {
  const { verdict, code, answer, report } = await checked({
    elements: withIso({ age_over_18: true, age_over_20: false }),
  });
  assert.deepEqual([verdict, code, answer], ['red', 'under-age', { element: 'age_over_20', value: false }]);
  assert.equal(report.result, 'passed');
});

for (const [what, iso, verdict, code, element] of [
  ['a true for a higher age', { age_over_21: true }, 'green', undefined, 'age_over_21'],
  ['a false for a lower age', { age_over_18: false }, 'red', 'under-age', 'age_over_18'],
] as const) {
  test(`${what} answers, by the rule of the nearest value`, async () => {
    const outcome = await checked({ elements: withIso(iso) });
    assert.deepEqual([outcome.verdict, outcome.code, outcome.answer?.element], [verdict, code, element]);
  });
}

for (const [age, verdict, code] of [
  [20, 'green', undefined],
  [19, 'red', 'under-age'],
] as const) {
  test(`age_in_years alone answers too: ${age} is ${verdict}`, async () => {
    const outcome = await checked({
      elements: withIso({ age_in_years: age }),
      disclose: () => ({ [NS_ISO]: ['age_in_years'] }),
    });
    assert.deepEqual([outcome.verdict, outcome.code], [verdict, code]);
    assert.deepEqual(outcome.answer, { element: 'age_in_years', value: age });
  });
}

for (const [what, disclose] of [
  ['the My Number', { [NS_ISO]: ['age_over_20'], [NS_JP]: ['individual_number_unicode'] }],
  ['the name', { [NS_ISO]: ['age_over_20'], [NS_JP]: ['full_name_unicode'] }],
  ['the age beside age_over_20', { [NS_ISO]: ['age_over_20', 'age_in_years'] }],
  ['the birth date', { [NS_ISO]: ['age_over_20', 'birth_date'] }],
] as const) {
  test(`a response that carries ${what} unasked is red, and shows no value`, async () => {
    const outcome = await checked({ disclose: () => disclose as never });
    assert.deepEqual([outcome.verdict, outcome.code, outcome.answer], ['red', 'unrequested', undefined]);
    const { phone: _, ...told } = outcome;
    assert.doesNotMatch(JSON.stringify(told), /000000000000|見本|1971/);
  });
}

test('a phone that says no is red as consent denied', async () => {
  const outcome = await checked({ silent: true });
  assert.deepEqual([outcome.verdict, outcome.code, outcome.answer], ['red', 'consent-denied', undefined]);
});

test('a record that answers the question with nothing is red', async () => {
  const outcome = await checked({ elements: withIso({ sex: 1 }), disclose: () => ({}) });
  assert.deepEqual([outcome.verdict, outcome.code], ['red', 'missing-element']);
});

test('a record that has run out, or is not valid yet, is red', async () => {
  const at = (from: number, until: number) => {
    const day = (days: number) => new Date(NOW.getTime() + days * DAY);
    return { signed: day(from), validFrom: day(from), validUntil: day(until) };
  };
  assert.equal((await checked({ validity: at(-20, -1) })).code, 'validity');
  assert.equal((await checked({ validity: at(1, 20) })).code, 'validity');
});

test('a record of another authority is red, and so is one of ours to a shop that trusts nobody', async () => {
  const stranger = await makeIssuer();
  const phone = await testPhone(stranger);
  open.push(phone);
  assert.equal((await (await shop()).check(phone.qr)).code, 'issuer-chain');
  assert.equal((await checked({}, { trust: { iaca: [] } })).code, 'issuer-chain');
});

const rewritten = (rewrite: (response: Map<string, unknown>) => unknown) => (bytes: Uint8Array) =>
  encode(rewrite(decode(bytes) as Map<string, unknown>) as Encodable, { mapOrder: 'given' });

test('an element that was changed after it was signed is red', async () => {
  const flipped = await checked({
    elements: withIso({ age_over_20: false }),
    response: (bytes) => {
      const copy = bytes.slice();
      const name = Buffer.from('elementValue');
      const at = Buffer.from(copy).indexOf(Buffer.concat([name, Uint8Array.of(0xf4)]));
      assert.ok(at > 0);
      copy[at + name.length] = 0xf5;
      return copy;
    },
  });
  assert.deepEqual([flipped.verdict, flipped.code, flipped.answer], ['red', 'digest', undefined]);
});

test('every byte of a response counts: one that is flipped is red, or changes nothing that was verified', async () => {
  let honest = new Uint8Array(0);
  await checked({
    response: (bytes) => {
      honest = new Uint8Array(bytes);
      return bytes;
    },
  });
  const { inspectAnswer } = await import('./inspect.ts');
  const { verdictOn } = await import('./verdict.ts');
  const { questionOf } = await import('./request.ts');
  const question = questionOf('age_over_20');
  const { generateKeyPairSync } = await import('node:crypto');
  const eReaderKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  // Without the session's transcript even the honest response is red: what is looked for here is a crash.
  for (let at = 0; at < honest.length; at += 7) {
    const copy = honest.slice();
    copy[at]! ^= 0x41;
    const answer = { response: copy, sessionTranscript: encode([null, null, null]), eReaderKey };
    const inspection = inspectAnswer({ answer, question, trust: [issuer.root], now: NOW });
    assert.equal(verdictOn(question, inspection).verdict, 'red');
  }
});

test('a response that was signed for another session is red', async () => {
  const { verdict, code } = await checked({ transcript: () => encode([null, null, null]) });
  assert.deepEqual([verdict, code], ['red', 'device-auth']);
});

test('a response recorded in one session and played in another is red', async () => {
  let recorded = new Uint8Array(0);
  await checked({
    response: (bytes) => {
      recorded = new Uint8Array(bytes);
      return bytes;
    },
  });
  const { verdict, code } = await checked({ response: () => recorded });
  assert.deepEqual([verdict, code], ['red', 'device-auth']);
});

test('a response without the phone’s signature, or with two documents, or of another type is red', async () => {
  const change = (rewrite: (document: Map<string, unknown>) => unknown) =>
    checked({
      response: rewritten((response) => {
        const [document] = response.get('documents') as Map<string, unknown>[];
        return new Map(response).set('documents', [rewrite(new Map(document))].flat());
      }),
    });
  const unsigned = await change((document) => {
    document.delete('deviceSigned');
    return document;
  });
  assert.equal(unsigned.verdict, 'red');
  assert.equal((await change((document) => [document, document])).code, 'requested-doctype');
  assert.equal(
    (await change((document) => document.set('docType', 'org.iso.18013.5.1.mDL'))).code,
    'requested-doctype',
  );
});

for (const [what, response] of [
  ['bytes that are no CBOR', () => Uint8Array.of(0xff, 1, 2)],
  ['nothing', () => new Uint8Array(0)],
  ['a key twice', () => Uint8Array.from(Buffer.from('a26673746174757300667374617475730a', 'hex'))],
  ['arrays in arrays in arrays', () => new Uint8Array(5000).fill(0x81)],
] as const) {
  test(`a response of ${what} is red`, async () => {
    const { verdict, code } = await checked({ response });
    assert.deepEqual([verdict, code], ['red', 'cbor-structure']);
  });
}

test('a phone that reports an error is red', async () => {
  const { verdict, code } = await checked({ response: () => encode({ version: '1.0', status: 10 }) });
  assert.deepEqual([verdict, code], ['red', 'status']);
});

for (const [what, answer, code] of [
  ['ends the session at once', () => buildSessionData({ status: 20 }), 'session-terminated'],
  ['cannot decrypt', () => buildSessionData({ status: 10 }), 'session-encryption-error'],
  ['cannot decode', () => buildSessionData({ status: 11 }), 'session-decoding-error'],
  ['answers with an unknown status', () => buildSessionData({ status: 99 }), 'session-status-unknown'],
  ['answers with what is no SessionData', () => encode(['no']), 'session-message'],
  [
    'encrypts for somebody else',
    () => buildSessionData({ data: new Uint8Array(64), status: 20 }),
    'session-decryption',
  ],
] as const) {
  test(`a phone that ${what} is red`, async () => {
    const outcome = await checked({ answer });
    assert.deepEqual([outcome.verdict, outcome.code, failed(outcome)], ['red', code, ['session']]);
  });
}

test('a session that the phone leaves open is ended by the reader: 20 after a good answer, 10 after one that does not decrypt', async () => {
  assert.deepEqual((await checked({ status: null })).phone.statuses, [20]);
  const broken = await checked({ answer: () => buildSessionData({ data: new Uint8Array(64) }) });
  assert.deepEqual(broken.phone.statuses, [10]);
  assert.deepEqual((await checked({ answer: () => encode([]) })).phone.statuses, [11]);
  assert.deepEqual((await checked({})).phone.statuses, [], 'a phone that has ended it is left alone');
});

test('a wallet that refuses says why: the code of its problem is the code of the verdict', async () => {
  for (const code of ['card-provisional', 'engagement-unknown', 'consent-denied']) {
    const outcome = await checked({
      serve: (_, response) => {
        response.writeHead(409, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify(toProblem({ code })));
      },
    });
    assert.deepEqual([outcome.verdict, outcome.code], ['red', code]);
  }
  const odd = await checked({ serve: (_, response) => response.writeHead(500).end('<h1>oops</h1>') });
  assert.deepEqual([odd.verdict, odd.code], ['red', 'phone-refused']);
});

test('an answer without end, one that never comes and a redirect are cut off', async () => {
  const flood = await checked({
    serve: (_, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', pour);
      };
      pour();
    },
  });
  assert.deepEqual([flood.verdict, flood.code], ['red', 'peer-answer-too-large']);
  const mute = await checked({ serve: () => {} }, { answerSeconds: 0.1 });
  assert.deepEqual([mute.verdict, mute.code], ['red', 'peer-timeout']);
  const elsewhere = await testPhone(issuer);
  open.push(elsewhere);
  const redirect = await checked({
    serve: (_, response) => response.writeHead(307, { location: addressOf(elsewhere) }).end(),
  });
  assert.deepEqual([redirect.verdict, redirect.code], ['red', 'peer-unreachable']);
  assert.equal(elsewhere.calls, 0);
});

for (const uri of [
  'http://127.0.0.2:PORT/sessions/abc',
  'http://localhost:PORT/sessions/abc',
  'http://[::1]:PORT/sessions/abc',
  'http://169.254.169.254/sessions/abc',
  'http://10.0.0.1:80/sessions/abc',
  'https://127.0.0.1:PORT/sessions/abc',
  'http://127.0.0.1/sessions/abc',
  'http://127.0.0.1:PORT@10.0.0.1/sessions/abc',
  'http://user@127.0.0.1:PORT/sessions/abc',
  'http://127.0.0.1:PORT/issuances/abc',
  'http://127.0.0.1:PORT/sessions/../issuances/abc',
  'http://127.0.0.1:PORT/sessions/a/b',
  'http://127.0.0.1:PORT/sessions/abc?x=1',
  'http://127.0.0.1:PORT/sessions/abc#x',
  'http://127.0.0.1.example.com:PORT/sessions/abc',
  'file:///etc/passwd',
  'gopher://127.0.0.1:PORT/sessions/abc',
  '/sessions/abc',
  '',
  `http://127.0.0.1:PORT/sessions/${'a'.repeat(300)}`,
]) {
  test(`a QR code that points to ${uri.slice(0, 60) || 'nothing'} makes the shop call nobody`, async () => {
    const outcome = await checked({ uri: (honest) => uri.replace('PORT', new URL(honest).port) });
    assert.deepEqual([outcome.verdict, outcome.code], ['red', 'retrieval-address-refused']);
    assert.deepEqual(failed(outcome), ['engagement']);
    assert.equal(outcome.phone.calls, 0);
  });
}

test('a text that is no QR code of an mdoc is red', async () => {
  const { check } = await shop();
  const { createPublicKey, generateKeyPairSync } = await import('node:crypto');
  const eDeviceKey = createPublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const good = buildDeviceEngagement({
    eDeviceKey,
    retrievalMethods: [httpRetrieval('http://127.0.0.1:1/sessions/a')],
  });
  for (const [qr, code] of [
    ['', 'qr'],
    ['https://example.com', 'qr'],
    ['mdoc:', 'qr'],
    ['mdoc:!!!', 'qr'],
    ['mdoc:oA', 'engagement'],
    [engagementToQr(good.subarray(0, 40)), 'engagement'],
    [engagementToQr(buildDeviceEngagement({ eDeviceKey })), 'retrieval-address-refused'],
    [engagementToQr(good), 'peer-unreachable'],
  ] as const) {
    const verdict = await check(qr);
    assert.deepEqual([verdict.verdict, verdict.code], ['red', code], qr);
  }
});

test('the My Number is not asked for without a legal basis: no request is built, nobody is called', async () => {
  const phone = await testPhone(issuer);
  open.push(phone);
  const answer = await (await shop()).post({ engagement: phone.qr, ask: 'individual_number_unicode' });
  assert.equal(answer.status, 403);
  assert.equal(((await answer.json()) as { code: string }).code, 'legal-basis-required');
  assert.equal(phone.calls, 0);
});

test('with a legal basis the My Number is asked for, alone and not to be kept', async () => {
  const phone = await testPhone(issuer);
  open.push(phone);
  const { check } = await shop({ legalBasis: '番号法 別表 1' });
  const verdict = await check(phone.qr, 'individual_number_unicode');
  assert.equal(verdict.verdict, 'green');
  assert.equal(verdict.answer?.value, ADULT[NS_JP]?.['individual_number_unicode']);
  assert.deepEqual(parseDeviceRequest(phone.requests[0]!).docRequests[0]?.itemsRequest.nameSpaces, {
    [NS_JP]: { individual_number_unicode: false },
  });
});

test('a call without the shop’s secret, with another one, or from a page of another origin is refused', async () => {
  const { post } = await shop();
  const body = { engagement: 'mdoc:oA', ask: 'age_over_20' };
  assert.equal((await post(body, {})).status, 401);
  assert.equal((await post(body, { authorization: 'Bearer other' })).status, 401);
  assert.equal((await post(body, { authorization: `Bearer ${SECRET}`, origin: 'https://example.com' })).status, 403);
});

test('an order that is not in its form is refused', async () => {
  const { post } = await shop();
  for (const body of [
    '',
    '[]',
    '{"engagement":1,"ask":"age_over_20"}',
    '{"engagement":"mdoc:oA"}',
    '{"engagement":"mdoc:oA","ask":"portrait"}',
    '{"engagement":"mdoc:oA","ask":"age_over_00"}',
    '{"engagement":"mdoc:oA","ask":"age_over_20","more":1}',
  ]) {
    assert.equal((await post(body)).status, 400, body);
  }
  assert.equal((await post(JSON.stringify({ engagement: 'm'.repeat(20_000), ask: 'age_over_20' }))).status, 413);
});

test('the log and the figure learn the colour and the code, and no value', async () => {
  const lines: string[] = [];
  const steps: TapStep[] = [];
  const change = {
    log: createLog({ party: 'verifier', clock: adjustableClock(NOW), write: (line) => lines.push(line) }),
    tap: { message: () => {}, step: (step: TapStep) => steps.push(step) },
  };
  await checked({}, change);
  await checked({ disclose: () => ({ [NS_ISO]: ['age_over_20'], [NS_JP]: ['full_name_unicode'] }) }, change);
  assert.deepEqual(steps, [
    { step: 9, state: 'started' },
    { step: 9, state: 'passed' },
    { step: 9, state: 'started' },
    { step: 9, state: 'failed', code: 'unrequested' },
  ]);
  assert.match(lines.join(''), /"verdict":"green"/);
  assert.doesNotMatch(lines.join(''), /見本|age_over|mdoc:/);
});
