import { SW } from '@tegata/apdu';
import { type Instruction, status } from './session.ts';

/** SET PUBLIC IC KEY: nobody has seen it succeed in public, and every P1-P2 tried was answered so (card.md §3). */
export const setPublicIcKey: Instruction = {
  cla: 0x80,
  ins: 0xa2,
  run: () => status(SW.wrongParameters),
};
