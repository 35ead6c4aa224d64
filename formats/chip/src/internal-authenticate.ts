import { constants, createHash, privateEncrypt } from 'node:crypto';
import { digestInfoSha256, SW } from '@tegata/apdu';
import { allowed, type Instruction, referenced, status, success } from './session.ts';

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
    const hash = createHash('sha256').update(data).digest();
    const padding = constants.RSA_PKCS1_PADDING;
    return success(privateEncrypt({ key: file.privateKey, padding }, digestInfoSha256(hash)));
  },
};
