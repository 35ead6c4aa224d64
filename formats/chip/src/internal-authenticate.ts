import { createHash } from 'node:crypto';
import { digestInfoSha256, SW } from '@tegata/apdu';
import { signed } from './compute-digital-signature.ts';
import { deviceOf } from './key-device.ts';
import { allowed, type Instruction, referenced, status } from './session.ts';

/**
 * INTERNAL AUTHENTICATE (card.md §3). Only a key made for it answers; the signing keys of text and surface AP say `6985`: their presence proof
 * is COMPUTE DIGITAL SIGNATURE.
 */
export const internalAuthenticate: Instruction = {
  cla: 0x00,
  ins: 0x88,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le === undefined || data.length === 0) return status(SW.wrongLength);
    if (p1 !== 0x00) return status(SW.wrongParameters);
    const found = referenced(session, p2);
    if (typeof found === 'number') return status(found);
    const { file } = found;
    if (file.kind !== 'key') return status(SW.wrongFileStructure);
    if (!allowed(session, file.use)) return status(SW.securityStatusNotSatisfied);
    if (!file.internalAuthenticate) return status(SW.conditionsNotSatisfied);
    if (le !== 256) return status(0x6c00);
    const input = digestInfoSha256(createHash('sha256').update(data).digest());
    return signed(() => deviceOf(file.privateKey).compute({ kind: 'rsa-pkcs1', input }));
  },
};
