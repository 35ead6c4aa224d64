import { scryptSync, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Random } from '@tegata/random';
import { WalletError } from '../error.ts';

/** Wrong PINs in a row before nothing opens any more. */
export const PIN_TRIES = 5;

/** The phone's unlock PIN, with its counter. */
export interface UnlockPin {
  readonly isSet: boolean;
  readonly triesLeft: number;
  set(pin: string): void;
  /**
   * Compares. The counter is taken down and stored first, so that cutting the power at the right moment wins no extra try.
   * @throws {WalletError} `wrong-phone-pin` with the tries left, `phone-pin-locked`
   */
  check(pin: string): void;
}

// No key comes from the PIN: six digits protect nothing against guessing outside of the element. The hash only keeps the PIN
// itself from standing in the file; the counter does the guarding.
const hashOf = (pin: string, salt: Uint8Array) => scryptSync(pin, salt, 32, { N: 4096, r: 8, p: 1 });

/** Whether a text may be an unlock PIN: 4 to 12 digits. */
export const isPin = (pin: string) => /^[0-9]{4,12}$/.test(pin);

/** The PIN kept in the wallet's file. */
export function unlockPin(db: DatabaseSync, random: Random): UnlockPin {
  const read = () =>
    db.prepare('select salt, hash, tries_left from element_pin').get() as
      | { salt: Uint8Array; hash: Uint8Array; tries_left: number }
      | undefined;
  const setTries = (tries: number) => db.prepare('update element_pin set tries_left = ?').run(tries);
  const locked = () => new WalletError('phone-pin-locked', 'The PIN of the phone is locked.', { triesLeft: 0 });
  return {
    get isSet() {
      return read() !== undefined;
    },
    get triesLeft() {
      return read()?.tries_left ?? PIN_TRIES;
    },
    set(pin) {
      if (!isPin(pin)) throw new WalletError('bad-request', 'The PIN of a phone has 4 to 12 digits.');
      const salt = random.bytes(16);
      db.prepare('insert or replace into element_pin (one, salt, hash, tries_left) values (1, ?, ?, ?)').run(
        salt,
        hashOf(pin, salt),
        PIN_TRIES,
      );
    },
    check(pin) {
      const stored = read();
      if (!stored || stored.tries_left <= 0) throw locked();
      const left = stored.tries_left - 1;
      setTries(left);
      if (isPin(pin) && timingSafeEqual(hashOf(pin, stored.salt), stored.hash)) {
        setTries(PIN_TRIES);
        return;
      }
      if (left === 0) throw locked();
      throw new WalletError('wrong-phone-pin', 'The PIN of the phone is wrong.', { triesLeft: left });
    },
  };
}
