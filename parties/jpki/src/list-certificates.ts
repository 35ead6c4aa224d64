import type { Clock } from '@tegata/clock';
import type { Kysely } from 'kysely';
import { stateOf } from './certificate-state.ts';
import { JpkiError } from './error.ts';
import type { CertificateRow, Device, Platform, Tables } from './schema.ts';
import type { Subject } from './wire.ts';

/** A certificate as the rows know it. */
export interface ListedCertificate {
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly device: Device;
  readonly state: 'reserved' | 'good' | 'held' | 'revoked' | 'expired';
  readonly issuedAt: Date;
  readonly notAfter?: Date;
  readonly revokedAt?: Date;
  readonly reason?: string;
  readonly phone?: string;
  readonly platform?: Platform;
  /** The card's certificate with which it ends. */
  readonly boundTo?: { readonly ca: 'sign' | 'auth'; readonly serial: string };
  /** Hex of the key identifier of the CA's generation. */
  readonly issuer?: string;
}

/** Everything that a person holds or held, oldest first. */
export interface PersonsCertificates {
  /** Absent for a certificate from before there were persons. */
  readonly person?: string;
  readonly certificates: readonly ListedCertificate[];
}

/**
 * Lists the certificates of a person, who is named by their id, by a phone or by one of the certificates.
 * @throws {JpkiError} `not-found`
 */
export async function listCertificates(
  { db, clock }: { readonly db: Kysely<Tables>; readonly clock: Clock },
  of: Subject,
): Promise<PersonsCertificates> {
  const person = await personOf(db, of);
  const query = db
    .selectFrom('jpki.certificate')
    .leftJoin('jpki.phone', 'jpki.phone.id', 'jpki.certificate.phone')
    .selectAll('jpki.certificate')
    .select('jpki.phone.platform');
  const found =
    person === undefined && 'ca' in of
      ? query.where('ca', '=', of.ca).where('serial', '=', of.serial.toUpperCase())
      : query.where('jpki.certificate.person', '=', person as string);
  const rows = await found.orderBy('reserved_at').orderBy('ca').orderBy('serial').execute();
  const now = clock.now();
  return { ...(person === undefined ? {} : { person }), certificates: rows.map((row) => listed(row, now)) };
}

/** Lists the certificates that were issued last, of everybody, newest first; each says whose it is. */
export async function listLatest(
  { db, clock }: { readonly db: Kysely<Tables>; readonly clock: Clock },
  limit: number,
): Promise<{ readonly certificates: readonly (ListedCertificate & { readonly person?: string })[] }> {
  const rows = await db
    .selectFrom('jpki.certificate')
    .leftJoin('jpki.phone', 'jpki.phone.id', 'jpki.certificate.phone')
    .selectAll('jpki.certificate')
    .select('jpki.phone.platform')
    .orderBy('reserved_at', 'desc')
    .orderBy('ca')
    .orderBy('serial')
    .limit(limit)
    .execute();
  const now = clock.now();
  return {
    certificates: rows.map((row) => ({ ...listed(row, now), ...(row.person ? { person: row.person } : {}) })),
  };
}

async function personOf(db: Kysely<Tables>, of: Subject): Promise<string | undefined> {
  const row =
    'person' in of
      ? await db.selectFrom('jpki.person').select('id as person').where('id', '=', of.person).executeTakeFirst()
      : 'phone' in of
        ? await db.selectFrom('jpki.phone').select('person').where('id', '=', of.phone).executeTakeFirst()
        : await db
            .selectFrom('jpki.certificate')
            .select('person')
            .where('ca', '=', of.ca)
            .where('serial', '=', of.serial.toUpperCase())
            .executeTakeFirst();
  if (!row) throw new JpkiError('not-found', 'There is no such person, phone or certificate here.');
  return row.person ?? undefined;
}

function listed(row: CertificateRow & { platform: Platform | null }, now: Date): ListedCertificate {
  const state = stateOf(row);
  const over = row.not_after !== null && row.not_after < now;
  return {
    ca: row.ca,
    serial: row.serial,
    device: row.device,
    state: over && state !== 'revoked' ? 'expired' : state,
    issuedAt: row.reserved_at,
    ...(row.not_after ? { notAfter: row.not_after } : {}),
    ...(row.revoked_at ? { revokedAt: row.revoked_at, reason: row.reason as string } : {}),
    ...(row.phone ? { phone: row.phone } : {}),
    ...(row.platform ? { platform: row.platform } : {}),
    ...(row.bound_ca && row.bound_serial ? { boundTo: { ca: row.bound_ca, serial: row.bound_serial } } : {}),
    ...(row.issuer ? { issuer: row.issuer } : {}),
  };
}
