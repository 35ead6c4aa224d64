import { SW } from '@tegata/apdu';
import { type Instruction, status, success } from './session.ts';

/** GET CHALLENGE (card.md §3): 1 to 256 random bytes, with or without a selected application. */
export const getChallenge: Instruction = {
  cla: 0x00,
  ins: 0x84,
  run(session, { p1, p2, data, le, extended }) {
    if (extended) return status(SW.conditionsNotSatisfied);
    if (p1 !== 0x00 || p2 !== 0x00) return status(SW.wrongParameters);
    if (le === undefined || data.length > 0) return status(SW.wrongLength);
    return success(session.random.bytes(le));
  },
};
