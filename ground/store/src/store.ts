import type { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { fromPglite, PgBoss } from 'pg-boss';
import { StoreError } from './error.ts';
import { lockFolder } from './folder-lock.ts';
import { type Migration, migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';

/** The one store of the house, in PostgreSQL's dialect. */
export interface Store {
  readonly kind: 'pglite-memory' | 'pglite' | 'postgres';
  /** Kysely over it. Name tables with their schema: `smp.application`. */
  database<Tables>(): Kysely<Tables>;
  /** Brings a party's schema up to date. @throws {StoreError} `migration-differs` */
  migrate(schema: string, migrations: readonly Migration[]): Promise<void>;
  /** A started job queue in a schema of its own. Jobs hold ids only. */
  jobs(schema: string, onError: (error: Error) => void): Promise<PgBoss>;
  close(): Promise<void>;
}

/** Where the rows lie: nowhere (memory), in a folder, or in a PostgreSQL server. */
export interface StoreOptions {
  /** `postgres://…` */
  readonly url?: string;
  /** A folder for PGlite; without it and without `url` everything is in memory. */
  readonly folder?: string;
  /** Connections to a PostgreSQL server; 10 by default. */
  readonly connections?: number;
  /** Tells of a connection that broke while idle; the pool itself goes on. */
  readonly onError?: (error: Error) => void;
}

/**
 * Opens the store.
 * @throws {StoreError} `store-unreachable` when the server does not answer, `store-in-use` when another process has the folder
 * @example
 * const store = await openStore({});
 * await store.migrate('smp', migrations);
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  return options.url === undefined ? openEmbedded(options) : openServer(options.url, options);
}

async function openEmbedded(options: StoreOptions): Promise<Store> {
  const release = options.folder === undefined ? () => {} : lockFolder(options.folder);
  let pglite: PGlite;
  try {
    pglite = await openPglite(options.folder);
  } catch (error) {
    release();
    throw error;
  }
  return assemble({
    kind: options.folder === undefined ? 'pglite-memory' : 'pglite',
    dialect: new PGliteDialect({ pglite }),
    boss: (schema) => new PgBoss({ db: fromPglite(pglite), backend: 'pglite', schema, useListenNotify: true }),
    async end() {
      if (!pglite.closed) await pglite.close();
      release();
    },
  });
}

async function openServer(url: string, options: StoreOptions): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
  });
  // Without a listener a server that shuts down would take this process with it.
  pool.on('error', (error) => options.onError?.(error));
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new StoreError(
      'store-unreachable',
      `The database does not answer (${reason}). Check --db and that the server runs.`,
      { reason },
    );
  }
  return assemble({
    kind: 'postgres',
    dialect: new PostgresDialect({ pool }),
    boss: (schema) => new PgBoss({ connectionString: url, schema, useListenNotify: true, max: 4 }),
    end: async () => {
      if (!pool.ended) await pool.end();
    },
  });
}

interface Parts {
  kind: Store['kind'];
  dialect: Dialect;
  boss: (schema: string) => PgBoss;
  end: () => Promise<void>;
}

function assemble(parts: Parts): Store {
  const kysely = new Kysely<unknown>({ dialect: parts.dialect });
  const bosses: PgBoss[] = [];
  return {
    kind: parts.kind,
    database: <Tables>() => kysely as unknown as Kysely<Tables>,
    migrate: (schema, migrations) => migrate(kysely, schema, migrations),
    async jobs(schema, onError) {
      const boss = parts.boss(schema);
      boss.on('error', onError);
      await boss.start();
      bosses.push(boss);
      return boss;
    },
    async close() {
      // Jobs first: pg-boss asks the database once more while it stops.
      for (const boss of bosses) await boss.stop({ graceful: true, timeout: 2_000, close: true });
      await sql`select 1`.execute(kysely).catch(() => {});
      if (parts.kind === 'postgres') await kysely.destroy();
      await parts.end();
    },
  };
}
