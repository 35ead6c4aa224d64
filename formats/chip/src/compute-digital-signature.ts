import { constants, createHash, privateEncrypt } from 'node:crypto';
import { digestInfoSha256, SW } from '@tegata/apdu';
import type { Random } from '@tegata/random';
import type { KeyFile } from './application.ts';
import { emsaPss } from './emsa-pss.ts';
import { allowed, type Instruction, type Reference, referenced, type Session, status, success } from './session.ts';

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest();
const pkcs1 = ({ privateKey }: KeyFile, input: Uint8Array) =>
  privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, input);
const raw = ({ privateKey }: KeyFile, input: Uint8Array) =>
  privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, input);
const pss = (key: KeyFile, hash: Uint8Array, random: Random) => raw(key, emsaPss(hash, random.bytes(32)));

interface Mode {
  readonly min: number;
  readonly max: number;
  readonly sign: (key: KeyFile, data: Uint8Array, random: Random) => Uint8Array;
}

// What P1 makes the card do with the data (card.md §6.3).
const MODES: readonly Mode[] = [
  { min: 1, max: 245, sign: pkcs1 },
  { min: 1, max: 255, sign: (key, data) => pkcs1(key, sha256(data)) },
  { min: 32, max: 32, sign: (key, hash) => pkcs1(key, digestInfoSha256(hash)) },
  { min: 1, max: 255, sign: (key, data) => pkcs1(key, digestInfoSha256(sha256(data))) },
  { min: 32, max: 32, sign: pss },
  { min: 1, max: 255, sign: (key, data, random) => pss(key, sha256(data), random) },
];

const SIGNATURE_LENGTH = 256;

/** COMPUTE DIGITAL SIGNATURE (card.md §3, §6.3): P1 is the padding, P2 the key. */
export const computeDigitalSignature: Instruction = {
  cla: 0x80,
  ins: 0x2a,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le === undefined) return status(SW.wrongLength);
    const mode = MODES[p1];
    if (!mode) return status(SW.wrongParameters);
    const found = p2 === 0x00 ? defaultKey(session) : referenced(session, p2);
    if (typeof found === 'number') return status(found);
    const { file } = found;
    if (file.kind !== 'key') return status(SW.wrongFileStructure);
    if (!allowed(session, file.use)) return status(SW.securityStatusNotSatisfied);
    if (data.length < mode.min || data.length > mode.max) return status(SW.conditionsNotSatisfied);
    if (le !== SIGNATURE_LENGTH) return status(0x6c00);
    return success(mode.sign(file, data, session.random));
  },
};

function defaultKey({ application }: Session): Reference {
  const id = application?.defaultKey;
  const file = id === undefined ? undefined : application?.files.get(id);
  return id === undefined || !file ? SW.referencedDataNotFound : { id, file };
}
