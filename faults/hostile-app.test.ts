import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, before, test } from 'node:test';

import { coseKeyFromJwk } from '@tegata/cose';
import type { P256Jwk } from '@tegata/jose';
import { words } from '@tegata/problem';
import { offTheCurve, swapped } from './altered-keys.ts';
import type { Canary } from './canary.ts';
import { searchStore } from './canary-in-store.ts';
import { type FalseCards, falseCards } from './false-authorities.ts';
import { type Answer, type HostileApp, hostileApp } from './hostile-app.ts';
import { applicationRows, assertGetsCard, assertRefused, assertSound, canariesFrom, untilEnded } from './refusals.ts';
import { runningClock } from './running-clock.ts';
import { type SmallStack, smallStack } from './small-stack.ts';

/**
 * An app that lies, over the whole stack. What needs no other party to be seen is refused before a row is written; the rest in
 * step 4, after which nothing personal of it is left. Either way the person whose card it was still gets a card.
 */
const clock = runningClock(new Date('2026-11-24T03:00:00Z'));
const MINUTE = 60_000;
const [VICTIM, OTHER] = ['adult', 'foreign-resident'] as const;

let stack: SmallStack;
let app: HostileApp;
let forged: FalseCards;
let canaries: Canary[];

before(async () => {
  stack = await smallStack({ clock, smpTiming: { firstRetry: 0.1, sweep: 0.2 } });
  app = await hostileApp(stack, clock);
  forged = await falseCards(stack, clock);
  canaries = await canariesFrom(stack, [VICTIM, OTHER]);
  // Cards are made when they are first held: these will have been in use for a while.
  for (const persona of [VICTIM, OTHER, 'renewed-card']) await app.withCard(persona, async () => {});
  for (const factory of [forged.ofUnknownAuthority, forged.ofFalseAuthority, forged.ofFalseJpki]) {
    await app.withCard(VICTIM, async () => {}, factory);
  }
  clock.advance(30 * MINUTE);
});
after(async () => {
  await app?.close();
  await forged?.close();
  await stack?.close();
});

const draft = async (persona: string, keysOf?: (challenge: Uint8Array) => ReturnType<HostileApp['walletKeys']>) => {
  const opened = await app.open();
  return {
    opened,
    keys: await (keysOf ?? app.walletKeys)(opened.challenge),
    files: await app.read(persona, opened.challenge),
  };
};

