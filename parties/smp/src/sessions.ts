import { toBase64url } from '@tegata/jose';
import type { Selectable } from 'kysely';
import { SmpError } from './error.ts';
import type { Platform, Tables } from './schema.ts';
import type { Smp } from './smp.ts';

/** A row of `smp.session`. */
export type SessionRow = Selectable<Tables['smp.session']>;

/** How long a person has from the start to the signature, minutes. */
export const SESSION_MINUTES = 10;

/** What the app is told of its new session. */
export interface OpenedSession {
  readonly session: string;
  /** 32 bytes in base64url. */
  readonly challenge: string;
  /** ISO 8601. */
  readonly expires: string;
}

/** Opens a session for the key behind `thumbprint`: one challenge, one application, ten minutes. */
export async function openSession(smp: Smp, thumbprint: string, platform: Platform): Promise<OpenedSession> {
  const at = smp.clock.now();
  const id = toBase64url(smp.random.bytes(24));
  const challenge = smp.random.bytes(32);
  const expires = new Date(at.getTime() + SESSION_MINUTES * 60_000);
  await smp.db
    .insertInto('smp.session')
    .values({
      id,
      thumbprint,
      platform,
      challenge,
      opened_at: at,
      expires_at: expires,
      application: null,
      digest: null,
    })
    .execute();
  return { session: id, challenge: toBase64url(challenge), expires: expires.toISOString() };
}

/**
 * The session of that name, if it is this key's own: another's session is not told from one that does not exist.
 * @throws {SmpError} `session-unknown`
 */
export async function sessionOf(smp: Smp, id: string | undefined, thumbprint: string): Promise<SessionRow> {
  const row =
    id === undefined || id.length > 64
      ? undefined
      : await smp.db
          .selectFrom('smp.session')
          .selectAll()
          .where('id', '=', id)
          .where('thumbprint', '=', thumbprint)
          .executeTakeFirst();
  if (!row) throw new SmpError('session-unknown', 'There is no such session for this key. Open a new one.');
  return row;
}

/** Forgets sessions that expired a day ago without an application. Those that were used stay: they are why a replay is refused. */
export async function sweepSessions(smp: Smp): Promise<void> {
  const limit = new Date(smp.clock.now().getTime() - 86_400_000);
  await smp.db.deleteFrom('smp.session').where('application', 'is', null).where('expires_at', '<', limit).execute();
}
