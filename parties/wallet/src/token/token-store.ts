import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { CounterStore, SecretStore } from '@tegata/chip';
import { counterOf } from '@tegata/chip';
import type { Clock } from '@tegata/clock';
import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { type Random, randomInt, randomUuid } from '@tegata/random';
import { open, SealError, seal, type Wrapper, wrapperFromKey } from '@tegata/seal';
import { WalletError } from '../error.ts';
import type { SecureElement } from '../secure-element/secure-element.ts';
import type { WalletFile } from '../wallet-file.ts';
import { decodeTokenCertificates, encodeTokenCertificates, type TokenCertificates } from './token-certificates.ts';
import type { TokenPins } from './token-pins.ts';

/** Attempts of the two PINs, as on the card (card.md §5.1). */
export const TOKEN_TRIES = { auth: 3, signature: 5 } as const;

/** The two uses of a phone's keys. */
export type TokenUse = 'auth' | 'sign';

/** Keys that have just been made, for their proofs of possession. */
export interface NewToken {
  readonly id: string;
  readonly signers: Readonly<Record<TokenUse, Signer>>;
}

/** A token without its content. */
export interface TokenRow {
  readonly id: string;
  readonly state: 'requested' | 'active';
  readonly platform: 'ios' | 'android';
  readonly serialNumber: string;
  /** Of the application that brought the certificates. */
  readonly reference: string | undefined;
  readonly storedAt: Date | undefined;
  readonly triesLeft: { readonly auth: number; readonly signature: number };
}

/**
 * The keys, PINs and certificates of the phone's JPKI-AP. Keys and PINs lie sealed under the secure element's root key; the
 * certificates, which name a person, under the key that only an unlocked phone has.
 */
export interface TokenStore {
  /** Makes two keys for an application. @throws {WalletError} `phone-locked` */
  make(pins: TokenPins, platform: 'ios' | 'android'): Promise<NewToken>;
  /** Ties new keys to the application that they are requested in. Runs inside the caller's transaction. */
  bind(id: string, attestation: string): void;
  /** The keys that were requested in an application. */
  requestedIn(attestation: string): TokenRow | undefined;
  requested(): TokenRow | undefined;
  active(): TokenRow | undefined;
  privateKey(id: string, use: TokenUse): KeyObject;
  publicKey(id: string, use: TokenUse): KeyObject;
  /** @throws {WalletError} `phone-locked` */
  certificates(id: string): TokenCertificates;
  /** Puts requested keys into use in place of those before. Runs inside the caller's transaction. */
  activate(id: string, delivered: { reference: string; certificates: TokenCertificates; resetKey: Uint8Array }): void;
  destroy(id: string): void;
  /** The counters of a token's PINs, and what changed PINs are kept in. */
  counters(id: string): CounterStore;
  secrets(id: string): SecretStore;
  /** The PINs as set at first or changed since. */
  pins(id: string): { readonly auth: Uint8Array; readonly signature: Uint8Array };
  /** What a permission to reset the PINs is checked with. */
  resetKey(id: string): Uint8Array | undefined;
  /** Sets PINs anew and gives all tries back, in one transaction. */
  resetPins(id: string, pins: Partial<TokenPins>): void;
}

const columns = {
  [counterOf('jpki', 0x18)]: { tries: 'auth_tries', value: 'auth_pin' },
  [counterOf('jpki', 0x1b)]: { tries: 'signature_tries', value: 'signature_password' },
} as const;
type SecretColumn = (typeof columns)[string]['value'];
type SealedColumn = SecretColumn | 'auth_key' | 'sign_key' | 'reset_key';

const ROW = `id, state, platform, serial_number, reference, stored_at, auth_tries, signature_tries`;