/** Each gives the answer to what it sent. */
const atIntake: readonly [title: string, code: string, attack: () => Promise<Answer>][] = [
  [
    'the device key swapped after the card has signed',
    'application-altered',
    async () => {
      const { opened, keys, signed } = await app.honest(VICTIM);
      const own = await app.madeUpKeys(opened.challenge);
      return app.send(opened.session, swapped(signed, keys.deviceKeys[0] as P256Jwk, own.deviceKeys[0] as P256Jwk));
    },
  ],
  [
    'the key for the delivery swapped after the card has signed',
    'application-altered',
    async () => {
      const { opened, keys, signed } = await app.honest(VICTIM);
      const own = await app.madeUpKeys(opened.challenge);
      return app.send(opened.session, swapped(signed, keys.responseKey, own.responseKey));
    },
  ],
  [
    'one bit of the signature turned',
    'cms-invalid',
    async () => {
      const { opened, signed } = await app.honest(VICTIM);
      const altered = Buffer.from(signed);
      altered[altered.length - 1] = (altered.at(-1) as number) ^ 1;
      return app.send(opened.session, altered);
    },
  ],
  [
    'the whole of another’s card, read with its PIN, under the signature of one’s own',
    'attributes-disagree',
    async () => {
      const made = await draft(VICTIM);
      return app.send(made.opened.session, await app.sign(OTHER, made));
    },
  ],
  ...(
    [
      [1, 'card-data-invalid'],
      [2, 'card-data-invalid'],
      [3, 'card-data-invalid'],
      // The key of another card is signed by its municipality; what it cannot do is answer for this one.
      [7, 'presence-invalid'],
    ] as const
  ).map(([file, code]): [string, string, () => Promise<Answer>] => [
    `file ${file} of another’s card among one’s own`,
    code,
    async () => {
      const made = await draft(OTHER);
      const { text } = await app.read(VICTIM, made.opened.challenge);
      const files = { ...made.files, text: { ...made.files.text, [file]: text[file] } };
      return app.send(made.opened.session, await app.sign(OTHER, { ...made, files }));
    },
  ]),
  [
    'the face of another’s card behind one’s own attributes',
    'card-data-invalid',
    async () => {
      const made = await draft(OTHER);
      const { surface, surfacePresence } = await app.read(VICTIM, made.opened.challenge);
      const files = { ...made.files, surface, surfacePresence };
      return app.send(made.opened.session, await app.sign(OTHER, { ...made, files }));
    },
  ],
  [
    'a presence proof recorded over another challenge',
    'presence-invalid',
    async () => {
      const made = await draft(VICTIM);
      const { presence } = await app.read(VICTIM, (await app.open()).challenge);
      return app.send(made.opened.session, await app.sign(VICTIM, { ...made, files: { ...made.files, presence } }));
    },
  ],
  [
    'the presence proof of another card',
    'presence-invalid',
    async () => {
      const made = await draft(VICTIM);
      const { presence } = await app.read(OTHER, made.opened.challenge);
      return app.send(made.opened.session, await app.sign(VICTIM, { ...made, files: { ...made.files, presence } }));
    },
  ],
  [
    // The two cards agree in all that their files say of the person: name, birth date, sex, municipality and My Number.
    'the recorded face of a card that agrees in everything, with the proof that was recorded with it',
    'presence-invalid',
    async () => {
      const made = await draft('adult');
      const { surface, surfacePresence } = await app.read('renewed-card', (await app.open()).challenge);
      const files = { ...made.files, surface, surfacePresence };
      return app.send(made.opened.session, await app.sign('adult', { ...made, files }));
    },
  ],
  [
    'such a face with the proof of one’s own card',
    'presence-invalid',
    async () => {
      const made = await draft('adult');
      const { surface } = await app.read('renewed-card', made.opened.challenge);
      return app.send(made.opened.session, await app.sign('adult', { ...made, files: { ...made.files, surface } }));
    },
  ],
  ...(
    [
      ['another authority', 'ofUnknownAuthority', 'card-unknown-issuer'],
      ['an authority that calls itself by the true one’s name', 'ofFalseAuthority', 'card-data-invalid'],
    ] as const
  ).map(([who, factory, code]): [string, string, () => Promise<Answer>] => [
    `a card of ${who}, with a true certificate`,
    code,
    async () => {
      const made = await draft(VICTIM);
      const files = await app.read(VICTIM, made.opened.challenge, forged[factory]);
      return app.send(made.opened.session, await app.sign(VICTIM, { ...made, files }));
    },
  ]),
  [
    'a true card under a certificate of a false JPKI of the same name',
    'certificate-untrusted',
    async () => {
      const made = await draft(VICTIM);
      return app.send(made.opened.session, await app.sign(VICTIM, made, undefined, forged.ofFalseJpki));
    },
  ],
  [
    'the content made for another open session',
    'challenge-mismatch',
    async () => {
      const { signed } = await app.honest(VICTIM);
      return app.send((await app.open()).session, signed);
    },
  ],
  [
    'the challenge of another open session',
    'challenge-mismatch',
    async () => {
      const made = await draft(VICTIM);
      const { challenge } = await app.open();
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ challenge })));
    },
  ],
  [
    'another platform than the session was opened for',
    'challenge-mismatch',
    async () => {
      const made = await draft(VICTIM);
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ platform: 'android' })));
    },
  ],
  [
    'signed with a clock that is ten minutes fast',
    'cms-invalid',
    async () => {
      const made = await draft(VICTIM);
      const time = new Date(clock.now().getTime() + 10 * MINUTE);
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ time })));
    },
  ],
];

