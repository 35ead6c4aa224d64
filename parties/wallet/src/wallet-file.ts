import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WalletError } from './error.ts';

/** The phone's own file. What it holds of a person is sealed; keys lie in it sealed by the secure element. */
export interface WalletFile {
  readonly db: DatabaseSync;
  /** All or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

const SCHEMAS: readonly string[] = [
  `
create table element_pin (
  one integer primary key check (one = 1),
  salt blob not null,
  hash blob not null,
  tries_left integer not null
);
create table element_key (
  id text primary key,
  purpose text not null check (purpose in ('device', 'response', 'instance', 'data')),
  sealed blob not null
);
create table application (
  attestation text primary key,
  response_key text not null,
  made_at text not null
);
create table application_key (
  attestation text not null references application on delete cascade,
  key text primary key
);
create table provisional (
  reference text primary key,
  shown text not null,
  changed_at text not null
);
create table mdoc (
  reference text primary key,
  delivery text not null unique,
  device_key text not null,
  doc_type text not null,
  valid_from text not null,
  valid_until text not null,
  stored_at text not null,
  sealed blob not null
);
create table receipt (
  delivery text primary key,
  digest text not null,
  sent integer not null default 0
);
`,
  // The e-certificates: two keys with their PINs, first requested, then with certificates in use.
  `
create table token (
  id text primary key,
  state text not null check (state in ('requested', 'active')),
  platform text not null check (platform in ('ios', 'android')),
  serial_number text not null,
  attestation text unique,
  reference text,
  made_at text not null,
  stored_at text,
  auth_key blob not null,
  sign_key blob not null,
  auth_pin blob not null,
  signature_password blob not null,
  auth_tries integer not null,
  signature_tries integer not null,
  certificates blob,
  reset_key blob,
  check ((state = 'active') = (certificates is not null))
);
create unique index token_one_active on token (state) where state = 'active';
`,
];

/**
 * Opens the wallet's file in a folder, or one in memory.
 * @throws {WalletError} `wallet-file-unreadable` when it is another program's or of a later version
 */
export function openWalletFile(folder: string | undefined): WalletFile {
  let path = ':memory:';
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    path = join(folder, 'wallet.sqlite');
  }
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  // A counter that is stored must be on the disk before the PIN is compared: FULL waits for it.
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on');
  const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number };
  if (version > SCHEMAS.length) {
    db.close();
    throw new WalletError('wallet-file-unreadable', 'The wallet file was written by a later version.', { version });
  }
  if (version < SCHEMAS.length) {
    db.exec(`begin; ${SCHEMAS.slice(version).join('')} pragma user_version = ${SCHEMAS.length}; commit`);
  }
  return {
    db,
    transaction(work) {
      db.exec('begin immediate');
      try {
        const result = work();
        db.exec('commit');
        return result;
      } catch (error) {
        db.exec('rollback');
        throw error;
      }
    },
    close: () => db.close(),
  };
}
