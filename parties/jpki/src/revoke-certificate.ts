import type { Clock } from '@tegata/clock';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { JpkiError } from './error.ts';
import type { Tables } from './schema.ts';

/** Body of `POST /revocations`. */
export const revocationRequest = z.strictObject({
  ca: z.enum(['sign', 'auth']),
  /** Hex of the serial number. */
  serial: z.string().regex(/^([0-9A-Fa-f]{2}){1,20}$/),
  /** keyCompromise; affiliationChanged = a change of the four attributes; cessationOfOperation = death, emigration, wish. */
  reason: z.enum(['keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation']),
});

/**
 * Revokes a certificate for good. Asked again, the first time and reason stand.
 * @throws {JpkiError} `not-found` when no such certificate was issued
 */
export async function revokeCertificate(
  options: { readonly db: Kysely<Tables>; readonly clock: Clock },
  request: z.infer<typeof revocationRequest>,
): Promise<{ readonly revokedAt: Date; readonly reason: string }> {
  const { db } = options;
  const serial = request.serial.toUpperCase();
  await db
    .updateTable('jpki.certificate')
    .set({ revoked_at: options.clock.now(), reason: request.reason })
    .where('ca', '=', request.ca)
    .where('serial', '=', serial)
    .where('fingerprint', 'is not', null)
    .where('revoked_at', 'is', null)
    .execute();
  const row = await db
    .selectFrom('jpki.certificate')
    .select(['revoked_at', 'reason'])
    .where('ca', '=', request.ca)
    .where('serial', '=', serial)
    .executeTakeFirst();
  if (!row?.revoked_at || !row.reason) {
    throw new JpkiError('not-found', 'This CA has issued no certificate with this serial number.');
  }
  return { revokedAt: row.revoked_at, reason: row.reason };
}
