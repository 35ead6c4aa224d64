/**
 * A person who does not exist, a phone, an authority and an IACA over a store, made on the spot for the tests of this party. TEST ONLY.
 * @module
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { myNumberCheckDigit } from '@tegata/card-files';
import { type CborMap, type CborValue, decode, type Encodable, encode } from '@tegata/cbor';
import { type AdjustableClock, adjustableClock } from '@tegata/clock';
import { encodeCoseKey } from '@tegata/cose';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { memoryKeys, type Signer } from '@tegata/keys';
import { silentLog } from '@tegata/log';
import { randomUuid, systemRandom } from '@tegata/random';
import { openStore, type Store } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { type IacaAuthority, makeAuthority } from './authority.ts';
import type { IacaConfig } from './iaca.ts';
import { type Attributes, decodeIssuanceRequest, type IssuanceRequest } from './request.ts';

/** The day on which the tests take place: noon in Japan. */
export const NOW = new Date('2026-11-24T03:00:00Z');

/** Who it is about. */
export const PERSON: Attributes = {
  name: '番号　花子',
  address: '〇〇県△△市□□町１－２－３',
  birthDate: '19710901',
  sex: '2',
  myNumber: `53768667718${myNumberCheckDigit('53768667718')}`,
  municipalityCode: '14364',
};

/** A photo of grey stripes. */
export const PORTRAIT = await encodeGreyscaleJp2(
  Uint8Array.from({ length: 48 * 64 }, (_, at) => (at * 7) % 256),
  48,
  64,
);

const phone = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The phone's key. */
export const DEVICE_KEY: KeyObject = createPublicKey(phone.privateKey);
/** Its private half. */
export const DEVICE_PRIVATE_KEY: KeyObject = phone.privateKey;

/** A request as the SMP writes it; `change` replaces members. */
export function requestBody(change: { attributes?: Partial<Attributes>; [member: string]: unknown } = {}): Uint8Array {
  const { attributes, ...members } = change;
  return encode({
    attributes: { ...PERSON, ...attributes },
    portrait: PORTRAIT,
    deviceKey: encodeCoseKey(DEVICE_KEY),
    platform: 'ios',
    ...(members as Record<string, Encodable>),
  });
}

/** The same, read. */
export const requestOf = (attributes: Partial<Attributes> = {}): IssuanceRequest =>
  decodeIssuanceRequest(requestBody({ attributes }));

/** What a test gets to work with. */
export interface Bench {
  readonly clock: AdjustableClock;
  readonly authority: IacaAuthority;
  readonly store: Store;
  readonly config: IacaConfig;
  /** The same configuration with another way to sign. */
  signingWith(sign: (data: Uint8Array, real: Signer) => Promise<Uint8Array>): IacaConfig;
}

/** An authority and a store in memory, or at `url`. */
export async function bench(url?: string): Promise<Bench> {
  const clock = adjustableClock(NOW);
  const authority = await makeAuthority({ clock, random: systemRandom, keys: memoryKeys() });
  const store = await openStore(url === undefined ? {} : { url });
  const config: IacaConfig = {
    clock,
    random: systemRandom,
    log: silentLog,
    tap: noTap,
    store,
    kek: new Uint8Array(32).fill(7),
    authority,
    secret: 'smp-iaca',
  };
  return {
    clock,
    authority,
    store,
    config,
    signingWith(sign) {
      const { certificate, signer } = authority.documentSigner;
      const other = { ...signer, sign: (data: Uint8Array) => sign(data, signer) };
      return { ...config, authority: { ...authority, documentSigner: { certificate, signer: other } } };
    },
  };
}

/** A fresh id. */
export const newId = () => randomUuid(systemRandom);

/** An answer's map. */
export const mapOf = (body: Uint8Array): CborMap => decode(body) as Map<string, CborValue>;
