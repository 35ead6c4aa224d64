import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { StoreError } from './error.ts';

/** One step of a schema. Once landed it never changes; a later step changes what it made. */
export interface Migration {
  readonly name: string;
  /** Statements, separated by a line that holds only `--`. Tables are named with their schema. */
  readonly sql: string;
}

/**
 * Applies the steps that a schema has not seen, each in a transaction with its record.
 * @throws {StoreError} `migration-differs` when a step that was applied has another text now
 */
export async function migrate(db: Kysely<unknown>, schema: string, migrations: readonly Migration[]): Promise<void> {
  if (!/^[a-z_]{1,40}$/.test(schema)) throw new RangeError('A schema name has small letters and underscores.');
  const at = sql.id(schema, 'migration');
  await db.transaction().execute(async (tx) => {
    // Two processes that start at the same time take turns.
    await sql`select pg_advisory_xact_lock(hashtext(${`tegata/${schema}`}))`.execute(tx);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(tx);
    await sql`create table if not exists ${at} (name text primary key, digest text not null, at timestamptz not null default now())`.execute(
      tx,
    );
    const done = await sql<{ name: string; digest: string }>`select name, digest from ${at}`.execute(tx);
    const applied = new Map(done.rows.map((row) => [row.name, row.digest]));
    for (const step of migrations) {
      const digest = createHash('sha256').update(step.sql).digest('hex');
      const known = applied.get(step.name);
      if (known === digest) continue;
      if (known !== undefined) {
        throw new StoreError(
          'migration-differs',
          `Step ${step.name} of ${schema} was applied with another text. Use the release that wrote this database, or a new one.`,
          { schema, step: step.name },
        );
      }
      for (const statement of step.sql.split(/^--$/m))
        if (statement.trim() !== '') await sql.raw(statement).execute(tx);
      await sql`insert into ${at} (name, digest) values (${step.name}, ${digest})`.execute(tx);
    }
  });
}
