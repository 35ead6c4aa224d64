import { createHash } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import { JoseError, parseJweHeader } from '@tegata/jose';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { WalletProviderError } from './error.ts';
import type { Tables } from './schema.ts';

const MAX_AT_ONCE = 8;

/** `PUT /deliveries/:id`. */
export const deliveryRequest = z.strictObject({
  recipient: z.string().regex(/^[\w-]{16,64}$/),
  jwe: z.string().max(360_000),
});

/** `POST /deliveries/:id/receipt`. */
export const receiptRequest = z.strictObject({ digest: z.string().regex(/^[\w-]{43}$/) });

/** The id of a delivery, as the SMP gives it. */
export const deliveryId = z.string().regex(/^[\w-]{16,64}$/);

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64url');

/**
 * Takes a delivery for the phone that holds the attestation `recipient`. The same delivery again is the same delivery.
 * @returns the phone, and whether the delivery is new
 * @throws {WalletProviderError} `instance-unknown`, `delivery-conflict`, `bad-request` when it is not an encrypted one
 */
export async function putDelivery(
  db: Kysely<Tables>,
  id: string,
  request: z.infer<typeof deliveryRequest>,
  clock: Clock,
): Promise<{ created: boolean; instance: string }> {
  try {
    // The relay cannot read a delivery; it can see that nobody sends it one in clear.
    parseJweHeader(request.jwe);
  } catch (error) {
    if (error instanceof JoseError) throw new WalletProviderError('bad-request', 'A delivery is a compact JWE.');
    throw error;
  }
  const attestation = await db
    .selectFrom('wallet_provider.attestation')
    .select('instance')
    .where('id', '=', request.recipient)
    .executeTakeFirst();
  if (!attestation) throw new WalletProviderError('instance-unknown', 'No phone holds this attestation.');
  const { instance } = attestation;
  const jweDigest = digestOf(request.jwe);
  const inserted = await db
    .insertInto('wallet_provider.delivery')
    .values({
      id,
      instance,
      jwe_digest: jweDigest,
      jwe: request.jwe,
      offered_at: clock.now(),
      fetched_at: null,
      stored_at: null,
      receipt_digest: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted) return { created: true, instance };
  const known = await db
    .selectFrom('wallet_provider.delivery')
    .select(['instance', 'jwe_digest'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (known.instance !== instance || known.jwe_digest !== jweDigest) {
    throw new WalletProviderError('delivery-conflict', 'Another delivery has this id.', { delivery: id });
  }
  return { created: false, instance };
}

/** What waits for a phone. The first time that a delivery is handed over is noted for the SMP in the same transaction. */
export async function fetchDeliveries(
  db: Kysely<Tables>,
  instance: string,
  clock: Clock,
): Promise<{ deliveries: { id: string; jwe: string }[]; noted: boolean }> {
  return db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('wallet_provider.delivery')
      .select(['id', 'jwe', 'jwe_digest', 'fetched_at'])
      .where('instance', '=', instance)
      .where('stored_at', 'is', null)
      .orderBy('offered_at')
      .limit(MAX_AT_ONCE)
      .execute();
    const fresh = rows.filter((row) => row.fetched_at === null);
    for (const { id, jwe_digest } of fresh) {
      const at = clock.now();
      await tx.updateTable('wallet_provider.delivery').set({ fetched_at: at }).where('id', '=', id).execute();
      await tx
        .insertInto('wallet_provider.notice')
        .values({ delivery: id, event: 'fetched', digest: jwe_digest, at, told_at: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    return {
      deliveries: rows.flatMap(({ id, jwe }) => (jwe === null ? [] : [{ id, jwe }])),
      noted: fresh.length > 0,
    };
  });
}

/**
 * Takes the phone's receipt: the ciphertext goes, the notice to the SMP comes, in one transaction. Again is the same.
 * @throws {WalletProviderError} `delivery-unknown` also for another phone's delivery, `delivery-conflict` for another digest
 */
export async function receiveReceipt(
  db: Kysely<Tables>,
  options: { id: string; instance: string; digest: string; clock: Clock },
): Promise<void> {
  const { id, instance, digest } = options;
  await db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('wallet_provider.delivery')
      .select(['stored_at', 'receipt_digest'])
      .where('id', '=', id)
      .where('instance', '=', instance)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new WalletProviderError('delivery-unknown', 'This phone has no such delivery.');
    if (row.stored_at !== null) {
      if (row.receipt_digest === digest) return;
      throw new WalletProviderError('delivery-conflict', 'The receipt of this delivery names other bytes.');
    }
    const at = options.clock.now();
    await tx
      .updateTable('wallet_provider.delivery')
      .set({ jwe: null, stored_at: at, receipt_digest: digest })
      .where('id', '=', id)
      .execute();
    await tx
      .insertInto('wallet_provider.notice')
      .values({ delivery: id, event: 'stored', digest, at, told_at: null })
      .execute();
  });
}
