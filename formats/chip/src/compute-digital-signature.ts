import { createHash } from 'node:crypto';
import { digestInfoSha256, SW } from '@tegata/apdu';
import type { Random } from '@tegata/random';
import { emsaPss } from './emsa-pss.ts';
import { ChipError } from './error.ts';
import { deviceOf, type KeyDevice, type KeyDeviceAlgorithm } from './key-device.ts';
import { allowed, type Instruction, type Reference, referenced, type Session, status, success } from './session.ts';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
const sha384 = (data: Uint8Array) => createHash('sha384').update(data).digest();
const pkcs1 = (key: KeyDevice, input: Uint8Array) => key.compute({ kind: 'rsa-pkcs1', input });
const pss = (key: KeyDevice, hash: Uint8Array, random: Random) =>
  key.compute({ kind: 'rsa-raw', block: emsaPss(hash, random.bytes(32)) });
const ecdsa = (key: KeyDevice, hash: Uint8Array) => key.compute({ kind: 'ecdsa-hash', hash });

interface Mode {
  readonly min: number;
  readonly max: number;
  readonly sign: (key: KeyDevice, data: Uint8Array, random: Random) => Uint8Array;
}

// What P1 makes the card do with the data (card.md §6.3). For P-384 nothing is published: P1 says who hashes, and there is no PSS.
const MODES: Readonly<Record<KeyDeviceAlgorithm, readonly Mode[]>> = {
  'RSA-2048': [
    { min: 1, max: 245, sign: pkcs1 },
    { min: 1, max: 255, sign: (key, data) => pkcs1(key, sha256(data)) },
    { min: 32, max: 32, sign: (key, hash) => pkcs1(key, digestInfoSha256(hash)) },
    { min: 1, max: 255, sign: (key, data) => pkcs1(key, digestInfoSha256(sha256(data))) },
    { min: 32, max: 32, sign: pss },
    { min: 1, max: 255, sign: (key, data, random) => pss(key, sha256(data), random) },
  ],
  'P-384': [
    { min: 48, max: 48, sign: ecdsa },
    { min: 1, max: 255, sign: (key, data) => ecdsa(key, sha384(data)) },
    { min: 48, max: 48, sign: ecdsa },
    { min: 1, max: 255, sign: (key, data) => ecdsa(key, sha384(data)) },
  ],
};

const SHORT_MAX = 256;

/** COMPUTE DIGITAL SIGNATURE (card.md §3, §6.3): P1 is the padding, P2 the key. */
export const computeDigitalSignature: Instruction = {
  cla: 0x80,
  ins: 0x2a,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le === undefined) return status(SW.wrongLength);
    if (p1 >= MODES['RSA-2048'].length) return status(SW.wrongParameters);
    const found = p2 === 0x00 ? defaultKey(session) : referenced(session, p2);
    if (typeof found === 'number') return status(found);
    const { file } = found;
    if (file.kind !== 'key') return status(SW.wrongFileStructure);
    if (!allowed(session, file.use)) return status(SW.securityStatusNotSatisfied);
    const key = deviceOf(file.privateKey);
    const mode = MODES[key.algorithm][p1];
    if (!mode) return status(SW.wrongParameters);
    if (data.length < mode.min || data.length > mode.max) return status(SW.conditionsNotSatisfied);
    // A signature of RSA is asked for with Le 00; one in DER is shorter, by how much is not known before.
    if (le !== SHORT_MAX) return status(0x6c00);
    return signed(() => mode.sign(key, data, session.random));
  },
};

/** Data and 9000, or `6985` where the device that holds the key refuses. */
export function signed(compute: () => Uint8Array): Uint8Array {
  try {
    return success(compute());
  } catch (error) {
    if (error instanceof ChipError && error.code === 'key-refused') return status(SW.conditionsNotSatisfied);
    throw error;
  }
}

function defaultKey({ application }: Session): Reference {
  const id = application?.defaultKey;
  const file = id === undefined ? undefined : application?.files.get(id);
  return id === undefined || !file ? SW.referencedDataNotFound : { id, file };
}
