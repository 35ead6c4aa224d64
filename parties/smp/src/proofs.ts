import type { Clock } from '@tegata/clock';
import { DPOP_WINDOW_SECONDS, JoseError, verifyDpop } from '@tegata/jose';
import type { Context } from 'hono';
import type { Kysely } from 'kysely';
import { SmpError } from './error.ts';
import type { Tables } from './schema.ts';

/**
 * Checks the DPoP proof of a call over method, URL and body, and uses it up. Used proofs are rows, so that a proof cannot be
 * used again at another process of this party; they are swept when they can no longer be used.
 * @returns the thumbprint of the app's key
 * @throws {SmpError} `dpop-invalid`
 */
export async function proveSender(
  options: { db: Kysely<Tables>; clock: Clock },
  c: Context,
  body: Uint8Array,
): Promise<string> {
  const proof = c.req.header('dpop');
  if (proof === undefined) throw new SmpError('dpop-invalid', 'This call carries a DPoP proof.');
  const { db, clock } = options;
  const seen = async (jti: string) => {
    const until = new Date(clock.now().getTime() + 2 * DPOP_WINDOW_SECONDS * 1000);
    const inserted = await db
      .insertInto('smp.proof')
      .values({ jti, until })
      .onConflict((conflict) => conflict.doNothing())
      .returning('jti')
      .executeTakeFirst();
    return inserted === undefined;
  };
  try {
    return (await verifyDpop({ proof, method: c.req.method, url: c.req.url, body, clock, seen })).thumbprint;
  } catch (error) {
    if (error instanceof JoseError) throw new SmpError('dpop-invalid', error.message, { rule: error.code });
    throw error;
  }
}

/** Forgets proofs that are too old to be used again: what is kept is what came in within two minutes. */
export async function sweepProofs(options: { db: Kysely<Tables>; clock: Clock }): Promise<void> {
  await options.db.deleteFrom('smp.proof').where('until', '<', options.clock.now()).execute();
}
