import type { Clock } from '@tegata/clock';
import type { Log } from '@tegata/log';
import { buildCrl, type CrlEntry, jpkiDistributionPoint, type RevocationReason } from '@tegata/x509-build';
import { type Kysely, sql } from 'kysely';
import type { JpkiAuthority } from './authority.ts';
import type { Generation } from './generation.ts';
import type { Tables } from './schema.ts';

/** What publishing needs. */
export interface Publishing {
  readonly db: Kysely<Tables>;
  readonly authority: JpkiAuthority;
  readonly clock: Clock;
  readonly log: Log;
}

/** A CRL that is to be: of a generation, for a municipality or for all. */
export interface CrlScope {
  readonly ca: 'sign' | 'auth';
  readonly generation: Generation;
  /** 0: all. */
  readonly partition: number;
  readonly place?: { readonly prefecture: string; readonly municipality: string };
}

/** A CRL that was published. */
export interface PublishedCrl {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  readonly der: Uint8Array;
}

const HOUR = 60 * 60 * 1000;
/** A new CRL comes twice a day and may be used for one: a publication may fail once and nobody is without. */
const EVERY = 12 * HOUR;
const VALID = 24 * HOUR;
/** RFC 5280 §3.3: an entry stays until a CRL of the schedule after the certificate's end has shown it. */
const AFTER_END = 2 * 24 * HOUR;
const PORTION = 10_000;

/** The generations whose certificates have not all ended long ago. */
function live({ authority, clock }: Publishing): { ca: 'sign' | 'auth'; generation: Generation }[] {
  const now = clock.now();
  return (['sign', 'auth'] as const).flatMap((ca) =>
    authority[ca].generations
      .filter(({ certificate }) => certificate.notBefore <= now && now <= certificate.notAfter)
      .map((generation) => ({ ca, generation })),
  );
}

/** Every CRL that there should be, or those of a place: one for all of a generation, and one for each municipality that it issued for. */
export async function crlScopes(options: Publishing, place?: CrlScope['place']): Promise<CrlScope[]> {
  let used = options.db
    .selectFrom('jpki.partition_use')
    .innerJoin('jpki.partition', 'id', 'partition')
    .select(['issuer', 'partition', 'prefecture', 'municipality'])
    .orderBy('partition');
  if (place) {
    used = used.where('prefecture', '=', place.prefecture).where('municipality', '=', place.municipality);
  }
  const rows = await used.execute();
  return live(options).flatMap(({ ca, generation }) => [
    { ca, generation, partition: 0 },
    ...rows
      .filter(({ issuer }) => issuer === generation.keyId)
      .map(({ partition, prefecture, municipality }) => ({
        ca,
        generation,
        partition,
        place: { prefecture, municipality },
      })),
  ]);
}

/** Publishes every CRL whose time has come. @returns how many */
export async function publishDueCrls(options: Publishing): Promise<number> {
  const kept = await options.db.selectFrom('jpki.crl').select(['issuer', 'partition', 'this_update']).execute();
  const last = new Map(kept.map((row) => [`${row.issuer} ${row.partition}`, row.this_update]));
  let published = 0;
  for (const scope of await crlScopes(options)) {
    if (!isDue(last.get(`${scope.generation.keyId} ${scope.partition}`), options.clock.now())) continue;
    await publishCrl(options, scope);
    published++;
  }
  return published;
}

/** Whether half of a CRL's time is over, or the clock was set back before it. */
export function isDue(thisUpdate: Date | undefined, now: Date): boolean {
  if (!thisUpdate) return true;
  const age = now.getTime() - thisUpdate.getTime();
  return age < 0 || age >= EVERY;
}

/**
 * Makes the CRL of a scope from the rows as they are, signs it, and puts it in the place of the one before. Its number is larger than that
 * one's and not smaller than the second of its making, so that it grows after a backup was restored too.
 * @param when `due`: the one before stays where another process was faster
 */
