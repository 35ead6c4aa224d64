import type { Clock } from '@tegata/clock';
import type { Kysely } from 'kysely';
import { WalletProviderError } from './error.ts';
import type { Tables } from './schema.ts';

/** Registers a phone by its instance key; a phone that is registered already stays so. */
export async function registerInstance(db: Kysely<Tables>, thumbprint: string, clock: Clock): Promise<void> {
  await db
    .insertInto('wallet_provider.instance')
    .values({ thumbprint, registered_at: clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @throws {WalletProviderError} `instance-unknown` */
export async function requireInstance(db: Kysely<Tables>, thumbprint: string): Promise<void> {
  const row = await db
    .selectFrom('wallet_provider.instance')
    .select('thumbprint')
    .where('thumbprint', '=', thumbprint)
    .executeTakeFirst();
  if (!row) throw new WalletProviderError('instance-unknown', 'Register this phone first: POST /instances.');
}
