import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type ItemsRequest,
  MNC_DOCTYPE,
  NS_ISO,
  NS_JP,
  parseDeviceResponse,
  parseSessionData,
  verifyDeviceResponse,
} from '@tegata/mdoc';
import { PIN, testReader, testWorld, until } from '../world-for-tests.ts';

const age: ItemsRequest = { docType: MNC_DOCTYPE, nameSpaces: { [NS_ISO]: { age_over_20: false } } };
const withNumber: ItemsRequest = {
  docType: MNC_DOCTYPE,
  nameSpaces: {
    [NS_JP]: { full_name_unicode: true, individual_number_unicode: true },
    [NS_ISO]: { age_over_20: false },
  },
};

describe('showing the card', () => {
  let world: Awaited<ReturnType<typeof testWorld>>;
  before(async () => {
    world = await testWorld({ consentMs: 2_000 });
    await world.activate();
  });
  after(() => world.close());

  const engage = async (body: unknown = { consent: 'allow', pin: PIN }) => {
    const { status, json } = await world.call('screens', 'POST', '/engagements', body);
    assert.equal(status, 201);
    return json as { id: string; qr: string };
  };
  const pending = async (id: string) => {
    let request: Record<string, unknown> | undefined;
    await until(async () => {
      request = (await world.call('screens', 'GET', `/engagements/${id}`)).json['request'] as typeof request;
      return request !== undefined;
    });
    return request as { elements: { element: string }[]; warnings: string[] };
  };
  const stateOf = async (id: string) => (await world.call('screens', 'GET', `/engagements/${id}`)).json['state'];
  const disclosed = (response: Uint8Array | undefined) =>
    parseDeviceResponse(response as Uint8Array)
      .documents.flatMap(({ nameSpaces }) => [...nameSpaces.values()])
      .flatMap((items) => items.map(({ elementIdentifier }) => elementIdentifier))
      .sort();

  it('gives a reader the one element it asked for, signed by issuer and phone over this session, and ends', async () => {
    const { id, qr } = await engage();
    const reader = testReader(qr);
    const { status, response } = await reader.ask(age);
    assert.equal(status, 20);
    const report = verifyDeviceResponse({
      response: response as Uint8Array,
      sessionTranscript: reader.transcript,
      trustAnchors: [world.issuer.root],
      now: world.clock.now(),
      requested: age,
    });
    assert.deepEqual(
      report.checks.filter(({ result }) => result === 'failed'),
      [],
    );
    assert.equal(report.result, 'passed');
    assert.deepEqual(disclosed(response), ['age_over_20']);
    assert.equal(await stateOf(id), 'answered');
  });

  it('is good for one reader: the code is used up, whatever came of it', async () => {
    const { qr } = await engage();
    assert.equal((await testReader(qr).ask(age)).status, 20);
    const again = await testReader(qr).post(new Uint8Array([0xa0]));
    assert.equal(again.status, 404);
    const broken = await engage();
    await testReader(broken.qr).post(new Uint8Array([0xff]));
    assert.equal((await testReader(broken.qr).post(new Uint8Array([0xa0]))).status, 404);
  });

  it('is good for five minutes', async () => {
    const { id, qr } = await engage();
    world.clock.advance(5 * 60 * 1000);
    assert.equal((await testReader(qr).post(new Uint8Array([0xa0]))).status, 404);
    assert.equal(await stateOf(id), 'expired');
    world.clock.advance(-5 * 60 * 1000);
  });

  it('answers an age that is not attested with the nearest one that is', async () => {
    const asked = (element: string): ItemsRequest => ({
      docType: MNC_DOCTYPE,
      nameSpaces: { [NS_ISO]: { [element]: false } },
    });
    const answers: [string, string[]][] = [
      ['age_over_19', ['age_over_20']],
      ['age_over_16', ['age_over_18']],
      ['age_over_70', ['age_over_65']],
      ['age_over_30', []],
    ];
    for (const [element, expected] of answers) {
      const { qr } = await engage();
      assert.deepEqual(disclosed((await testReader(qr).ask(asked(element))).response), expected, element);
    }
  });

  it('never shows the My Number without a yes to it by name', async () => {
    const headless = await engage();
    const { response } = await testReader(headless.qr).ask(withNumber, 'test');
    assert.deepEqual(disclosed(response), ['age_over_20', 'full_name_unicode']);

    for (const [individualNumber, expected] of [
      [undefined, ['age_over_20', 'full_name_unicode']],
      [true, ['age_over_20', 'full_name_unicode', 'individual_number_unicode']],
    ] as const) {
      const { id, qr } = await engage({ consent: 'ask', pin: PIN });
      const answer = testReader(qr).ask(withNumber, 'test');
      const request = await pending(id);
      assert.deepEqual(request.warnings, ['individual-number']);
      assert.deepEqual(request.elements, [
        { namespace: NS_JP, element: 'full_name_unicode', retain: true },
        { namespace: NS_JP, element: 'individual_number_unicode', retain: true, warning: 'individual-number' },
        { namespace: NS_ISO, element: 'age_over_20', retain: false },
      ]);
      const body = { allow: true, pin: PIN, ...(individualNumber ? { individualNumber } : {}) };
      assert.equal((await world.call('screens', 'POST', `/engagements/${id}/consent`, body)).status, 204);
      assert.deepEqual(disclosed((await answer).response), expected);
    }
  });

  it('shows only what the person agreed to, element by element', async () => {
    const { id, qr } = await engage({ consent: 'ask', pin: PIN });
    const answer = testReader(qr).ask(withNumber, 'test');
    await pending(id);
    const elements = [
      { namespace: NS_ISO, element: 'age_over_20' },
      { namespace: NS_ISO, element: 'birth_date' },
    ];
    await world.call('screens', 'POST', `/engagements/${id}/consent`, { allow: true, pin: PIN, elements });
    assert.deepEqual(disclosed((await answer).response), ['age_over_20']);
  });

  it('shows nothing when the person says no, or says nothing for too long', async () => {
    const refused = await engage({ consent: 'ask', pin: PIN });
    const answer = testReader(refused.qr).ask(age);
    await pending(refused.id);
    await world.call('screens', 'POST', `/engagements/${refused.id}/consent`, { allow: false });
    const { status, response } = await answer;
    assert.equal(status, 20);
    assert.deepEqual(disclosed(response), []);
    assert.equal(await stateOf(refused.id), 'denied');

    const silent = await engage({ consent: 'ask', pin: PIN });
    assert.deepEqual(await testReader(silent.qr).ask(age), { http: 200, status: 20, response: undefined });
    assert.equal(await stateOf(silent.id), 'expired');
    const late = await world.call('screens', 'POST', `/engagements/${silent.id}/consent`, { allow: true, pin: PIN });
    assert.equal(late.json['code'], 'engagement-unknown');
  });

  it('needs the PIN: a wrong one leaves the question open and says how many tries are left', async () => {
    const none = await world.call('screens', 'POST', '/engagements', { consent: 'allow' });
    assert.equal(none.json['code'], 'phone-locked');
    const { id, qr } = await engage({ consent: 'ask' });
    const answer = testReader(qr).ask(age);
    await pending(id);
    const wrong = await world.call('screens', 'POST', `/engagements/${id}/consent`, { allow: true, pin: '000000' });
    assert.deepEqual([wrong.json['code'], wrong.json['triesLeft']], ['wrong-phone-pin', 4]);
    const without = await world.call('screens', 'POST', `/engagements/${id}/consent`, { allow: true });
    assert.equal(without.json['code'], 'phone-locked');
    await world.call('screens', 'POST', `/engagements/${id}/consent`, { allow: true, pin: PIN });
    assert.deepEqual(disclosed((await answer).response), ['age_over_20']);
  });

  it('says in the standard’s codes what is wrong with a session: 11 not decodable, 10 not decryptable', async () => {
    const undecodable = await testReader((await engage()).qr).post(new Uint8Array([0xff, 0x00]));
    assert.deepEqual(parseSessionData(undecodable.bytes), { status: 11 });
    const missing = await testReader((await engage()).qr).post(new Uint8Array([0xa0]));
    assert.deepEqual(parseSessionData(missing.bytes), { status: 11 });
    const { qr } = await engage();
    const message = testReader(qr).encrypt(new Uint8Array(10));
    message[message.length - 1] = (message.at(-1) as number) ^ 1;
    assert.deepEqual(parseSessionData((await testReader(qr).post(message)).bytes), { status: 10 });
  });

  it('answers a request that it cannot read with the response codes 11 and 12', async () => {
    const status = async (plaintext: Uint8Array) => {
      const { response } = await testReader((await engage()).qr).ask(plaintext);
      return parseDeviceResponse(response as Uint8Array).status;
    };
    assert.equal(await status(new Uint8Array([0xff])), 11);
    assert.equal(await status(new TextEncoder().encode('\xa2')), 11);
    const other = new Uint8Array([
      0xa2,
      0x67,
      ...Buffer.from('version'),
      0x63,
      ...Buffer.from('2.0'),
      0x6b,
      ...Buffer.from('docRequests'),
      0x80,
    ]);
    assert.equal(await status(other), 12);
  });

  it('shows nothing of another document type', async () => {
    const other: ItemsRequest = { docType: 'org.iso.18013.5.1.mDL', nameSpaces: { [NS_ISO]: { age_over_20: false } } };
    assert.deepEqual(disclosed((await testReader((await engage()).qr).ask(other)).response), []);
  });

  it('uses another ephemeral key for each code', async () => {
    const [one, two] = [await engage(), await engage()];
    assert.notEqual(one.qr, two.qr);
    assert.notDeepEqual(testReader(one.qr).url, testReader(two.qr).url);
  });
});
