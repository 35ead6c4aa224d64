/**
 * The store: PostgreSQL by URL, or PGlite inside the process. One dialect, one schema per party.
 * @module
 */
export { StoreError, type StoreErrorCode } from './error.ts';
export { inTransaction } from './in-transaction.ts';
export type { Migration } from './migrate.ts';
export { openStore, type Store, type StoreOptions } from './store.ts';
export { temporaryDatabase } from './temporary-database.ts';
