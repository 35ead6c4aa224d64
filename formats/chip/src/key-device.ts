import { constants, type KeyObject, privateEncrypt } from 'node:crypto';
import { ecdsaOverHash } from './ecdsa-over-hash.ts';

/** The algorithms of the keys on cards and phones (jpki.md §10: RSA today, P-384 on the next card). */
export type KeyDeviceAlgorithm = 'RSA-2048' | 'P-384';

/**
 * One computation with a private key. `rsa-pkcs1` pads `input` (1 to 245 bytes, most often a DigestInfo) by PKCS#1 v1.5; `rsa-raw` takes a block
 * of 256 bytes that is already padded; `ecdsa-hash` takes a SHA-384 hash of 48 bytes and gives an ECDSA-Sig-Value in DER.
 */
export type KeyOperation =
  | { readonly kind: 'rsa-pkcs1'; readonly input: Uint8Array }
  | { readonly kind: 'rsa-raw'; readonly block: Uint8Array }
  | { readonly kind: 'ecdsa-hash'; readonly hash: Uint8Array };

/**
 * What holds a private key and computes with it: memory, or the secure element of a phone, which may ask its owner first. To refuse it throws
 * `ChipError` `key-refused`; the chip then answers `6985`.
 */
export interface KeyDevice {
  readonly algorithm: KeyDeviceAlgorithm;
  readonly compute: (operation: KeyOperation) => Uint8Array;
}

const devices = new WeakMap<KeyObject, KeyDevice>();

/**
 * A private key in memory as a device.
 * @throws {RangeError} for a key that is neither RSA-2048 nor P-384
 * @example
 * keyInMemory(privateKey).compute({ kind: 'ecdsa-hash', hash });
 */
export function keyInMemory(privateKey: KeyObject): KeyDevice {
  let device = devices.get(privateKey);
  if (!device) {
    device = make(privateKey);
    devices.set(privateKey, device);
  }
  return device;
}

function make(key: KeyObject): KeyDevice {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const algorithm = modulusLength === 2048 ? 'RSA-2048' : namedCurve === 'secp384r1' ? 'P-384' : undefined;
  if (algorithm === undefined) throw new RangeError('A chip holds RSA-2048 and P-384 keys only.');
  return {
    algorithm,
    compute(operation) {
      if (operation.kind === 'ecdsa-hash') return ecdsaOverHash(key, operation.hash);
      if (operation.kind === 'rsa-raw') {
        return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, operation.block);
      }
      return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, operation.input);
    },
  };
}

/** The device behind a key file. */
export function deviceOf(key: KeyObject | KeyDevice): KeyDevice {
  return 'compute' in key ? key : keyInMemory(key);
}
