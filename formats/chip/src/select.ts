import { type Command, SW } from '@tegata/apdu';
import { forget, type Instruction, type Session, status } from './session.ts';

const BY_AID = 0x04;
const EF_UNDER_DF = 0x02;
const NO_FCI = 0x0c;

/** SELECT (card.md §3): a DF by AID or a prefix of it (JICSAP), an EF by id. Neither gives an FCI. */
export const select: Instruction = {
  cla: 0x00,
  ins: 0xa4,
  run(session, { p1, p2, data, extended }) {
    if (extended) return status(SW.wrongLength);
    if (p1 === BY_AID && p2 === NO_FCI) return selectApplication(session, data);
    if (p1 === EF_UNDER_DF && p2 === NO_FCI) return selectFile(session, data);
    if (p1 === 0x00) return selectMasterFile(session, p2, data);
    return status(SW.wrongParameters);
  },
};

function selectApplication(session: Session, aid: Command['data']): Uint8Array {
  if (aid.length < 1 || aid.length > 16) return status(SW.wrongLength);
  const found = session.applications.find((application) => startsWith(application.aid, aid));
  if (!found) return status(SW.fileNotFound);
  session.application = found;
  forget(session);
  return status(SW.ok);
}

function selectFile(session: Session, data: Command['data']): Uint8Array {
  if (data.length !== 2) return status(SW.wrongLength);
  const id = (data[0]! << 8) | data[1]!;
  if (!session.application?.files.has(id)) return status(SW.fileNotFound);
  session.fileId = id;
  return status(SW.ok);
}

// Right after reset the card knows no master file; later it says 9000 and does nothing.
function selectMasterFile(session: Session, p2: number, data: Command['data']): Uint8Array {
  if (data.length > 0) return status(SW.fileNotFound);
  return status(p2 === 0x00 && session.application ? SW.ok : SW.wrongParameters);
}

function startsWith(aid: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= aid.length && prefix.every((byte, i) => byte === aid[i]);
}
