import type { Clock } from '@tegata/clock';
import { readBody } from '@tegata/http';
import { JoseError, jtiMemory, parseJsonObject, verifyDpop } from '@tegata/jose';
import type { Context } from 'hono';
import { WalletProviderError } from './error.ts';

/** A call of a phone whose proof fits. */
export interface PhoneCall {
  /** Thumbprint of the instance key. */
  readonly thumbprint: string;
  /** The body as JSON; an empty object when there is none. */
  readonly json: unknown;
}

/**
 * Reads calls that a phone has signed with its instance key (DPoP over method, URL and body).
 * @throws {WalletProviderError} `dpop-invalid`, `bad-request`
 */
export function phoneCalls(clock: Clock): (c: Context, maxBytes: number) => Promise<PhoneCall> {
  const seen = jtiMemory(clock);
  return async (c, maxBytes) => {
    const body = await readBody(c, maxBytes);
    const proof = c.req.header('dpop');
    if (proof === undefined) throw new WalletProviderError('dpop-invalid', 'This call carries a DPoP proof.');
    let thumbprint: string;
    try {
      ({ thumbprint } = await verifyDpop({ proof, method: c.req.method, url: c.req.url, body, clock, seen }));
    } catch (error) {
      if (error instanceof JoseError)
        throw new WalletProviderError('dpop-invalid', error.message, { rule: error.code });
      throw error;
    }
    try {
      return { thumbprint, json: body.length === 0 ? {} : parseJsonObject(body) };
    } catch (error) {
      if (error instanceof JoseError) throw new WalletProviderError('bad-request', error.message);
      throw error;
    }
  };
}
