import type { KeyObject } from 'node:crypto';
import type { Random } from '@tegata/random';
import { type SetupOptions, setupRecipient, setupSender } from './context.ts';

/** A message sealed to one key. */
export interface Sealed {
  /** The encapsulated key: an uncompressed point of 65 bytes. */
  readonly enc: Uint8Array;
  /** Tag appended. */
  readonly ciphertext: Uint8Array;
}

/**
 * Seals one message (RFC 9180 §6.1).
 * @throws {HpkeError} `key-form`, `psk-inputs`
 * @example const { enc, ciphertext } = seal({ recipientKey, info: sessionTranscript, plaintext: response, random });
 */
export function seal(
  options: SetupOptions & {
    recipientKey: KeyObject;
    plaintext: Uint8Array;
    aad?: Uint8Array;
    senderKey?: KeyObject;
    random: Random;
  },
): Sealed {
  const { enc, context } = setupSender(options);
  return { enc, ciphertext: context.seal(options.plaintext, options.aad) };
}

/**
 * Opens one message.
 * @throws {HpkeError} `open-failed`, `key-form`, `key-point`, `psk-inputs`
 * @example open({ enc, ciphertext, recipientKey: privateKey, info: sessionTranscript })
 */
export function open(
  options: SetupOptions & Sealed & { recipientKey: KeyObject; aad?: Uint8Array; senderKey?: KeyObject },
): Uint8Array {
  return setupRecipient(options).open(options.ciphertext, options.aad);
}