export async function publishCrl(
  options: Publishing,
  scope: CrlScope,
  when: 'due' | 'now' = 'due',
): Promise<PublishedCrl> {
  const { db, clock, log } = options;
  const { ca, generation, partition } = scope;
  return db.transaction().execute(async (tx) => {
    // One after the other, also in several processes.
    await sql`select pg_advisory_xact_lock(hashtext(${`jpki.crl/${generation.keyId}/${partition}`}))`.execute(tx);
    const before = await tx
      .selectFrom('jpki.crl')
      .select(['number', 'this_update'])
      .where('issuer', '=', generation.keyId)
      .where('partition', '=', partition)
      .executeTakeFirst();
    if (before && when === 'due' && !isDue(before.this_update, clock.now())) return kept(tx, scope);
    const thisUpdate = new Date(Math.floor(clock.now().getTime() / 1000) * 1000);
    const nextUpdate = new Date(thisUpdate.getTime() + VALID);
    const second = BigInt(thisUpdate.getTime() / 1000);
    const next = before ? BigInt(before.number) + 1n : 0n;
    const number = next > second ? next : second;
    let entries = 0;
    const der = await buildCrl({
      issuer: generation,
      number,
      thisUpdate,
      nextUpdate,
      revoked: portions(async (after) => {
        const portion = await revokedAfter(tx, scope, thisUpdate, after);
        entries += portion.length;
        return portion;
      }),
      ...(scope.place ? { partition: { name: { directoryName: jpkiDistributionPoint(ca, scope.place) } } } : {}),
    });
    const row = { number: String(number), this_update: thisUpdate, next_update: nextUpdate, entries, der };
    await tx
      .insertInto('jpki.crl')
      .values({ issuer: generation.keyId, partition, ...row })
      .onConflict((conflict) => conflict.columns(['issuer', 'partition']).doUpdateSet(row))
      .execute();
    log.info('crl-published', { ca, generation: generation.number, partition, number: String(number), entries });
    return { number, thisUpdate, nextUpdate, entries, der };
  });
}

async function kept(tx: Kysely<Tables>, { generation, partition }: CrlScope): Promise<PublishedCrl> {
  const row = await tx
    .selectFrom('jpki.crl')
    .selectAll()
    .where('issuer', '=', generation.keyId)
    .where('partition', '=', partition)
    .executeTakeFirstOrThrow();
  const { number, this_update: thisUpdate, next_update: nextUpdate, entries, der } = row;
  return { number: BigInt(number), thisUpdate, nextUpdate, entries, der: new Uint8Array(der) };
}

type Portion = readonly (CrlEntry & { readonly hex: string })[];

/** Asks for portion after portion until one is not full. */
async function* portions(ask: (after: string) => Promise<Portion>): AsyncGenerator<Portion> {
  for (let after = ''; ; ) {
    const portion = await ask(after);
    yield portion;
    const last = portion.at(-1);
    if (portion.length < PORTION || !last) return;
    after = last.hex;
  }
}

async function revokedAfter(
  db: Kysely<Tables>,
  { ca, generation, partition }: CrlScope,
  at: Date,
  after: string,
): Promise<Portion> {
  let query = db
    .selectFrom('jpki.certificate')
    .select(['serial', 'revoked_at', 'reason'])
    .where('ca', '=', ca)
    .where('issuer', '=', generation.keyId)
    .where('revoked_at', 'is not', null)
    .where('not_after', '>=', new Date(at.getTime() - AFTER_END))
    .where('serial', '>', after)
    .orderBy('serial')
    .limit(PORTION);
  // A row without a municipality stands in every CRL: better one entry too many than one missing.
  if (partition !== 0) {
    query = query.where((where) => where.or([where('partition', '=', partition), where('partition', 'is', null)]));
  }
  const rows = await query.execute();
  return rows.map(({ serial, revoked_at: revokedAt, reason }) => ({
    hex: serial,
    serial: Buffer.from(serial, 'hex'),
    revokedAt: revokedAt as Date,
    reason: reason as RevocationReason,
  }));
}
