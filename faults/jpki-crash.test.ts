import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError, peer } from '@tegata/http';
import { generateSoftwareKey, softwareSigner } from '@tegata/keys';
import { systemRandom as random, randomUuid } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { freshDatabase } from '@tegata/store/test-server';
import { parseCertificate } from '@tegata/x509';
import { buildCsr } from '@tegata/x509-build';
import { sql } from 'kysely';
import { type JpkiProcess, jpkiProcess } from './jpki-process.ts';

/**
 * The certificate service is killed (SIGKILL) while it works, and started again on the same PostgreSQL: what was asked under an id is
 * answered with one certificate however often it is asked, and what has ended stays ended.
 */
const server = process.env['TEGATA_POSTGRES'];
const skip = server ? false : 'no PostgreSQL at hand (Debian package: postgresql)';

const PHONES = 24;
const holder = {
  ...{ name: '試験　太郎', address: '東京都千代田区霞が関一丁目１－１', sex: '1', birthDate: '19800217' },
  ...{ prefecture: 'Tokyo-to', municipality: 'Chiyoda-ku', municipalityCode: '13101' },
};

describe('the certificate service, killed while it works', { skip }, () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let store: Store;
  let jpki: JpkiProcess;
  before(async () => {
    database = await freshDatabase(server as string);
    store = await openStore({ url: database.url });
    jpki = jpkiProcess(database.url);
    await jpki.start();
  });
  after(async () => {
    await jpki?.close();
    await store?.close();
    await database?.drop();
  });

  const ask = async (caller: keyof JpkiProcess['secrets'], path: string, json: unknown): Promise<unknown> => {
    const secret = jpki.secrets[caller];
    const answer = await peer({ url: jpki.url, name: 'jpki', party: 'smp', secret }).request('POST', path, { json });
    assert(answer.status === 200 || answer.status === 201, Buffer.from(answer.body).toString());
    return answer.json();
  };
  const cardKey = generateSoftwareKey('P-384');
  const card = async () => {
    const publicKey = softwareSigner(await cardKey)
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64');
    return (await ask('card', '/certificates', { profile: 'sign', publicKey, holder })) as {
      certificate: string;
      serial: string;
      person: string;
    };
  };
  const phoneRequest = async (cardCertificate: string) => ({
    ...{ profile: 'phone-sign', request: randomUuid(random), phone: randomUuid(random), platform: 'ios' },
    csr: Buffer.from(await buildCsr({ signer: softwareSigner(await generateSoftwareKey('P-384')) })).toString('base64'),
    cardCertificate,
  });
  /** Asks until there is an answer, as the intake does. */
  const untilAnswered = async (caller: keyof JpkiProcess['secrets'], path: string, json: unknown) => {
    for (let attempt = 0; attempt < 400; attempt++) {
      try {
        return await ask(caller, path, json);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        await sleep(25);
      }
    }
    throw new Error('it never came');
  };

  it('answers every accepted request with one certificate, the same as before the kill', async () => {
    const cards = await Promise.all(Array.from({ length: PHONES }, card));
    const requests = await Promise.all(cards.map(({ certificate }) => phoneRequest(certificate)));
    const early = new Map<number, unknown>();
    let killing: Promise<void> | undefined;
    const answers = await Promise.all(
      requests.map(async (request, index) => {
        const first = await ask('smp', '/certificates', request).catch((error: unknown) => {
          if (!(error instanceof HttpError)) throw error;
        });
        if (first !== undefined) early.set(index, first);
        // In the middle of it all: some were answered, some have a number, some have nothing yet.
        if (early.size >= 3) killing ??= jpki.kill().then(() => jpki.start());
        await killing;
        return untilAnswered('smp', '/certificates', request);
      }),
    );
    assert(killing, 'the service was killed');
    for (const [index, first] of early) assert.deepEqual(answers[index], first);
    const serials = answers.map((answer) => (answer as { serial: string }).serial);
    assert.equal(new Set(serials).size, PHONES);
    const { rows } = await sql<{ requests: string; signed: string; events: string }>`
      select count(distinct request) as requests, count(fingerprint) as signed,
        (select count(*) from jpki.event e join jpki.certificate c using (ca, serial) where c.device = 'phone') as events
      from jpki.certificate where device = 'phone'`.execute(store.database());
    assert.deepEqual(
      rows.map(({ requests, signed, events }) => [requests, signed, events].map(Number)),
      [[PHONES, PHONES, PHONES]],
    );
    for (const answer of answers)
      parseCertificate(Buffer.from((answer as { certificate: string }).certificate, 'base64'));
  });

  it('ends a card and its phone together or not at all, and ends it once', async () => {
    const cards = await Promise.all(Array.from({ length: PHONES }, card));
    await Promise.all(
      cards.map(async ({ certificate }) => ask('smp', '/certificates', await phoneRequest(certificate))),
    );
    const losses = cards.map(({ person }) => ({
      request: randomUuid(random),
      event: 'card-lost',
      of: { person },
    }));
    let done = 0;
    let killing: Promise<void> | undefined;
    const halves = async () => {
      const { rows } = await sql<{ person: string }>`
        select person from jpki.certificate where fingerprint is not null
        group by person having count(*) = 2 and count(reason) = 1`.execute(store.database());
      return rows.length;
    };
    await Promise.all(
      losses.map(async (loss) => {
        await ask('operator', '/revocations', loss).catch((error: unknown) => {
          if (!(error instanceof HttpError)) throw error;
        });
        done++;
        if (done >= 3) {
          killing ??= (async () => {
            await jpki.kill();
            assert.equal(await halves(), 0);
            await jpki.start();
          })();
        }
        await killing;
        await untilAnswered('operator', '/revocations', loss);
      }),
    );
    assert.equal(await halves(), 0);
    const { rows } = await sql<{ ended: string; events: string }>`
      select count(*) as ended, (select count(*) from jpki.event where name = 'card-lost') as events
      from jpki.certificate where reason is not null`.execute(store.database());
    assert.deepEqual(
      rows.map(({ ended, events }) => [Number(ended), Number(events)]),
      [[2 * PHONES, 2 * PHONES]],
    );
  });
});
