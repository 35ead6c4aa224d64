import { Buffer } from 'node:buffer';
import type { Store } from '@tegata/store';
import { sql } from 'kysely';
import { type Canary, type Sighting, sightings } from './canary.ts';

/** What was looked at, so that a search of nothing does not pass for a clean one. */
export interface StoreSearch {
  readonly tables: readonly string[];
  readonly rows: number;
  readonly sightings: readonly Sighting[];
}

/** Looks for values in every column of every row of every table, of every schema but PostgreSQL's own; the job queue's too. */
export async function searchStore(store: Store, canaries: readonly Canary[]): Promise<StoreSearch> {
  const db = store.database<unknown>();
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2
  `.execute(db);
  const found: Sighting[] = [];
  let rows = 0;
  for (const { schema, name } of tables) {
    const { rows: content } = await sql<Record<string, unknown>>`select * from ${sql.id(schema, name)}`.execute(db);
    rows += content.length;
    for (const row of content) {
      for (const [column, value] of Object.entries(row)) {
        const bytes = bytesOf(value);
        if (bytes !== undefined) found.push(...sightings(`${schema}.${name}.${column}`, bytes, canaries));
      }
    }
  }
  return { tables: tables.map(({ schema, name }) => `${schema}.${name}`), rows, sightings: found };
}

function bytesOf(value: unknown): Uint8Array | string | undefined {
  if (value === null || value === undefined || value instanceof Date) return undefined;
  if (value instanceof Uint8Array) return Buffer.from(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The file to which a PostgreSQL server writes ahead now. */
export async function writeAheadLogFile(store: Store): Promise<string> {
  const { rows } = await sql<{ file: string }>`select pg_walfile_name(pg_current_wal_lsn()) as file`.execute(
    store.database<unknown>(),
  );
  return rows[0]?.file as string;
}

/** Looks for values in what a server has written ahead since: rows that were changed or destroyed are still there. */
export async function searchWriteAheadLog(
  store: Store,
  since: string,
  canaries: readonly Canary[],
): Promise<readonly Sighting[]> {
  const db = store.database<unknown>();
  const { rows: files } = await sql<{ name: string }>`
    select name from pg_ls_waldir() where name >= ${since} and name <= pg_walfile_name(pg_current_wal_lsn())
  `.execute(db);
  if (files.length === 0) throw new RangeError('no file was found to look into');
  const found: Sighting[] = [];
  for (const { name } of files) {
    const { rows } = await sql<{ bytes: Buffer }>`select pg_read_binary_file(${`pg_wal/${name}`}) as bytes`.execute(db);
    for (const { bytes } of rows) found.push(...sightings(`pg_wal/${name}`, bytes, canaries));
  }
  return found;
}
