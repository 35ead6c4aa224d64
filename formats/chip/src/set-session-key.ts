import { constants, type KeyObject, privateDecrypt } from 'node:crypto';
import { SW } from '@tegata/apdu';
import { allowed, type Instruction, status } from './session.ts';

// A0 22 { 80 20 <32 random bytes> }; a key for checksums (81) is not taken (card.md §12).
const HEADER = Uint8Array.of(0xa0, 0x22, 0x80, 0x20);
const SEED_LENGTH = 32;
const KEY_LENGTH = 16;

/** SET SESSION KEY (card.md §12): the terminal hands over a seed, encrypted to the key of text AP EF 0006; secure messaging begins. */
export const setSessionKey: Instruction = {
  cla: 0x80,
  ins: 0xae,
  run(session, { p1, p2, data, le }) {
    const { sessionKey, sessionKeyRefusal = SW.securityEnvironmentMissing } = session.application ?? {};
    if (!sessionKey) return status(sessionKeyRefusal);
    if (p1 !== 0x00 || p2 !== 0x00) return status(SW.wrongParameters);
    if (data.length !== 256 || le !== undefined) return status(SW.wrongLength);
    if (!allowed(session, sessionKey.after)) return status(SW.securityStatusNotSatisfied);
    if (!belowModulus(sessionKey.privateKey, data)) return status(SW.internalError);
    const seed = seedOf(sessionKey.privateKey, data);
    if (!seed) return status(SW.wrongData);
    session.channel = { key: seed.slice(0, KEY_LENGTH), counter: 1 };
    return status(SW.ok);
  },
};

function belowModulus(key: KeyObject, block: Uint8Array): boolean {
  return Buffer.compare(block, Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url')) < 0;
}

function seedOf(key: KeyObject, block: Uint8Array): Uint8Array | undefined {
  let message: Uint8Array;
  try {
    message = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, block);
  } catch {
    return undefined;
  }
  const right = message.length === HEADER.length + SEED_LENGTH && HEADER.every((byte, i) => byte === message[i]);
  return right ? message.subarray(HEADER.length) : undefined;
}
