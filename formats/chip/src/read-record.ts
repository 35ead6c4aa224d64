import { SW } from '@tegata/apdu';
import { allowed, type Instruction, status, success } from './session.ts';

const ONE_RECORD = 0x04;
const TO_THE_LAST = 0x05;

/**
 * READ RECORD (card.md §3): P1 is the record from 1, P2 the short EF id (0: the current EF) and `04` for this record or `05` for all from it to
 * the last one.
 */
export const readRecord: Instruction = {
  cla: 0x00,
  ins: 0xb2,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le === undefined || data.length > 0) return status(SW.wrongLength);
    const sfi = p2 >> 3;
    const form = p2 & 0x07;
    if ((form !== ONE_RECORD && form !== TO_THE_LAST) || sfi === 0x1f) return status(SW.wrongParameters);
    const id = sfi === 0 ? session.fileId : sfi;
    if (id === undefined) return status(SW.noCurrentFile);
    const file = session.application?.files.get(id);
    if (!file) return status(SW.fileNotFound);
    session.fileId = id;
    if (file.kind !== 'records') return status(SW.wrongFileStructure);
    if (!allowed(session, file.read)) return status(SW.securityStatusNotSatisfied);
    // Record 0 is "the current one", and nothing here makes one current.
    if (p1 === 0 || p1 > file.records.length) return status(SW.recordNotFound);
    const wanted = file.records.slice(p1 - 1, form === ONE_RECORD ? p1 : undefined);
    const bytes = Buffer.concat(wanted);
    if (bytes.length > le)
      return bytes.length > 256 ? success(bytes.subarray(0, le)) : status(0x6c00 | (bytes.length & 255));
    return success(bytes);
  },
};
