import { randomUuid, systemRandom } from '@tegata/random';
import pg from 'pg';
import { StoreError } from './error.ts';

/**
 * Makes a database of its own on the server that `url` names, for one run that leaves nothing behind.
 * @returns its URL, and what drops it
 * @throws {StoreError} `database-not-made`
 */
export async function temporaryDatabase(url: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `tegata_${randomUuid(systemRandom).replaceAll('-', '')}`;
  const statement = async (sql: string) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  try {
    await statement(`create database ${name}`);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new StoreError(
      'database-not-made',
      `A database for this run could not be made (${reason}). Check that the server runs and that its user may create databases.`,
      { reason },
    );
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => statement(`drop database if exists ${name} with (force)`) };
}
