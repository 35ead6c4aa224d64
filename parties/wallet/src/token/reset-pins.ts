import { timingSafeEqual } from 'node:crypto';
import { pinResetPermission } from '@tegata/application';
import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { WalletError } from '../error.ts';
import type { TokenPins } from './token-pins.ts';
import type { TokenStore } from './token-store.ts';

/** What the phone gives out before its PINs may be reset. */
export interface ResetRequest {
  /** The application that brought the certificates. */
  readonly reference: string;
  /** 32 octets, base64url; good for one reset within ten minutes. */
  readonly nonce: string;
}

const LIFETIME_MS = 10 * 60_000;

/** The way to new PINs for who has forgotten the old ones, or used up their tries. */
export interface PinReset {
  /** @throws {WalletError} `no-certificates` */
  begin(): ResetRequest;
  /**
   * Sets new PINs by a permission of the SMP, which gives one to the holder of the card alone: HMAC-SHA-256 over the nonce, with
   * the key that came with the certificates.
   * @throws {WalletError} `reset-not-permitted`
   */
  finish(permission: string, pins: Partial<TokenPins>): void;
}

/** Resets PINs by the SMP's permission. One nonce waits at a time, in memory. */
export function pinReset(parts: { tokens: TokenStore; clock: Clock; random: Random }): PinReset {
  const { tokens, clock, random } = parts;
  let waiting: { readonly token: string; readonly nonce: Uint8Array; readonly until: number } | undefined;
  return {
    begin() {
      const token = tokens.active();
      if (!token?.reference) throw new WalletError('no-certificates', 'There are no certificates on this phone.');
      const nonce = random.bytes(32);
      waiting = { token: token.id, nonce, until: clock.now().getTime() + LIFETIME_MS };
      return { reference: token.reference, nonce: Buffer.from(nonce).toString('base64url') };
    },
    finish(permission, pins) {
      const asked = waiting;
      waiting = undefined;
      const key = asked && tokens.active()?.id === asked.token ? tokens.resetKey(asked.token) : undefined;
      const given = Buffer.from(permission, 'base64url');
      const expected = asked && key && pinResetPermission(key, asked.nonce);
      const late = asked !== undefined && clock.now().getTime() > asked.until;
      if (!expected || late || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new WalletError('reset-not-permitted', 'The PINs may not be reset by this. Begin again with your card.');
      }
      tokens.resetPins(asked.token, pins);
    },
  };
}
