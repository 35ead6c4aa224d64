import type { Clock } from '@tegata/clock';
import type { Signer } from '@tegata/keys';
import { JoseError } from './error.ts';
import { p256PublicKey } from './jwk.ts';
import { signJwt, verifyJwt } from './jws.ts';

const TYPE = 'tegata-key-proof+jwt';
const WINDOW_SECONDS = 300;

/**
 * Proves possession of a key that is to be attested: a JWT by that very key over the challenge.
 * @throws {JoseError} `jose-algorithm` when the key is not P-256
 */
export async function keyProof(options: { signer: Signer; nonce: string; clock: Clock }): Promise<string> {
  return signJwt({
    signer: options.signer,
    header: { typ: TYPE },
    claims: { nonce: options.nonce, iat: Math.floor(options.clock.now().getTime() / 1000) },
  });
}

/**
 * Checks a proof of possession made by `keyProof`.
 * @throws {JoseError} `jose-…` when it is not the key's own proof; `jose-signature` too when it was made for another challenge or at another time
 */
export function verifyKeyProof(options: { proof: string; jwk: unknown; nonce: string; clock: Clock }): void {
  const claims = verifyJwt({ token: options.proof, typ: TYPE, publicKey: p256PublicKey(options.jwk) });
  const age = options.clock.now().getTime() / 1000 - Number(claims['iat']);
  if (claims['nonce'] !== options.nonce || !(Math.abs(age) <= WINDOW_SECONDS)) {
    throw new JoseError('jose-signature', 'The proof of possession was made for another challenge, or long ago.');
  }
}
