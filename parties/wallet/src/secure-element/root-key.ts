import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@tegata/random';
import { WalletError } from '../error.ts';

/**
 * The key that seals everything the secure element keeps outside of itself. In hardware it never leaves the chip; here it is a
 * file of its own beside the wallet's, so that a copy of the wallet's file alone opens nothing.
 * @throws {WalletError} `wallet-file-unreadable`
 */
export function rootKey(folder: string | undefined, random: Random): Uint8Array {
  if (folder === undefined) return random.bytes(32);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'secure-element.key');
  if (!existsSync(path)) writeFileSync(path, random.bytes(32), { mode: 0o600, flag: 'wx' });
  const key = new Uint8Array(readFileSync(path));
  if (key.length !== 32) throw new WalletError('wallet-file-unreadable', 'The key of the secure element is damaged.');
  return key;
}
