import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Encoded, encode } from '@tegata/cbor';
import { adjustableClock } from '@tegata/clock';
import { memoryKeys, type Signer } from '@tegata/keys';
import { createLog } from '@tegata/log';
import { MNC_DOCTYPE, NS_ISO, parseIssuerSigned, parseMso, verifyIssuerSigned } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { freshDatabase } from '@tegata/store/test-server';
import { sql } from 'kysely';
import { destroyContent, planIssuance, signIssuance } from './6-issue-mdoc.ts';
import { makeAuthority } from './authority.ts';
import { brokenEvent } from './events.ts';
import type { Iaca } from './iaca.ts';
import { openIaca } from './start.ts';
import { type Bench, bench, DEVICE_KEY, NOW, newId, PERSON, requestBody } from './test-issuance.ts';

const DAY = 86_400_000;
const withCode = (code: string) => (error: unknown) => error instanceof Error && 'code' in error && error.code === code;
const server = process.env['TEGATA_POSTGRES'];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('on PGlite', () => suite(async () => ({ drop: async () => {} })));
describe('on PostgreSQL', { skip: server ? false : 'TEGATA_POSTGRES is unset (Debian package: postgresql)' }, () =>
  suite(() => freshDatabase(server as string)),
);

function suite(place: () => Promise<{ url?: string; drop(): Promise<void> }>): void {
  let at: Awaited<ReturnType<typeof place>>;
  let b: Bench;
  let iaca: Iaca;
  before(async () => {
    at = await place();
    b = await bench(at.url);
    iaca = await openIaca(b.config);
  });
  after(async () => {
    await b.store.close();
    await at.drop();
  });

  const plansOf = (id: string) =>
    iaca.db.selectFrom('iaca.plan').selectAll().where('issuance', '=', id).orderBy('generation').execute();
  const eventsOf = (id: string) =>
    iaca.db.selectFrom('iaca.event').selectAll().where('issuance', '=', id).orderBy('sequence').execute();
  const rowOf = (id: string) =>
    iaca.db.selectFrom('iaca.issuance').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const namesOf = async (id: string) => (await eventsOf(id)).map(({ name }) => name);
  const checkChain = async (id: string) => assert.equal(brokenEvent(await eventsOf(id), await rowOf(id)), undefined);

  test('a plan becomes a signed record that a stranger verifies, bound to the phone’s key', async () => {
    const id = newId();
    const plan = await planIssuance(iaca, id, requestBody());
    assert.equal(plan.created, true);
    assert.match(plan.serial, /^01[0-9a-f]{34}$/);
    assert.equal(plan.validUntil.toISOString(), '2026-12-23T15:00:00.000Z');
    const { issuerSigned, serial, digest } = await signIssuance(iaca, id, plan.token);
    assert.equal(serial, plan.serial);
    assert.deepEqual(digest, plan.digest);
    const report = verifyIssuerSigned({
      issuerSigned,
      trustAnchors: [b.authority.root],
      now: NOW,
      deviceKey: DEVICE_KEY,
      docType: MNC_DOCTYPE,
    });
    assert.equal(report.result, 'passed', JSON.stringify(report.checks));
    const { mso } = parseIssuerSigned(issuerSigned);
    assert.equal(hex(createHash('sha256').update(mso.bytes).digest()), hex(plan.digest));
    assert.equal(mso.validityInfo.signed.text, '2026-11-23T15:00:00Z');
    assert.deepEqual(await namesOf(id), ['recorded', 'linted', 'signing', 'signed']);
    await checkChain(id);
  });

  test('the plan is stored with its bytes before the key is used, and nothing is handed out that was not stored', async () => {
    const id = newId();
    let seen: { state: string; mso: Uint8Array } | undefined;
    const watching = await openIaca(
      b.signingWith(async (data, real) => {
        const [row] = await plansOf(id);
        seen = row;
        assert.ok(Buffer.from(data).includes(Buffer.from(row!.mso)));
        return real.sign(data);
      }),
    );
    const { token } = await planIssuance(watching, id, requestBody());
    const { issuerSigned } = await signIssuance(watching, id, token);
    assert.equal(seen?.state, 'signing');
    const [stored] = await plansOf(id);
    assert.equal(stored?.state, 'signed');
    assert.equal(stored?.items, null);
    assert.equal((await rowOf(id)).record, null);
    const row = await rowOf(id);
    const key = iaca.secrets.unwrap(id, row.data_key!);
    assert.deepEqual(
      iaca.secrets.open('plan.issuer_signed', stored!.serial, key, stored!.issuer_signed!),
      issuerSigned,
    );
  });

  test('asking again with the same id and bytes gives the same plan; other bytes are a conflict', async () => {
    const id = newId();
    const first = await planIssuance(iaca, id, requestBody());
    const second = await planIssuance(iaca, id, requestBody());
    assert.equal(second.created, false);
    assert.deepEqual({ ...second, created: true }, first);
    const other = requestBody({ attributes: { name: '番号　花江' } });
    await assert.rejects(planIssuance(iaca, id, other), withCode('issuance-conflict'));
    await signIssuance(iaca, id, first.token);
    assert.deepEqual((await planIssuance(iaca, id, requestBody())).digest, first.digest);
    await assert.rejects(planIssuance(iaca, id, other), withCode('issuance-conflict'));
    assert.equal((await plansOf(id)).length, 1);
  });

  test('twenty plans asked for at once under one id are one plan', async () => {
    const id = newId();
    const plans = await Promise.all(Array.from({ length: 20 }, () => planIssuance(iaca, id, requestBody())));
    assert.equal(new Set(plans.map(({ serial }) => serial)).size, 1);
    assert.equal(plans.filter(({ created }) => created).length, 1);
    assert.deepEqual(await namesOf(id), ['recorded', 'linted']);
  });

  test('fifty redemptions at once make one signature and get the same bytes', async () => {
    const id = newId();
    let signatures = 0;
    const counting = await openIaca(
      b.signingWith((data, real) => {
        signatures++;
        return real.sign(data);
      }),
    );
    const { token } = await planIssuance(counting, id, requestBody());
    const all = await Promise.all(Array.from({ length: 50 }, () => signIssuance(counting, id, token)));
    assert.equal(new Set(all.map(({ issuerSigned }) => hex(issuerSigned))).size, 1);
    assert.equal(signatures, 1);
    const again = await signIssuance(counting, id, token);
    assert.deepEqual(again.issuerSigned, all[0]!.issuerSigned);
    assert.equal(signatures, 1);
  });

  test('two processes that redeem one token at once make one signature between them', async () => {
    const id = newId();
    let signatures = 0;
    const config = b.signingWith(async (data, real) => {
      signatures++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return real.sign(data);
    });
    const processes = [await openIaca(config), await openIaca(config)].map((one) => ({ ...one, alone: false }));
    const { token } = await planIssuance(processes[0]!, id, requestBody());
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => signIssuance(processes[n % 2]!, id, token)),
    );
    assert.equal(signatures, 1);
    const good = results.flatMap((result) => (result.status === 'fulfilled' ? [hex(result.value.issuerSigned)] : []));
    assert.ok(good.length >= 25);
    assert.equal(new Set(good).size, 1);
    for (const result of results) if (result.status === 'rejected') assert.ok(withCode('issuer-busy')(result.reason));
    for (const one of processes) assert.equal(hex((await signIssuance(one, id, token)).issuerSigned), good[0]);
  });

  test('a token of another issuance, or one byte off, redeems nothing', async () => {
    const id = newId();
    const other = await planIssuance(iaca, newId(), requestBody());
    const { token } = await planIssuance(iaca, id, requestBody());
    await assert.rejects(signIssuance(iaca, id, other.token), withCode('issuance-token-invalid'));
    const off = token.slice();
    off[31]! ^= 1;
    await assert.rejects(signIssuance(iaca, id, off), withCode('issuance-token-invalid'));
    await assert.rejects(signIssuance(iaca, newId(), token), withCode('issuance-unknown'));
    assert.deepEqual(await namesOf(id), ['recorded', 'linted']);
  });

  test('a process that dies after signing and before storing: its plan is closed, a new one is signed, one mdoc leaves', async () => {
    const id = newId();
    const first = await planIssuance(iaca, id, requestBody());
    // What a kill between the signature and the storing leaves behind: a redeemed plan and no bytes.
    const lost: Uint8Array[] = [];
    const dying = await openIaca(
      b.signingWith(async (data, real) => {
        lost.push(await real.sign(data));
        return new Promise(() => {});
      }),
    );
    void signIssuance(dying, id, first.token);
    while (lost.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await plansOf(id))[0]?.state, 'signing');

    const restarted = await openIaca(b.config);
    if (!restarted.alone) {
      // Another process may still be at work: until its lease is over nothing is signed.
      await assert.rejects(signIssuance(restarted, id, first.token), withCode('issuer-busy'));
      b.clock.advance(restarted.leaseMs);
    }
    const issued = await signIssuance(restarted, id, first.token);
    b.clock.set(NOW);
    assert.notEqual(issued.serial, first.serial);
    const plans = await plansOf(id);
    assert.deepEqual(
      plans.map(({ state, generation }) => [generation, state]),
      [
        [1, 'abandoned'],
        [2, 'signed'],
      ],
    );
    const [one, two] = plans.map(({ mso }) => digestsOf(mso));
    assert.equal(one!.filter((digest) => two!.includes(digest)).length, 0, 'salts are new');
    assert.deepEqual(await namesOf(id), [
      'recorded',
      'linted',
      'signing',
      'abandoned',
      'recorded',
      'linted',
      'signing',
      'signed',
    ]);
    await checkChain(id);
    assert.deepEqual((await signIssuance(restarted, id, first.token)).issuerSigned, issued.issuerSigned);
    assert.deepEqual((await planIssuance(restarted, id, requestBody())).digest, issued.digest);
  });

  test('a process taken for dead that comes back hands out nothing', async () => {
    const id = newId();
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = false;
    const slow = {
      ...(await openIaca(
        b.signingWith(async (data, real) => {
          reached = true;
          await held;
          return real.sign(data);
        }),
      )),
      alone: false,
    };
    const { token } = await planIssuance(slow, id, requestBody());
    const late = signIssuance(slow, id, token);
    while (!reached) await new Promise((resolve) => setTimeout(resolve, 5));
    b.clock.advance(slow.leaseMs);
    const issued = await signIssuance(await openIaca(b.config), id, token);
    release();
    await assert.rejects(late, withCode('issuer-busy'));
    b.clock.set(NOW);
    assert.deepEqual((await signIssuance(slow, id, token)).issuerSigned, issued.issuerSigned);
    assert.equal((await plansOf(id)).filter(({ state }) => state === 'signed').length, 1);
  });

  for (const [what, sign, code] of [
    ['fails', () => Promise.reject(new Error('CKR_DEVICE_ERROR')), 'issuer-busy'],
    ['answers with garbage', async () => new Uint8Array(70).fill(0x30), 'signature-mismatch'],
    ['signs other bytes', (_: Uint8Array, real: Signer) => real.sign(Uint8Array.of(1)), 'signature-mismatch'],
  ] as const) {
    test(`a key store that ${what} lets nothing out, and the next redemption has a plan of its own`, async () => {
      const id = newId();
      let broken = true;
      const config = b.signingWith((data, real) => (broken ? sign(data, real) : real.sign(data)));
      const faulty = await openIaca(config);
      const { token, serial } = await planIssuance(faulty, id, requestBody());
      await assert.rejects(signIssuance(faulty, id, token), withCode(code));
      assert.equal((await plansOf(id))[0]?.issuer_signed, null);
      broken = false;
      const issued = await signIssuance(faulty, id, token);
      assert.notEqual(issued.serial, serial);
      assert.deepEqual(
        (await plansOf(id)).map(({ state }) => state),
        ['abandoned', 'signed'],
      );
    });
  }

  test('storing that fails after the signature lets nothing out; the next redemption signs a new plan', async () => {
    const id = newId();
    const { token, serial } = await planIssuance(iaca, id, requestBody());
    await sql`
      create function iaca.fail_storing() returns trigger language plpgsql as $$
      begin if new.state = 'signed' then raise exception 'disk full'; end if; return new; end $$`.execute(iaca.db);
    await sql`create trigger fail_storing before update on iaca.plan for each row execute function iaca.fail_storing()`.execute(
      iaca.db,
    );
    try {
      await assert.rejects(signIssuance(iaca, id, token));
    } finally {
      await sql`drop trigger fail_storing on iaca.plan`.execute(iaca.db);
      await sql`drop function iaca.fail_storing`.execute(iaca.db);
    }
    assert.deepEqual(await namesOf(id), ['recorded', 'linted', 'signing']);
    const issued = await signIssuance(iaca, id, token);
    assert.notEqual(issued.serial, serial);
    await checkChain(id);
  });

  test('a plan that was recorded and not linted when the process died is linted before it is signed', async () => {
    const id = newId();
    const { token, serial } = await planIssuance(iaca, id, requestBody());
    // As it is between the two transactions of planning.
    await sql`update iaca.plan set state = 'recorded' where serial = ${serial}`.execute(iaca.db);
    await sql`alter table iaca.event disable trigger user`.execute(iaca.db);
    const [first] = await eventsOf(id);
    await sql`delete from iaca.event where issuance = ${id} and name = 'linted'`.execute(iaca.db);
    await sql`alter table iaca.event enable trigger user`.execute(iaca.db);
    await iaca.db.updateTable('iaca.issuance').set({ sequence: 1, head: first!.hash }).where('id', '=', id).execute();

    assert.equal((await signIssuance(iaca, id, token)).serial, serial);
    assert.deepEqual(await namesOf(id), ['recorded', 'linted', 'signing', 'signed']);
  });

  test('a plan of yesterday is not signed today: its ages are those of yesterday', async () => {
    const id = newId();
    const body = requestBody({ attributes: { birthDate: '20061125' } });
    const { token } = await planIssuance(iaca, id, body);
    b.clock.set(new Date('2026-11-24T15:00:00Z'));
    const { issuerSigned } = await signIssuance(iaca, id, token);
    b.clock.set(NOW);
    const { nameSpaces, mso } = parseIssuerSigned(issuerSigned);
    const over20 = nameSpaces.get(NS_ISO)?.find(({ elementIdentifier }) => elementIdentifier === 'age_over_20');
    assert.equal(over20?.elementValue, true);
    assert.equal(mso.validityInfo.signed.text, '2026-11-24T15:00:00Z');
    assert.deepEqual(
      (await eventsOf(id)).filter(({ name }) => name === 'abandoned').map(({ detail }) => JSON.parse(detail)),
      [{ reason: 'another-day', was: 'planned' }],
    );
  });

  test('a plan of another profile or another document signer is not signed, but made again', async () => {
    const id = newId();
    const { token } = await planIssuance(iaca, id, requestBody());
    const observed = await openIaca({ ...b.config, profile: 'observed' });
    const { issuerSigned } = await signIssuance(observed, id, token);
    const names = parseIssuerSigned(issuerSigned)
      .nameSpaces.get(NS_ISO)
      ?.map((item) => item.elementIdentifier);
    assert.deepEqual(names, ['sex', 'age_over_20', 'birth_date']);

    const next = newId();
    const { token: nextToken } = await planIssuance(iaca, next, requestBody());
    const successor = await makeAuthority({ clock: b.clock, random: systemRandom, keys: memoryKeys() });
    const rotated = await openIaca({ ...b.config, authority: successor });
    const issued = await signIssuance(rotated, next, nextToken);
    assert.deepEqual(parseIssuerSigned(issued.issuerSigned).certificates, [successor.documentSigner.certificate]);
    assert.deepEqual(
      (await plansOf(next)).map(({ state }) => state),
      ['abandoned', 'signed'],
    );
  });

  test('a record that breaks a rule is refused for good, with the rule in the log and no value of it', async () => {
    const id = newId();
    const lines: string[] = [];
    const log = createLog({ party: 'iaca', clock: b.clock, write: (line) => lines.push(line) });
    const logging = await openIaca({ ...b.config, log });
    const body = requestBody({ attributes: { myNumber: '123456789012' } });
    await assert.rejects(planIssuance(logging, id, body), withCode('refused-by-issuer'));
    await assert.rejects(planIssuance(logging, id, body), withCode('refused-by-issuer'));
    assert.match(lines.join(''), /"rule":"my-number"/);
    assert.doesNotMatch(lines.join(''), /123456789012|花子|19710901/);
    assert.deepEqual(await namesOf(id), ['refused']);
    assert.equal((await rowOf(id)).record, null);
    assert.deepEqual(await plansOf(id), []);
  });

  test('a signer whose certificate would end before the mdoc does refuses nobody: it asks for a restart', async () => {
    const id = newId();
    b.clock.set(new Date(+NOW + 430 * DAY));
    try {
      await assert.rejects(planIssuance(iaca, id, requestBody()), withCode('document-signer-expired'));
    } finally {
      b.clock.set(NOW);
    }
    assert.equal((await planIssuance(iaca, id, requestBody())).created, true);
  });

  test('destroying the content destroys the data key, hands nothing out any more, and is recorded once', async () => {
    const signed = newId();
    const planned = newId();
    const tokens = [];
    for (const id of [signed, planned]) tokens.push((await planIssuance(iaca, id, requestBody())).token);
    await signIssuance(iaca, signed, tokens[0]!);
    for (const [n, id] of [signed, planned].entries()) {
      await destroyContent(iaca, id);
      await destroyContent(iaca, id);
      const row = await rowOf(id);
      assert.equal(row.data_key, null);
      assert.equal(row.record, null);
      assert.ok((await plansOf(id)).every((plan) => plan.items === null && plan.issuer_signed === null));
      await assert.rejects(signIssuance(iaca, id, tokens[n]!), withCode('issuance-content-destroyed'));
      await assert.rejects(planIssuance(iaca, id, requestBody()), withCode('issuance-content-destroyed'));
      await checkChain(id);
    }
    assert.deepEqual(await namesOf(signed), ['recorded', 'linted', 'signing', 'signed', 'content-destroyed']);
    assert.deepEqual(await namesOf(planned), ['recorded', 'linted', 'abandoned', 'content-destroyed']);
  });

  test('an id whose content was destroyed before its request came never gets a plan', async () => {
    const id = newId();
    await destroyContent(iaca, id);
    await assert.rejects(planIssuance(iaca, id, requestBody()), withCode('issuance-content-destroyed'));
    assert.deepEqual(await namesOf(id), ['content-destroyed']);
    assert.deepEqual(await plansOf(id), []);
  });

  test('no row shows a name, an address, a My Number or a birth date in any usual form', async () => {
    const id = newId();
    const { token } = await planIssuance(iaca, id, requestBody());
    const dump = async () => {
      const rows = [await rowOf(id), ...(await plansOf(id)), ...(await eventsOf(id))];
      return Buffer.concat(
        rows.flatMap((row) =>
          Object.values(row).map((value) =>
            value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value)),
          ),
        ),
      );
    };
    const before = await dump();
    await signIssuance(iaca, id, token);
    const all = Buffer.concat([before, await dump()]);
    for (const secret of [PERSON.name, PERSON.address, PERSON.myNumber, PERSON.birthDate, '1971-09-01', '1971年']) {
      for (const form of [
        Buffer.from(secret),
        Buffer.from(secret, 'utf16le'),
        Buffer.from(Buffer.from(secret).toString('hex')),
      ]) {
        assert.equal(all.includes(form), false);
      }
    }
    // A plain hash of the request could be searched for its twelve digits.
    assert.equal(all.includes(createHash('sha256').update(requestBody()).digest()), false);
  });

  test('an event row can be neither changed nor deleted, and a chain that was changed all the same is found', async () => {
    const id = newId();
    await planIssuance(iaca, id, requestBody());
    await assert.rejects(sql`update iaca.event set name = 'signed' where issuance = ${id}`.execute(iaca.db));
    await assert.rejects(sql`delete from iaca.event where issuance = ${id}`.execute(iaca.db));
    const events = await eventsOf(id);
    const row = await rowOf(id);
    assert.equal(brokenEvent(events, row), undefined);
    assert.equal(brokenEvent([{ ...events[0]!, detail: '{}' }, ...events.slice(1)], row), 1);
    assert.equal(brokenEvent(events.slice(0, -1), row), events.length);
    assert.equal(brokenEvent([...events].reverse(), row), 1);
  });

  test('another wrapping key than that of the rows does not start', async () => {
    const config = { ...b.config, kek: new Uint8Array(32).fill(8) };
    await assert.rejects(openIaca(config), withCode('wrapping-key-differs'));
  });

  test('a thousand serial numbers are all different, bear the instance and have no stuck bit', async () => {
    const { draftPlan } = await import('./plans.ts');
    const { requestOf } = await import('./test-issuance.ts');
    const request = requestOf();
    const serials = Array.from({ length: 1000 }, () => draftPlan({ ...iaca, instance: 200 }, request).serial);
    assert.equal(new Set(serials).size, 1000);
    const ones = Array.from({ length: 144 }, () => 0);
    for (const serial of serials) {
      const bits = BigInt(`0x${serial}`).toString(2).padStart(144, '0');
      for (let n = 0; n < 144; n++) if (bits[n] === '1') ones[n]!++;
    }
    assert.ok(serials.every((serial) => serial.startsWith('c8')));
    // Mean 500, deviation 16: six deviations are left to chance.
    for (const count of ones.slice(8)) assert.ok(count > 400 && count < 600, String(count));
  });
}

