import { stateOf } from './certificate-state.ts';
import { type Changed, recordEvent } from './change-status.ts';
import { JpkiError } from './error.ts';
import { takeRequest } from './requests.ts';
import type { Changing } from './revoke-certificate.ts';
import { lockSubject } from './subject.ts';
import type { SuspensionRequest } from './wire.ts';

/**
 * Puts the certificates of a card, or of a phone, on hold (一時利用停止), or lifts the hold. A hold on a card does not reach the phone:
 * the phone is still in its holder's hand. What has ended for good stays so.
 * @returns the certificates that are on hold, or good again, by this request
 * @throws {JpkiError} `not-found`, `request-differs`; `certificate-ended` when nothing of the subject can be held or resumed
 */
export async function changeHold(
  { db, clock }: Changing,
  request: SuspensionRequest,
  to: 'held' | 'good',
  caller: string,
): Promise<readonly Changed[]> {
  return db.transaction().execute(async (tx) => {
    const at = clock.now();
    const { isNew, answer } = await takeRequest(tx, request.request, { ...request, to }, at);
    if (!isNew) return revived(answer);
    const phone = 'phone' in request.of ? request.of.phone : undefined;
    const rows = (await lockSubject(tx, request.of)).filter(
      (row) => row.device === request.device && (phone === undefined || row.phone === phone || row.device === 'card'),
    );
    const standing = rows.filter((row) => ['good', 'held'].includes(stateOf(row)));
    if (standing.length === 0) {
      throw new JpkiError(
        'certificate-ended',
        'There is no certificate that could be held or resumed: those there were have ended for good. Apply for new ones.',
      );
    }
    const cause = { name: to === 'held' ? 'suspended' : 'resumed', caller, request: request.request, at };
    const changed: Changed[] = [];
    for (const row of standing) {
      if (stateOf(row) === to) continue;
      const [since, reason] = to === 'held' ? [at, 'certificateHold'] : [null, null];
      await tx
        .updateTable('jpki.certificate')
        .set({ revoked_at: since, reason })
        .where('ca', '=', row.ca)
        .where('serial', '=', row.serial)
        .execute();
      await recordEvent(tx, cause, row, { ...row, reason });
      changed.push({ ca: row.ca, serial: row.serial, state: to, since, reason });
    }
    const kept = JSON.stringify(changed);
    await tx.updateTable('jpki.request').set({ answer: kept }).where('id', '=', request.request).execute();
    return changed;
  });
}

function revived(answer: string | null): readonly Changed[] {
  if (answer === null) throw new JpkiError('request-differs', 'This id was used for a certificate. Take a new one.');
  return JSON.parse(answer, (key, value: unknown) =>
    key === 'since' && typeof value === 'string' ? new Date(value) : value,
  ) as Changed[];
}
