import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { generateSoftwareKey } from '@tegata/keys';
import { change } from './changes.ts';
import { DEFAULT_TIMING } from './config.ts';
import type { OcspMode } from './peers-for-tests.ts';
import { makePerson, makePhone, type Person, type Phone, type SigningOptions } from './person-for-tests.ts';
import { start } from './start.ts';
import { backoff } from './wait.ts';
import { claim } from './worker.ts';
import { makeWorld, STORES, type World } from './world-for-tests.ts';

const MINUTE = 60_000;

for (const { name, open } of STORES) {
  describe(`the worker on ${name}`, () => {
    let world: World;
    before(async () => {
      world = await makeWorld({ store: await open() });
    });
    after(() => world.close());
    afterEach(async () => {
      world.jpki.state.mode = 'good';
      Object.assign(world.iaca.state, {
        down: false,
        refuse: false,
        refuseSignature: false,
        otherKey: false,
        loseAnswers: 0,
      });
      Object.assign(world.walletProvider.state, { down: false, forget: false, loseAnswers: 0 });
      // Time for every breaker to close, and for what is offered to be offered again, before the next test counts calls.
      world.clock.advance(60 * MINUTE);
      await world.smp.sweep();
    });

    async function applied(
      options: Partial<SigningOptions> = {},
    ): Promise<{ reference: string; person: Person; phone: Phone }> {
      const [person, phone] = [await makePerson(), await makePhone()];
      const answer = await world.apply(person, phone, options);
      assert.equal(answer.status, 202);
      return { ...(answer.json() as { reference: string }), person, phone };
    }
    const namesOf = async (reference: string) => (await world.eventsOf(reference)).map((event) => event.name);
    const fsckPasses = async () => {
      const report = await world.smp.fsck();
      assert.deepEqual(
        report.checks.filter((check) => check.result === 'failed'),
        [],
      );
    };

    for (const mode of ['down', 'try-later', 'other-nonce', 'no-nonce', 'stale', 'garbage'] as OcspMode[]) {
      test(`an OCSP answer that proves nothing (${mode}) makes an application wait, and it goes on by itself`, async () => {
        world.jpki.state.mode = mode;
        const { reference, phone } = await applied();
        await world.settle(reference, (row) => row.waiting === 'ocsp-unavailable');
        for (let attempt = 0; attempt < 3; attempt += 1) {
          world.clock.advance(10 * MINUTE);
          await world.settle(reference, (row) => row.attempts >= attempt + 2);
        }
        const seen = await world.status(phone, reference);
        assert.deepEqual([seen.status, seen.waiting], ['received', 'ocsp-unavailable']);
        assert.deepEqual(await namesOf(reference), ['received', 'waiting']);
        assert.equal(world.iaca.issuances.has((await world.rowOf(reference)).id), false);
        world.jpki.state.mode = 'good';
        world.clock.advance(10 * MINUTE);
        const row = await world.settle(reference, ({ state }) => state === 'offered');
        assert.equal(row.waiting, null);
        await fsckPasses();
      });
    }

    for (const [mode, code] of [
      ['revoked', 'certificate-revoked'],
      ['unknown', 'certificate-status-unknown'],
    ] as [OcspMode, string][]) {
      test(`a certificate that is ${mode} is refused, its data destroyed, and the person may apply again`, async () => {
        world.jpki.state.mode = mode;
        const { reference, person, phone } = await applied();
        const row = await world.settle(reference, ({ state }) => state === 'refused');
        assert.deepEqual([row.refusal, row.data_key, row.content], [code, null, null]);
        assert.deepEqual(await namesOf(reference), ['received', 'refused', 'data-destroyed']);
        const seen = await world.status(phone, reference);
        assert.equal(seen.refusal, code);
        assert.match(seen.ja.what, /証明書/);
        world.jpki.state.mode = 'good';
        const second = await world.apply(person, phone);
        assert.equal(second.status, 202);
        assert.notEqual((second.json() as { reference: string }).reference, reference);
        await fsckPasses();
      });
    }

    test('each check of step 4 that fails refuses with its own code', async () => {
      const other = await generateSoftwareKey('P-256');
      const challenge = Buffer.alloc(32, 3).toString('base64url');
      const old = new Date(world.clock.now().getTime() - 16 * MINUTE);
      const cases: [string, Partial<SigningOptions>][] = [
        ['key-attestation-invalid', { attestationNonce: challenge }],
        ['device-key-mismatch', { attestedKey: other }],
        ['application-stale', { change: (application) => ({ ...application, time: old }) }],
        [
          'device-key-mismatch',
          {
            change: (application) => {
              // A point that is not on the curve.
              const key = new Map(application.deviceKeys[0]).set(-3, new Uint8Array(32).fill(1));
              return { ...application, deviceKeys: [key] };
            },
          },
        ],
      ];
      for (const [code, options] of cases) {
        const { reference } = await applied(options);
        const row = await world.settle(reference, ({ state }) => state === 'refused');
        assert.equal(row.refusal, code);
      }
      await fsckPasses();
    });

    test('every check of step 4 leaves its own evidence: what was asked, of whom, the answer, the time', async () => {
      const { reference } = await applied();
      const row = await world.settle(reference, ({ state }) => state === 'offered');
      const evidence = await world.db
        .selectFrom('smp.evidence')
        .selectAll()
        .where('application', '=', row.id)
        .execute();
      assert.equal(new Set(evidence.map((item) => item.check_id)).size, evidence.length);
      assert.ok(evidence.length > 40);
      const status = evidence.find((item) => item.check_id === 'certificate-status');
      assert.deepEqual([status?.result, status?.code, status?.asked], ['passed', 'good', 'jpki']);
      assert.ok((status?.answer?.length ?? 0) > 200 && /^[0-9a-f]{64}$/.test(status?.subject ?? ''));
      assert.deepEqual(
        evidence.filter((item) => item.result !== 'passed').map((item) => item.check_id),
        [],
      );
    });

    test('the status is asked again right before signing when the good answer is older than five minutes', async () => {
      world.iaca.state.down = true;
      const { reference } = await applied();
      await world.settle(reference, (row) => row.state === 'verified' && row.waiting === 'iaca-unavailable');
      world.clock.advance(6 * MINUTE);
      const asked = world.jpki.state.asked;
      world.iaca.state.down = false;
      world.clock.advance(20_000);
      await world.settle(reference, ({ state }) => state === 'offered');
      assert.equal(world.jpki.state.asked, asked + 1);
      await fsckPasses();
    });

    test('a certificate that is revoked while the IACA is down is not signed for, and the IACA’s data is destroyed', async () => {
      world.iaca.state.down = true;
      const { reference } = await applied();
      await world.settle(reference, (row) => row.waiting === 'iaca-unavailable');
      world.jpki.state.mode = 'revoked';
      world.iaca.state.down = false;
      world.clock.advance(20 * MINUTE);
      const row = await world.settle(
        reference,
        ({ state, issuer_data_due }) => state === 'refused' && !issuer_data_due,
      );
      assert.equal(row.refusal, 'certificate-revoked');
      const issuance = world.iaca.issuances.get(row.id);
      assert.deepEqual([issuance?.signatures, issuance?.destroyed], [0, true]);
      await fsckPasses();
    });

    test('lost answers of the IACA lead to one plan and one signature', async () => {
      world.iaca.state.loseAnswers = 1;
      const { reference } = await applied();
      await world.settle(reference, (row) => row.waiting === 'iaca-unavailable');
      world.clock.advance(MINUTE);
      world.iaca.state.loseAnswers = 0;
      await world.settle(reference, ({ state }) => state === 'offered');
      const { id } = await world.rowOf(reference);
      assert.deepEqual([world.iaca.issuances.get(id)?.plans, world.iaca.issuances.get(id)?.signatures], [1, 1]);
    });

    test('an mdoc that is bound to another phone’s key is not delivered', async () => {
      world.iaca.state.otherKey = true;
      const { reference } = await applied();
      const row = await world.settle(reference, ({ waiting }) => waiting === 'iaca-unavailable');
      assert.deepEqual([row.state, row.issuer_signed], ['prepared', null]);
      world.iaca.state.otherKey = false;
      world.clock.advance(10 * MINUTE);
      await world.settle(reference, ({ state }) => state === 'offered');
    });

    test('a record that the issuer refuses when it shall sign is refused, and nothing was signed', async () => {
      world.iaca.state.refuseSignature = true;
      const { reference } = await applied();
      const row = await world.settle(
        reference,
        ({ state, issuer_data_due }) => state === 'refused' && !issuer_data_due,
      );
      assert.equal(row.refusal, 'refused-by-issuer');
      assert.equal(world.iaca.issuances.get(row.id)?.signatures, 0);
    });

    test('a record that the issuer refuses is refused, and the issuer’s data is destroyed', async () => {
      world.iaca.state.refuse = true;
      const { reference } = await applied();
      const row = await world.settle(
        reference,
        ({ state, issuer_data_due }) => state === 'refused' && !issuer_data_due,
      );
      assert.equal(row.refusal, 'refused-by-issuer');
      await fsckPasses();
    });

    test('lost answers of the wallet provider lead to one delivery of the same bytes', async () => {
      world.walletProvider.state.loseAnswers = 2;
      const { reference, phone } = await applied();
      await world.settle(reference, (row) => row.waiting === 'wallet-provider-unavailable');
      world.clock.advance(10 * MINUTE);
      await world.settle(reference, (row) => row.attempts >= 2);
      world.clock.advance(10 * MINUTE);
      await world.settle(reference, ({ state }) => state === 'offered');
      const { id } = await world.receive(phone, reference);
      // The fake refuses other bytes under one id, so that three are three times the same.
      assert.equal(world.walletProvider.deliveries.get(id)?.puts, 3);
    });

    test('a delivery that the wallet provider took and lost is offered again', async () => {
      world.walletProvider.state.forget = true;
      const { reference, phone } = await applied();
      await world.settle(reference, ({ state }) => state === 'offered');
      world.walletProvider.state.forget = false;
      await assert.rejects(world.receive(phone, reference));
      world.clock.advance(11 * MINUTE);
      await world.smp.sweep();
      const { id, stored } = await world.receive(phone, reference);
      assert.equal((await world.receipt(id, stored)).status, 204);
      assert.equal((await world.rowOf(reference)).state, 'active');
    });

    test('an application that waited for 34 hours is issued: what the person signed is judged by the time of receipt', async () => {
      world.jpki.state.mode = 'down';
      const { reference } = await applied();
      await world.settle(reference, (row) => row.waiting === 'ocsp-unavailable');
      for (let hour = 0; hour < 34; hour += 1) {
        world.clock.advance(60 * MINUTE);
        await world.smp.sweep();
      }
      assert.deepEqual(await namesOf(reference), ['received', 'waiting']);
      const late = await world.smp.fsck();
      const listed = late.checks.find((check) => check.id === 'I2-outcome-by-deadline');
      assert.deepEqual([listed?.result, listed?.detail?.includes(reference)], ['warning', true]);
      world.jpki.state.mode = 'good';
      world.clock.advance(10 * MINUTE);
      await world.settle(reference, ({ state }) => state === 'offered');
    });

    test('a party that does not answer is soon left alone: applications wait without calling it', async () => {
      world.jpki.state.mode = 'down';
      const many = await Promise.all(Array.from({ length: 12 }, () => applied()));
      for (const { reference } of many) await world.settle(reference, (row) => row.waiting === 'ocsp-unavailable');
      const asked = world.jpki.state.asked;
      const more = await Promise.all(Array.from({ length: 5 }, () => applied()));
      for (const { reference } of more) await world.settle(reference, (row) => row.waiting === 'ocsp-unavailable');
      assert.equal(world.jpki.state.asked, asked);
      world.jpki.state.mode = 'good';
      for (const { reference } of [...many, ...more]) {
        await world.settle(reference, ({ state }) => state === 'offered', { advance: MINUTE });
      }
    });

    test('a claim is one worker’s; after its lease another takes over, and the first may no longer write', async () => {
      world.jpki.state.mode = 'down';
      const { reference } = await applied();
      const { id } = await world.settle(reference, (row) => row.waiting === 'ocsp-unavailable');
      world.clock.advance(10 * MINUTE);
      const smp = { db: world.db, clock: world.clock, timing: { ...DEFAULT_TIMING, lease: 60 } };
      const mine = (await claim(smp, [id]))[0]!;
      assert.deepEqual(await claim(smp, [id]), []);
      world.clock.advance(61_000);
      const theirs = (await claim(smp, [id]))[0]!;
      assert.equal(theirs.fencing, mine.fencing + 1);
      const write = { from: 'received', happenings: [{ name: 'noted', actor: 'smp' }] } as const;
      const jobs = await world.config.store.jobs('smp_jobs', () => {});
      const by = { db: world.db, clock: world.clock, jobs };
      await assert.rejects(change(by, id, { ...write, fencing: mine.fencing }), { code: 'lease-lost' });
      await change(by, id, { ...write, fencing: theirs.fencing });
      assert.equal((await namesOf(reference)).filter((event) => event === 'noted').length, 1);
    });

    test('two workers over the same rows do each step once', async (context) => {
      const second = await start(world.config);
      context.after(() => second.close());
      const many = await Promise.all(Array.from({ length: 12 }, () => applied()));
      await Promise.all([world.smp.sweep(), second.sweep(), world.smp.sweep(), second.sweep()]);
      for (const { reference, phone } of many) {
        const row = await world.settle(reference, ({ state }) => state === 'offered');
        const { id } = await world.receive(phone, reference);
        const issuance = world.iaca.issuances.get(row.id);
        assert.deepEqual([issuance?.plans, issuance?.signatures], [1, 1]);
        assert.equal(world.walletProvider.deliveries.get(id)?.puts, 1);
      }
      await fsckPasses();
    });

    test('waits double up to their limit and are spread', () => {
      const spread = (fraction: number) => ({ bytes: (n: number) => new Uint8Array(n).fill(fraction) });
      assert.equal(backoff(spread(0), 0, 1, 300), 500);
      assert.equal(backoff(spread(0), 3, 1, 300), 4000);
      assert.equal(backoff(spread(0), 30, 1, 300), 150_000);
      assert.ok(backoff(spread(0x7f), 30, 1, 300) > 150_000);
      assert.ok(backoff(spread(0x7f), 30, 1, 300) <= 300_000);
    });
  });
}