/** All digests of an encoded MSO, hex. */
function digestsOf(mso: Uint8Array): string[] {
  const { valueDigests } = parseMso(Encoded.wrap(mso).bytes);
  return [...valueDigests.values()].flatMap((digests) => [...digests.values()].map(hex));
}

test('an authority is the same after a restart, and a signer that ends gets a successor with another key', async () => {
  const keys = memoryKeys();
  const clock = adjustableClock(NOW);
  const first = await makeAuthority({ clock, random: systemRandom, keys });
  clock.advance(30 * DAY);
  const again = await makeAuthority({ clock, random: systemRandom, keys });
  assert.deepEqual(again.root, first.root);
  assert.deepEqual(again.documentSigner.certificate, first.documentSigner.certificate);
  clock.advance(380 * DAY);
  const later = await makeAuthority({ clock, random: systemRandom, keys });
  assert.deepEqual(later.root, first.root);
  assert.notDeepEqual(later.documentSigner.certificate, first.documentSigner.certificate);
  assert.equal(later.documentSigner.signer.publicKey.equals(first.documentSigner.signer.publicKey), false);
  clock.advance(2000 * DAY);
  await assert.rejects(makeAuthority({ clock, random: systemRandom, keys }), withCode('config-invalid'));
});

test('a request with a member more or less, a wrong type or another curve is refused by its form', async () => {
  const { decodeIssuanceRequest } = await import('./request.ts');
  const bad = [
    requestBody({ extra: 1 }),
    requestBody({ attributes: { more: 'x' } as never }),
    requestBody({ platform: 'palm' }),
    requestBody({ portrait: 'text' }),
    requestBody({ deviceKey: new Map([[1, 2]]) }),
    requestBody({ attributes: { name: 7 as never } }),
    encode([]),
    encode({}),
    Uint8Array.of(0xa1),
    new Uint8Array(0),
    Buffer.concat([requestBody(), Uint8Array.of(0)]),
    encode({ attributes: PERSON, portrait: new Uint8Array(60_000), deviceKey: new Map(), platform: 'ios' }),
  ];
  for (const body of bad) assert.throws(() => decodeIssuanceRequest(body), withCode('bad-request'));
});
