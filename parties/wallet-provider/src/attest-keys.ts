import type { Clock } from '@tegata/clock';
import {
  JoseError,
  MAX_ATTESTED_KEYS,
  type P256Jwk,
  parseP256Jwk,
  signKeyAttestation,
  verifyKeyProof,
} from '@tegata/jose';
import type { Random } from '@tegata/random';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { WalletProviderAuthority } from './authority.ts';
import { WalletProviderError } from './error.ts';
import type { Tables } from './schema.ts';

const LIFETIME_SECONDS = 24 * 60 * 60;

/** `POST /key-attestations`. */
export const keyAttestationRequest = z.strictObject({
  nonce: z.string().regex(/^[\w-]{16,128}$/),
  keys: z
    .array(z.strictObject({ jwk: z.unknown(), proof: z.string().max(4096) }))
    .min(1)
    .max(MAX_ATTESTED_KEYS),
});

/**
 * Attests keys that the phone has proven to hold. `iso_18045_basic` is the truth about a software key.
 * @throws {WalletProviderError} `dpop-invalid` naming the first key whose proof does not fit
 */
export async function attestKeys(options: {
  db: Kysely<Tables>;
  authority: WalletProviderAuthority;
  instance: string;
  request: z.infer<typeof keyAttestationRequest>;
  clock: Clock;
  random: Random;
}): Promise<{ attestation: string; id: string }> {
  const { db, authority, clock, random, request } = options;
  const attestedKeys: P256Jwk[] = [];
  for (const [index, { jwk, proof }] of request.keys.entries()) {
    try {
      verifyKeyProof({ proof, jwk, nonce: request.nonce, clock });
      attestedKeys.push(parseP256Jwk(jwk));
    } catch (error) {
      if (!(error instanceof JoseError)) throw error;
      throw new WalletProviderError('dpop-invalid', 'A key is attested only to a phone that proves to hold it.', {
        index,
      });
    }
  }
  const signed = await signKeyAttestation({
    signer: authority.signer,
    certificateChain: authority.chain,
    attestedKeys,
    nonce: request.nonce,
    keyStorage: ['iso_18045_basic'],
    userAuthentication: ['iso_18045_basic'],
    lifetimeSeconds: LIFETIME_SECONDS,
    clock,
    random,
  });
  await db
    .insertInto('wallet_provider.attestation')
    .values({ id: signed.id, instance: options.instance, keys: attestedKeys.length, at: clock.now() })
    .execute();
  return signed;
}
