import { sql } from 'kysely';
import { stateOf } from './certificate-state.ts';
import type { Tx } from './requests.ts';
import { cascadeReason, type EndReason } from './revocation-triggers.ts';
import type { CertificateRow } from './schema.ts';

/** Who does what under which id, and when: what an event says besides the certificate. */
export interface Cause {
  readonly name: string;
  readonly caller: string;
  readonly request: string | null;
  readonly at: Date;
}

/** A certificate whose status changed. */
export interface Changed {
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly state: 'good' | 'held' | 'revoked';
  readonly since: Date | null;
  readonly reason: string | null;
}

/** Appends what happened to a certificate. */
export async function recordEvent(
  tx: Tx,
  cause: Cause,
  before: Pick<CertificateRow, 'ca' | 'serial' | 'fingerprint' | 'reason'>,
  after: Pick<CertificateRow, 'fingerprint' | 'reason'>,
): Promise<void> {
  const { ca, serial } = before;
  await tx
    .insertInto('jpki.event')
    .values({ ...cause, ca, serial, from_state: stateOf(before), to_state: stateOf(after), reason: after.reason })
    .execute();
}

/** The certificates of a selection, locked, always in the same order. */
export function lockCertificates(tx: Tx, where: { person: string } | { ca: 'sign' | 'auth'; serial: string }) {
  const rows = tx.selectFrom('jpki.certificate').selectAll().orderBy('ca').orderBy('serial').forUpdate();
  return 'person' in where
    ? rows.where('person', '=', where.person).execute()
    : rows.where('ca', '=', where.ca).where('serial', '=', where.serial).execute();
}

/**
 * Ends certificates for good, and with each certificate of a card the phone's that hang on it. What has ended already stays as it is;
 * what was on hold ends as of the day on which it was put there (X.509).
 * @param rows certificates whose rows the transaction has locked, with the reasons
 */
export async function endCertificates(
  tx: Tx,
  cause: Cause,
  rows: ReadonlyMap<CertificateRow, EndReason>,
): Promise<Changed[]> {
  const all = new Map(rows);
  const named = new Set([...rows.keys()].map(({ ca, serial }) => `${ca} ${serial}`));
  for (const [row, reason] of rows) {
    if (row.device !== 'card') continue;
    const bound = await tx
      .selectFrom('jpki.certificate')
      .selectAll()
      .where('bound_ca', '=', row.ca)
      .where('bound_serial', '=', row.serial)
      .orderBy('ca')
      .orderBy('serial')
      .forUpdate()
      .execute();
    for (const one of bound) {
      const cascaded = cascadeReason(reason, one.ca);
      if (cascaded && !named.has(`${one.ca} ${one.serial}`)) all.set(one, cascaded);
    }
  }
  const changed: Changed[] = [];
  for (const [row, reason] of all) {
    const state = stateOf(row);
    if (state !== 'good' && state !== 'held') continue;
    const since = row.revoked_at ?? cause.at;
    await tx
      .updateTable('jpki.certificate')
      .set({ revoked_at: since, reason })
      .where('ca', '=', row.ca)
      .where('serial', '=', row.serial)
      .execute();
    await recordEvent(tx, cause, row, { ...row, reason });
    changed.push({ ca: row.ca, serial: row.serial, state: 'revoked', since, reason });
  }
  return changed;
}

/** A phone whose last certificate has ended gives up its place. */
export async function endEmptyPhones(tx: Tx, at: Date): Promise<void> {
  await tx
    .updateTable('jpki.phone')
    .set({ ended_at: at })
    .where('started_at', 'is not', null)
    .where('ended_at', 'is', null)
    .where(
      sql<boolean>`not exists (select from jpki.certificate where certificate.phone = phone.id
        and certificate.fingerprint is not null
        and (certificate.reason is null or certificate.reason = 'certificateHold'))`,
    )
    .execute();
}
