import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import type { Random } from '@tegata/random';
import { HpkeError } from './error.ts';
import { decapsulate, encapsulate } from './kem.ts';
import { AEADS, type Aead, keySchedule, type PresharedKey, type ScheduledKeys } from './key-schedule.ts';

const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** What both ends agree on. */
export interface SetupOptions {
  /** Binds the keys to what the message is about; default empty. */
  readonly info?: Uint8Array;
  /** Default AES-128-GCM. */
  readonly aead?: Aead;
  /** Modes PSK and AuthPSK. */
  readonly preshared?: PresharedKey;
}

/** The sender's end. Each message takes the next number of the sequence. */
export interface SenderContext {
  /** @throws {HpkeError} `message-limit` */
  seal(plaintext: Uint8Array, aad?: Uint8Array): Uint8Array;
  /** A secret that both ends can derive (RFC 9180 §5.3). @throws {HpkeError} `export-length` */
  export(context: Uint8Array, length: number): Uint8Array;
}

/** The recipient's end; messages must be opened in the order in which they were sealed. */
export interface RecipientContext {
  /** A message that fails does not count. @throws {HpkeError} `open-failed`, `message-limit` */
  open(ciphertext: Uint8Array, aad?: Uint8Array): Uint8Array;
  export(context: Uint8Array, length: number): Uint8Array;
}

/**
 * Begins a sender's context (RFC 9180 §5.1): base mode, PSK with `preshared`, Auth with `senderKey`, AuthPSK with both.
 * @param options.recipientKey the recipient's public key on P-256
 * @param options.senderKey the sender's own private key
 * @returns the context, and `enc` (65 bytes) that the recipient needs
 * @throws {HpkeError} `key-form`, `psk-inputs`
 * @example const { enc, context } = setupSender({ recipientKey, info, random });
 */
export function setupSender(
  options: SetupOptions & { recipientKey: KeyObject; random: Random; senderKey?: KeyObject },
): { enc: Uint8Array; context: SenderContext } {
  const { enc, sharedSecret } = encapsulate(options.recipientKey, options.random, options.senderKey);
  const keys = schedule(options, sharedSecret, options.senderKey !== undefined);
  const { cipher } = AEADS[options.aead ?? 'AES-128-GCM'];
  const nextNonce = sequence(keys.baseNonce);
  const context: SenderContext = {
    seal(plaintext, aad = NOTHING) {
      const sealing = createCipheriv(cipher, keys.key, nextNonce.take()).setAAD(aad);
      return new Uint8Array(Buffer.concat([sealing.update(plaintext), sealing.final(), sealing.getAuthTag()]));
    },
    export: exporter(keys),
  };
  return { enc, context };
}

/**
 * Begins a recipient's context.
 * @param options.recipientKey the recipient's private key
 * @param options.senderKey the public key of the sender, in the modes Auth and AuthPSK
 * @throws {HpkeError} `key-form`, `key-point`, `psk-inputs`
 * @example setupRecipient({ enc, recipientKey, info }).open(ciphertext)
 */
export function setupRecipient(
  options: SetupOptions & { enc: Uint8Array; recipientKey: KeyObject; senderKey?: KeyObject },
): RecipientContext {
  const sharedSecret = decapsulate(options.enc, options.recipientKey, options.senderKey);
  const keys = schedule(options, sharedSecret, options.senderKey !== undefined);
  const { cipher } = AEADS[options.aead ?? 'AES-128-GCM'];
  const nextNonce = sequence(keys.baseNonce);
  return {
    open(ciphertext, aad = NOTHING) {
      if (ciphertext.length < TAG_BYTES) {
        throw new HpkeError('open-failed', 'The message is shorter than its tag.', { length: ciphertext.length });
      }
      const opening = createDecipheriv(cipher, keys.key, nextNonce.peek(), { authTagLength: TAG_BYTES }).setAAD(aad);
      opening.setAuthTag(ciphertext.subarray(-TAG_BYTES));
      try {
        const plaintext = Buffer.concat([opening.update(ciphertext.subarray(0, -TAG_BYTES)), opening.final()]);
        nextNonce.take();
        return new Uint8Array(plaintext);
      } catch (error) {
        throw new HpkeError('open-failed', 'The message was not sealed to this key with this context.', {}, error);
      }
    },
    export: exporter(keys),
  };
}

function schedule(options: SetupOptions, sharedSecret: Uint8Array, authenticated: boolean): ScheduledKeys {
  const { info = NOTHING, aead = 'AES-128-GCM', preshared } = options;
  return keySchedule({ sharedSecret, info, aead, preshared, authenticated });
}

function exporter({ kdf, exporterSecret }: ScheduledKeys) {
  return (context: Uint8Array, length: number) => kdf.expand(exporterSecret, 'sec', context, length);
}

/** Fewer than the standard allows, and more than anybody seals: a counter of 32 bits is enough. */
const MOST_MESSAGES = 2 ** 32;

/** Nonces: the base, xor the number of the message (RFC 9180 §5.2). */
function sequence(base: Uint8Array): { peek(): Uint8Array; take(): Uint8Array } {
  let number = 0;
  const peek = () => {
    if (number >= MOST_MESSAGES) {
      throw new HpkeError('message-limit', 'The context has sealed all messages that it may.');
    }
    const nonce = Buffer.from(base);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
    return nonce;
  };
  const take = () => {
    const nonce = peek();
    number++;
    return nonce;
  };
  return { peek, take };
}
