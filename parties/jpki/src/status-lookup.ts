import type { OcspStatus, RevocationReason } from '@tegata/x509-build';
import { type Kysely, sql } from 'kysely';
import type { OcspIssuer } from './ocsp-issuers.ts';
import type { Tables } from './schema.ts';

/** Looks a status up in the rows. */
export type StatusLookup = (issuer: OcspIssuer, serial: string) => Promise<OcspStatus>;

/** Thrown when more questions wait for the database than are kept: the responder then says tryLater. */
export class TooManyQuestions extends Error {
  override readonly name = 'TooManyQuestions';
}

const MAX_WAITING = 10_000;
const MAX_ASKED = 500;
const MAX_QUERIES = 2;

interface Question {
  readonly issuer: OcspIssuer;
  readonly serial: string;
  readonly settle: (status: OcspStatus) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Looks statuses up in the rows as they are now: questions that arrive together are asked together, so that the database sees one query
 * where many ask. What was never signed, or by another generation, is `unknown`.
 */
export function statusLookup(db: Kysely<Tables>): StatusLookup {
  let waiting: Question[] = [];
  let running = 0;
  let planned = false;

  const plan = () => {
    if (planned || running >= MAX_QUERIES || waiting.length === 0) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      const asked = waiting.slice(0, MAX_ASKED);
      waiting = waiting.slice(MAX_ASKED);
      running++;
      answer(db, asked)
        .catch((error: unknown) => {
          for (const { fail } of asked) fail(error);
        })
        .finally(() => {
          running--;
          plan();
        });
      plan();
    });
  };

  return (issuer, serial) =>
    new Promise((settle, fail) => {
      if (waiting.length >= MAX_WAITING) return fail(new TooManyQuestions('The database is behind.'));
      waiting.push({ issuer, serial, settle, fail });
      plan();
    });
}

interface StatusRow {
  readonly ca: string;
  readonly serial: string;
  readonly issuer: string | null;
  readonly revoked_at: Date | null;
  readonly reason: string | null;
}

async function answer(db: Kysely<Tables>, asked: readonly Question[]): Promise<void> {
  const cas = asked.map(({ issuer }) => issuer.ca);
  const serials = asked.map(({ serial }) => serial);
  const { rows } = await sql<StatusRow>`
    select ca, serial, issuer, revoked_at, reason from jpki.certificate
    join unnest(${cas}::text[], ${serials}::text[]) as asked (of_ca, of_serial) on ca = of_ca and serial = of_serial
    where fingerprint is not null`.execute(db);
  const found = new Map(rows.map((row) => [`${row.ca} ${row.serial}`, row]));
  for (const { issuer, serial, settle } of asked) {
    const row = found.get(`${issuer.ca} ${serial}`);
    settle(row && row.issuer === issuer.generation.keyId ? statusOf(row) : { status: 'unknown' });
  }
}

function statusOf({ revoked_at: revokedAt, reason }: StatusRow): OcspStatus {
  return revokedAt ? { status: 'revoked', revokedAt, reason: reason as RevocationReason } : { status: 'good' };
}