/** Opens the tokens of a wallet's file. */
export function tokenStore(parts: {
  readonly file: WalletFile;
  readonly element: SecureElement;
  readonly rootKey: Uint8Array;
  readonly random: Random;
  readonly clock: Clock;
  /** RSA-2048 as on the cards of today (default), or P-384 as on the next ones. */
  readonly keyAlgorithm?: 'RSA-2048' | 'P-384';
}): TokenStore {
  const { element, random, clock, keyAlgorithm = 'RSA-2048' } = parts;
  const { db } = parts.file;
  const wrapper = wrapperFromKey(parts.rootKey, random);
  const placeOf = (id: string, column: string) => `secure-element/token/${id}/${column}`;
  const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
  const wrap = (id: string, column: SealedColumn, value: Uint8Array) => wrapper.wrap(value, placeOf(id, column));
  const opened = (id: string, column: SealedColumn): Uint8Array | undefined => {
    const row = db.prepare(`select ${column} as value from token where id = ?`).get(id) as
      | { value: Uint8Array | null }
      | undefined;
    return row?.value ? unwrap(wrapper, row.value, placeOf(id, column)) : undefined;
  };
  const must = (id: string, column: SealedColumn): Uint8Array => {
    const value = opened(id, column);
    if (!value) throw new WalletError('not-found', 'The secure element has no such keys.', { token: id });
    return value;
  };
  const setValue = (id: string, column: SecretColumn, value: Uint8Array) =>
    db.prepare(`update token set ${column} = ? where id = ?`).run(wrap(id, column, value), id);
  const find = (where: string, ...values: string[]): TokenRow | undefined => {
    const row = db.prepare(`select ${ROW} from token where ${where} order by rowid desc limit 1`).get(...values);
    return row && tokenRow(row as Record<string, string | number | null>);
  };
  const privateKey = (id: string, use: TokenUse) =>
    createPrivateKey({ key: Buffer.from(must(id, `${use}_key`)), format: 'der', type: 'pkcs8' });

  return {
    async make(pins, platform) {
      if (!element.unlocked) throw new WalletError('phone-locked', 'The phone is locked: unlock it with its PIN.');
      const [auth, sign] = await Promise.all([generateSoftwareKey(keyAlgorithm), generateSoftwareKey(keyAlgorithm)]);
      const id = randomUuid(random);
      const pkcs8 = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
      db.prepare(
        `insert into token (id, state, platform, serial_number, made_at, auth_key, sign_key, auth_pin, signature_password,
           auth_tries, signature_tries) values (?, 'requested', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        platform,
        serialNumber(random),
        clock.now().toISOString(),
        wrap(id, 'auth_key', pkcs8(auth)),
        wrap(id, 'sign_key', pkcs8(sign)),
        wrap(id, 'auth_pin', ascii(pins.authPin)),
        wrap(id, 'signature_password', ascii(pins.signaturePassword)),
        TOKEN_TRIES.auth,
        TOKEN_TRIES.signature,
      );
      return { id, signers: { auth: softwareSigner(auth), sign: softwareSigner(sign) } };
    },
    bind(id, attestation) {
      db.prepare('update token set attestation = ? where id = ?').run(attestation, id);
    },
    requestedIn: (attestation) => find(`attestation = ? and state = 'requested'`, attestation),
    requested: () => find(`state = 'requested' and attestation is not null`),
    active: () => find(`state = 'active'`),
    privateKey,
    publicKey: (id, use) => createPublicKey(privateKey(id, use)),
    certificates(id) {
      const row = db.prepare('select certificates from token where id = ?').get(id) as
        | { certificates: Uint8Array | null }
        | undefined;
      if (!row?.certificates) throw new WalletError('no-certificates', 'There are no certificates on this phone.');
      return decodeTokenCertificates(open(element.dataKey(), row.certificates, placeOf(id, 'certificates')));
    },
    activate(id, { reference, certificates, resetKey }) {
      db.prepare(`delete from token where state = 'active' and id <> ?`).run(id);
      const sealed = seal(
        element.dataKey(),
        encodeTokenCertificates(certificates),
        placeOf(id, 'certificates'),
        random,
      );
      db.prepare(
        `update token set state = 'active', attestation = null, reference = ?, stored_at = ?, certificates = ?, reset_key = ?
         where id = ?`,
      ).run(reference, clock.now().toISOString(), sealed, wrap(id, 'reset_key', resetKey), id);
    },
    destroy(id) {
      db.prepare('delete from token where id = ?').run(id);
    },
    counters: (id) => ({
      read(name) {
        const column = columns[name]?.tries;
        const row = column && db.prepare(`select ${column} as tries from token where id = ?`).get(id);
        return (row as { tries: number } | undefined)?.tries;
      },
      write(name, left) {
        const column = columns[name]?.tries;
        if (column) db.prepare(`update token set ${column} = ? where id = ?`).run(left, id);
      },
    }),
    secrets: (id) => ({
      read(name) {
        const column = columns[name]?.value;
        return column && opened(id, column);
      },
      write(name, value) {
        const column = columns[name]?.value;
        if (column) setValue(id, column, value);
      },
    }),
    pins: (id) => ({ auth: must(id, 'auth_pin'), signature: must(id, 'signature_password') }),
    resetKey: (id) => opened(id, 'reset_key'),
    resetPins(id, { authPin, signaturePassword }) {
      parts.file.transaction(() => {
        if (authPin !== undefined) {
          setValue(id, 'auth_pin', ascii(authPin));
          db.prepare('update token set auth_tries = ? where id = ?').run(TOKEN_TRIES.auth, id);
        }
        if (signaturePassword !== undefined) {
          setValue(id, 'signature_password', ascii(signaturePassword));
          db.prepare('update token set signature_tries = ? where id = ?').run(TOKEN_TRIES.signature, id);
        }
      });
    },
  };
}

function unwrap(wrapper: Wrapper, sealed: Uint8Array, place: string): Uint8Array {
  try {
    return wrapper.unwrap(sealed, place);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new WalletError('wallet-file-unreadable', 'The wallet file belongs to another phone.');
  }
}

function tokenRow(row: Record<string, string | number | null>): TokenRow {
  return {
    id: row['id'] as string,
    state: row['state'] as TokenRow['state'],
    platform: row['platform'] as TokenRow['platform'],
    serialNumber: row['serial_number'] as string,
    reference: (row['reference'] as string | null) ?? undefined,
    storedAt: row['stored_at'] ? new Date(row['stored_at'] as string) : undefined,
    triesLeft: { auth: row['auth_tries'] as number, signature: row['signature_tries'] as number },
  };
}

/** The 16 digits of EF 0006; they mean nothing and say nothing of the person. */
function serialNumber(random: Random): string {
  return Array.from({ length: 16 }, () => randomInt(random, 10)).join('');
}
