import { encodeResponse, SW } from '@tegata/apdu';
import { allowed, type Instruction, status } from './session.ts';

/** READ BINARY (card.md §3): 15-bit offset in the current EF, or 8-bit offset in the EF of a short id, which becomes current. */
export const readBinary: Instruction = {
  cla: 0x00,
  ins: 0xb0,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le === undefined || data.length > 0) return status(SW.wrongLength);
    let id = session.fileId;
    let offset = (p1 << 8) | p2;
    if (p1 & 0x80) {
      id = p1 & 0x1f;
      if (p1 & 0x60 || id === 0 || id === 0x1f) return status(SW.wrongParameters);
      offset = p2;
    }
    if (id === undefined) return status(SW.noCurrentFile);
    const file = session.application?.files.get(id);
    if (!file) return status(SW.fileNotFound);
    session.fileId = id;
    if (file.kind !== 'transparent') return status(SW.wrongFileStructure);
    if (!allowed(session, file.read)) return status(SW.securityStatusNotSatisfied);
    if (offset >= file.content.length) return status(SW.offsetPastEnd);
    const short = offset + le > file.content.length;
    const sw = short ? (session.variants.endOfFile ?? SW.ok) : SW.ok;
    return encodeResponse(file.content.subarray(offset, offset + le), sw);
  },
};
