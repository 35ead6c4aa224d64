import { SW } from '@tegata/apdu';
import { type Instruction, status } from './session.ts';

/**
 * The last-command indicator `80 FC 00 00` of the iPhone profile: the reader has no more commands (card.md §14). A card does not know it and says
 * `6700`. Nothing is published about what it does; here it takes back every verified PIN, as the end of a session does.
 */
export const lastCommandIndicator: Instruction = {
  cla: 0x80,
  ins: 0xfc,
  run(session, { p1, p2, data, le }) {
    if (!session.application?.lastCommandIndicator || data.length > 0 || le !== undefined)
      return status(SW.wrongLength);
    if (p1 !== 0x00 || p2 !== 0x00) return status(SW.wrongParameters);
    session.verified.clear();
    return status(SW.ok);
  },
};