for (const [title, code, attack] of atIntake) {
  test(`${title}: refused with ${code}, and nothing is kept`, async () => {
    const before = await applicationRows(stack);
    const answer = await attack();
    assertRefused(answer, code, canaries);
    assert.deepEqual(await applicationRows(stack), before);
  });
}

test('after all these the owner of the card applies, and gets it', () => assertGetsCard(stack, VICTIM));

const inStep4: readonly [title: string, code: string, attack: () => Promise<Answer>][] = [
  [
    'the device key swapped before the card signs',
    'device-key-mismatch',
    async () => {
      const made = await draft(VICTIM);
      const own = await app.madeUpKeys(made.opened.challenge);
      const deviceKeys = own.deviceKeys.map((key) => coseKeyFromJwk(key));
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ deviceKeys })));
    },
  ],
  [
    'a second device key beside the attested one',
    'device-key-mismatch',
    async () => {
      const made = await draft(VICTIM);
      const [own] = (await app.madeUpKeys(made.opened.challenge)).deviceKeys;
      const change = ({ deviceKeys }: { deviceKeys: readonly ReturnType<typeof coseKeyFromJwk>[] }) => ({
        deviceKeys: [...deviceKeys, coseKeyFromJwk(own as P256Jwk)],
      });
      return app.send(made.opened.session, await app.sign(VICTIM, made, change));
    },
  ],
  [
    'a key for the delivery that is no point of its curve',
    'device-key-mismatch',
    async () => {
      const made = await draft(VICTIM);
      const change = ({ responseKey }: { responseKey: ReturnType<typeof coseKeyFromJwk> }) => ({
        responseKey: offTheCurve(responseKey),
      });
      return app.send(made.opened.session, await app.sign(VICTIM, made, change));
    },
  ],
  [
    'keys attested by a provider that nobody trusts',
    'key-attestation-invalid',
    async () => {
      const made = await draft(VICTIM, app.madeUpKeys);
      return app.send(made.opened.session, await app.sign(VICTIM, made));
    },
  ],
  [
    'keys attested over another challenge',
    'key-attestation-invalid',
    async () => {
      const made = await draft(VICTIM, async () => app.walletKeys((await app.open()).challenge));
      return app.send(made.opened.session, await app.sign(VICTIM, made));
    },
  ],
  [
    'no attestation to speak of',
    'key-attestation-invalid',
    async () => {
      const made = await draft(VICTIM);
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ keyAttestation: 'a.b.c' })));
    },
  ],
  [
    'signed a quarter of an hour and a second ago',
    'application-stale',
    async () => {
      const made = await draft(VICTIM);
      const time = new Date(clock.now().getTime() - 15 * MINUTE - 1000);
      return app.send(made.opened.session, await app.sign(VICTIM, made, () => ({ time })));
    },
  ],
];

for (const [title, code, attack] of inStep4) {
  test(`${title}: refused in step 4 with ${code}, its data is destroyed, and its owner gets the card`, async () => {
    const before = await applicationRows(stack);
    const answer = await attack();
    assert.equal(answer.status, 202);
    const row = await untilEnded(stack, answer.reference as string);
    assert.deepEqual([row.state, row.refusal], ['refused', code]);
    assert.deepEqual([row.data_key, row.content, row.issuer_signed], [null, null, null]);
    assert.ok(stack.steps.some((told) => told.step === 4 && told.state === 'failed' && told.code === code));
    const told = await app.call('GET', `/applications/${answer.reference}`);
    const status = JSON.parse(Buffer.from(told.body).toString()) as Record<string, unknown>;
    assert.deepEqual([status['refusal'], status['ja'], status['en']], [code, words(code)?.ja, words(code)?.en]);
    const after = await applicationRows(stack);
    assert.deepEqual([after['iaca.plan'], after['smp.delivery']], [before['iaca.plan'], before['smp.delivery']]);
    await assertGetsCard(stack, VICTIM);
  });
}

test('after all of it no table holds anything of the two people, and the rows are sound', async () => {
  const found = await searchStore(stack.store, canaries);
  assert.deepEqual(found.sightings, []);
  assert.ok(found.rows > 100);
  await assertSound(stack, clock);
});
