import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { type Random, randomUuid } from '@tegata/random';
import { newDataKey, SealError, wrapperFromKey } from '@tegata/seal';
import { WalletError } from '../error.ts';
import type { WalletFile } from '../wallet-file.ts';
import { unlockPin } from './unlock-pin.ts';

/** Proof that the person gave the PIN just now; good for one signature of a device key. */
export interface Authorization {
  readonly at: symbol;
}

/** A key that has just been made. */
export interface NewKey {
  readonly id: string;
  /** Signs until the caller lets go of it: for the proof of possession at the key's birth. */
  readonly signer: Signer;
}

/** What guards the phone's keys. A software one: it says so in every attestation (`iso_18045_basic`). */
export interface SecureElement {
  readonly unlocked: boolean;
  readonly pinIsSet: boolean;
  readonly triesLeft: number;
  /** Sets the PIN of a new phone and leaves the phone unlocked. @throws {WalletError} `bad-request` */
  setPin(pin: string): void;
  /**
   * Takes the PIN: unlocks the phone, and allows one signature. The last wrong one locks it for good.
   * @throws {WalletError} `wrong-phone-pin`, `phone-pin-locked`
   */
  authorize(pin: string): Authorization;
  /** Nothing but the instance key works until the next PIN. */
  lock(): void;
  /** @throws {WalletError} `phone-locked` */
  newKey(purpose: 'device' | 'response'): Promise<NewKey>;
  /** The key by which the wallet provider knows this phone; it works while the phone is locked too. */
  instanceSigner(): Promise<Signer>;
  publicKey(id: string): KeyObject;
  /** Signs once, for what the person has just agreed to. @throws {WalletError} `phone-locked` without a fresh PIN */
  deviceSigner(id: string, authorization: Authorization): Signer;
  /** For decryption. @throws {WalletError} `phone-locked` */
  responseKey(id: string): KeyObject;
  /** Seals what the wallet keeps. @throws {WalletError} `phone-locked` */
  dataKey(): Uint8Array;
  destroy(id: string): void;
  /** Forgets every key and the PIN. */
  erase(): void;
}

type Purpose = 'device' | 'response' | 'instance' | 'data';

/**
 * Opens the software secure element over the wallet's file.
 * @throws {WalletError} `wallet-file-unreadable` when the root key is another one's
 */
export function openSecureElement(options: { file: WalletFile; rootKey: Uint8Array; random: Random }): SecureElement {
  const { random } = options;
  const { db } = options.file;
  const wrapper = wrapperFromKey(options.rootKey, random);
  const pin = unlockPin(db, random);
  const fresh = new WeakSet<Authorization>();
  let unlocked = false;

  const placeOf = (id: string, purpose: Purpose) => `secure-element/${purpose}/${id}`;
  const store = (id: string, purpose: Purpose, secret: Uint8Array) =>
    db
      .prepare('insert into element_key (id, purpose, sealed) values (?, ?, ?)')
      .run(id, purpose, wrapper.wrap(secret, placeOf(id, purpose)));
  const load = (id: string, purpose: Purpose): Uint8Array | undefined => {
    const row = db.prepare('select sealed from element_key where id = ? and purpose = ?').get(id, purpose) as
      | { sealed: Uint8Array }
      | undefined;
    if (!row) return undefined;
    try {
      return wrapper.unwrap(row.sealed, placeOf(id, purpose));
    } catch (error) {
      if (error instanceof SealError) throw unreadable();
      throw error;
    }
  };
  const unreadable = () => new WalletError('wallet-file-unreadable', 'The wallet file belongs to another phone.');
  const privateKey = (id: string, purpose: Purpose): KeyObject => {
    const der = load(id, purpose);
    if (!der) throw new WalletError('not-found', 'The secure element has no such key.', { key: id });
    return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  };
  const make = async (id: string, purpose: Purpose): Promise<KeyObject> => {
    const key = await generateSoftwareKey('P-256');
    store(id, purpose, new Uint8Array(key.export({ format: 'der', type: 'pkcs8' })));
    return key;
  };
  const requireUnlocked = () => {
    if (!unlocked) throw new WalletError('phone-locked', 'The phone is locked: unlock it with its PIN.');
  };

  const element: SecureElement = {
    get unlocked() {
      return unlocked;
    },
    get pinIsSet() {
      return pin.isSet;
    },
    get triesLeft() {
      return pin.triesLeft;
    },
    setPin(digits) {
      if (pin.isSet) throw new WalletError('bad-request', 'This phone has a PIN already.');
      pin.set(digits);
      unlocked = true;
    },
    authorize(digits) {
      try {
        pin.check(digits);
      } catch (error) {
        // A PIN that is used up also closes what was open: whoever has guessed five times must not go on reading.
        if (pin.triesLeft === 0) unlocked = false;
        throw error;
      }
      unlocked = true;
      const authorization = { at: Symbol('authorization') };
      fresh.add(authorization);
      return authorization;
    },
    lock() {
      unlocked = false;
    },
    async newKey(purpose) {
      requireUnlocked();
      const id = randomUuid(random);
      return { id, signer: softwareSigner(await make(id, purpose)) };
    },
    async instanceSigner() {
      if (!load('instance', 'instance')) return softwareSigner(await make('instance', 'instance'));
      return softwareSigner(privateKey('instance', 'instance'));
    },
    publicKey(id) {
      const row = db.prepare('select purpose from element_key where id = ?').get(id) as
        | { purpose: Purpose }
        | undefined;
      return createPublicKey(privateKey(id, row?.purpose ?? 'device'));
    },
    deviceSigner(id, authorization) {
      requireUnlocked();
      const signer = softwareSigner(privateKey(id, 'device'));
      return {
        ...signer,
        async sign(data) {
          if (!fresh.delete(authorization)) {
            throw new WalletError('phone-locked', 'Each signature of a device key needs the PIN anew.');
          }
          return signer.sign(data);
        },
      };
    },
    responseKey(id) {
      requireUnlocked();
      return privateKey(id, 'response');
    },
    dataKey() {
      requireUnlocked();
      const known = load('data', 'data');
      if (known) return known;
      const key = newDataKey(random);
      store('data', 'data', key);
      return key;
    },
    destroy(id) {
      db.prepare('delete from element_key where id = ?').run(id);
    },
    erase() {
      db.exec('delete from element_key; delete from element_pin');
      unlocked = false;
    },
  };
  // Notice at the start, not at the first presentation, that file and root key do not belong together.
  const any = db.prepare('select id, purpose from element_key limit 1').get() as
    | { id: string; purpose: Purpose }
    | undefined;
  if (any) load(any.id, any.purpose);
  return element;
}
