import assert from 'node:assert/strict';
import { randomBytes, verify } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CardReader, listenForCard } from '@tegata/apdu';
import { ApplicantAppError, pinBytes, readToken, selectApplication, unlockKey } from '@tegata/applicant-app';
import { type Peer, peer } from '@tegata/http';
import { sql } from 'kysely';
import { demoCertificates } from '../cli/src/stack.ts';
import { type SmallStack, smallStack } from '../faults/small-stack.ts';

interface Certificates {
  readonly state: string;
  readonly reference?: string;
  readonly pins?: Record<'auth' | 'signature', { triesLeft: number }>;
  readonly certificates?: { use: string; state: string; reason?: string }[];
}

describe('the phone’s own certificates', () => {
  let stack: SmallStack;
  let reader: CardReader;
  let hotline: Peer;
  let municipality: Peer;
  const certificates = demoCertificates;
  before(async () => {
    stack = await smallStack();
    reader = await listenForCard();
    const { smp, jpki } = stack.urls as Record<'smp' | 'jpki', string>;
    hotline = peer({ url: smp, name: 'smp', party: 'smp', secret: stack.secrets.toSmp });
    municipality = peer({ url: jpki, name: 'jpki', party: 'card', secret: stack.secrets.toJpki });
  });
  after(async () => {
    await reader.close();
    await stack.close();
  });

  const settled = (reference: string) =>
    stack.hands.untilSettled(reference, { everyMs: 25, signal: AbortSignal.timeout(60_000) });
  const shown = async () => (await stack.hands.peers.wallet.request('GET', '/certificates')).json() as Certificates;
  const states = async () => (await shown()).certificates?.map(({ use, state, reason }) => [use, state, reason]);
  /** Asks again until something holds: the desk is told at once, JPKI a moment later. */
  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let look = 0; look < 200; look++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`it never came to be that ${what}`);
  }
  const good = async () => (await states())?.every(([, state]) => state === 'good') ?? false;
  async function apply(persona = 'adult', want?: 'certificates') {
    const { reference } = await stack.hands.apply({
      persona,
      ...stack.demo,
      certificates,
      ...(want ? { want } : {}),
    });
    const status = await settled(reference);
    return { reference, status };
  }
  /** Everything that JPKI knows of the person whose phone it is. */
  async function held(): Promise<{ device: string; ca: string; serial: string; state: string; reason?: string }[]> {
    const { reference } = await shown();
    const { rows } = await sql<{ id: string }>`select id from smp.application where reference = ${reference}`.execute(
      stack.store.database<unknown>(),
    );
    const answer = await municipality.request('GET', `/phones/${rows[0]?.id}/certificates`);
    assert.equal(answer.status, 200, new TextDecoder().decode(answer.body));
    return (answer.json() as { certificates: Awaited<ReturnType<typeof held>> }).certificates;
  }
  /** Holds the phone to a reader and works with it as with a card. */
  async function phoneInField<T>(
    work: (card: Awaited<ReturnType<CardReader['waitForCard']>>) => Promise<T>,
  ): Promise<T> {
    const { wallet } = stack.hands.peers;
    const at = { reader: `127.0.0.1:${reader.address.port}`, pin: stack.demo.phonePin };
    assert.equal((await wallet.request('POST', '/certificates/hold', { json: at })).status, 200);
    const card = await reader.waitForCard({ timeoutMs: 5_000 });
    try {
      return await work(card);
    } finally {
      await card.close();
      await wallet.request('POST', '/certificates/remove');
    }
  }

  it('come with the card in one application, and JPKI says that they are good', async () => {
    const { reference, status } = await apply();
    assert.deepEqual([status.status, status.certificates], ['active', { state: 'issued' }]);
    const view = await shown();
    assert.deepEqual([view.state, view.reference], ['active', reference]);
    assert.deepEqual(await states(), [
      ['auth', 'good', undefined],
      ['sign', 'good', undefined],
    ]);
  });

  it('are used as a card is: by the same program, with their own PINs, and the signatures are theirs', async () => {
    await phoneInField(async (card) => {
      await selectApplication(card, 'jpki');
      assert.equal((await readToken(card)).token.profile, 'ios');
      for (const [key, pin] of [
        ['auth', pinBytes('auth', certificates.authPin)],
        ['sign', pinBytes('sign', certificates.signaturePassword)],
      ] as const) {
        const unlocked = await unlockKey({ card, key, secret: pin, confirmLastTry: false });
        const data = new Uint8Array(randomBytes(100));
        assert.ok(verify('sha256', data, unlocked.certificate.publicKey, await unlocked.sign(data)));
      }
      const ofCard = { card, key: 'auth', secret: pinBytes('auth', stack.demo.pin), confirmLastTry: false } as const;
      await assert.rejects(
        unlockKey(ofCard),
        (error) => error instanceof ApplicantAppError && error.code === 'wrong-pin',
      );
    });
  });

  it('get new PINs by the card when they are locked, without a new application', async () => {
    const { app, card } = stack.hands.peers;
    const wrong = pinBytes('auth', '0000');
    await phoneInField(async (phone) => {
      for (let tries = 0; tries < 3; tries++) {
        await assert.rejects(unlockKey({ card: phone, key: 'auth', secret: wrong, confirmLastTry: true }));
      }
    });
    assert.equal((await shown()).pins?.auth.triesLeft, 0);
    const at = (await app.request('GET', '/reader')).json() as { host: string; port: number };
    await card.request('POST', '/hold', { json: { persona: 'adult', reader: `${at.host}:${at.port}` } });
    const wish = { signaturePassword: stack.demo.signaturePassword, certificates: { authPin: '4321' } };
    const answer = await app.request('POST', '/pin-resets', { json: wish });
    await card.request('POST', '/remove', { json: {} });
    assert.equal(answer.status, 204, new TextDecoder().decode(answer.body));
    await phoneInField((phone) =>
      unlockKey({ card: phone, key: 'auth', secret: pinBytes('auth', '4321'), confirmLastTry: false }),
    );
    assert.equal((await shown()).pins?.auth.triesLeft, 3);
  });

  it('are renewed alone: the card stays, the certificates before are superseded', async () => {
    const before = ((await stack.hands.peers.wallet.request('GET', '/card')).json() as { reference: string }).reference;
    const { reference, status } = await apply('adult', 'certificates');
    assert.equal(status.status, 'active');
    const card = (await stack.hands.peers.wallet.request('GET', '/card')).json() as {
      state: string;
      reference: string;
    };
    assert.deepEqual([card.state, card.reference, (await shown()).reference], ['active', before, reference]);
    assert.ok(await good());
  });

  it('are suspended by the hotline, resumed when the phone is found, and the phone shows it', async () => {
    const { reference } = await shown();
    const desk = (act: string, json: object = {}) => hotline.request('POST', `/phones/${reference}/${act}`, { json });
    assert.equal((await desk('suspensions')).status, 200);
    await until(async () => (await states())?.[0]?.[1] === 'suspended', 'the certificates are suspended');
    assert.deepEqual(await states(), [
      ['auth', 'suspended', 'certificateHold'],
      ['sign', 'suspended', 'certificateHold'],
    ]);
    assert.equal((await desk('resumptions')).status, 200);
    await until(good, 'the certificates are good again');
  });

  it('are replaced when the person applies with another phone: those before are superseded', async () => {
    const before = (await held()).filter(({ device, state }) => device === 'phone' && state === 'good');
    assert.equal(before.length, 2);
    const { reference } = await apply();
    assert.equal((await shown()).reference, reference);
    assert.ok(await good());
    const after = new Map((await held()).map((one) => [one.serial, one]));
    for (const { serial } of before) assert.equal(after.get(serial)?.reason, 'superseded');
  });

  it('end with the card’s own: moving house ends the signature, the loss of the card ends both', async () => {
    const serial = (await held()).find(
      ({ device, ca, state }) => device === 'card' && ca === 'sign' && state === 'good',
    )?.serial;
    const tell = async (event: string) => {
      const json = { request: `journey:${event}`, event, of: { ca: 'sign', serial } };
      const answer = await municipality.request('POST', '/revocations', { json });
      assert.equal(answer.status, 200, new TextDecoder().decode(answer.body));
    };
    await tell('attributes-changed');
    assert.deepEqual(await states(), [
      ['auth', 'good', undefined],
      ['sign', 'revoked', 'affiliationChanged'],
    ]);
    await tell('card-lost');
    assert.deepEqual(await states(), [
      ['auth', 'revoked', 'cessationOfOperation'],
      ['sign', 'revoked', 'affiliationChanged'],
    ]);
  });

  it('are not to be had without a signature certificate on the card: the child is told so in plain words', async () => {
    await assert.rejects(apply('under-15'), (error: { code?: string; problem?: { ja: { what: string } } }) => {
      assert.equal(error.code, 'no-signature-certificate');
      assert.match(error.problem?.ja.what ?? '', /署名用/);
      return true;
    });
  });
});
