import type { Clock } from '@tegata/clock';
import type { Kysely } from 'kysely';
import { stateOf } from './certificate-state.ts';
import { type Changed, endCertificates, endEmptyPhones, lockCertificates } from './change-status.ts';
import { JpkiError } from './error.ts';
import { takeRequest } from './requests.ts';
import { concernsPhoneOnly, type EndReason, endsBy } from './revocation-triggers.ts';
import type { CertificateRow, Tables } from './schema.ts';
import { lockSubject } from './subject.ts';
import type { RevocationRequest } from './wire.ts';

/** What changes of status need. */
export interface Changing {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}

/** What a revocation did. */
export interface Revoked {
  /** Of the one certificate that was asked for: when and why it ended, be it now or long ago. */
  readonly one?: { readonly revokedAt: Date; readonly reason: string };
  /** What ended by this request, by the cascade too. */
  readonly certificates: readonly Changed[];
}

/**
 * Revokes for good, by what happened or one certificate for a reason, and with a card's certificate the phone's that hang on it; all of
 * it in one transaction. What was revoked before keeps its first time and reason.
 * @throws {JpkiError} `not-found`, `request-differs`
 */
export async function revokeCertificates(
  { db, clock }: Changing,
  request: RevocationRequest,
  caller: string,
): Promise<Revoked> {
  return db.transaction().execute(async (tx) => {
    const at = clock.now();
    if (request.request !== undefined) {
      const { isNew, answer } = await takeRequest(tx, request.request, request, at);
      if (!isNew) return revived(answer);
    }
    const name = 'event' in request ? request.event : 'revoked';
    const cause = { name, caller, request: request.request ?? null, at };
    const of = 'event' in request ? request.of : { ca: request.ca, serial: request.serial };
    const rows = await lockSubject(tx, of);
    const ending = 'event' in request ? byEvent(request, rows) : bySerial(request, rows);
    const certificates = await endCertificates(tx, cause, ending);
    await endEmptyPhones(tx, at);
    const revoked: Revoked = { certificates, ...('event' in request ? {} : { one: await now(request) }) };
    if (request.request !== undefined) {
      const answer = JSON.stringify(revoked);
      await tx.updateTable('jpki.request').set({ answer }).where('id', '=', request.request).execute();
    }
    return revoked;

    async function now(single: { ca: 'sign' | 'auth'; serial: string }) {
      const [row] = await lockCertificates(tx, { ca: single.ca, serial: single.serial.toUpperCase() });
      return { revokedAt: row?.revoked_at as Date, reason: row?.reason as string };
    }
  });
}

type Ending = Map<CertificateRow, EndReason>;

function byEvent(request: Extract<RevocationRequest, { event: string }>, rows: readonly CertificateRow[]): Ending {
  const ending: Ending = new Map();
  const phone = 'phone' in request.of ? request.of.phone : undefined;
  for (const row of rows) {
    if (request.only !== undefined && row.ca !== request.only) continue;
    // What happens to a phone happens to that phone; what happens to the person or the card, to all.
    if (phone !== undefined && concernsPhoneOnly(request.event) && row.phone !== phone) continue;
    const reason = endsBy(request.event, row.device, row.ca);
    if (reason) ending.set(row, reason);
  }
  return ending;
}

function bySerial(request: Extract<RevocationRequest, { reason: string }>, rows: readonly CertificateRow[]): Ending {
  const serial = request.serial.toUpperCase();
  const row = rows.find((candidate) => candidate.ca === request.ca && candidate.serial === serial);
  if (!row || stateOf(row) === 'reserved') {
    throw new JpkiError('not-found', 'This CA has issued no certificate with this serial number.');
  }
  return new Map([[row, request.reason]]);
}

/** An answer as it was given, out of the row that keeps it. */
function revived(answer: string | null): Revoked {
  if (answer === null) throw new JpkiError('request-differs', 'This id was used for a certificate. Take a new one.');
  return JSON.parse(answer, (key, value: unknown) =>
    (key === 'since' || key === 'revokedAt') && typeof value === 'string' ? new Date(value) : value,
  ) as Revoked;
}
