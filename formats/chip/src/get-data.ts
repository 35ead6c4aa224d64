import { SW } from '@tegata/apdu';
import { type Instruction, status, success } from './session.ts';

const SHORT_MAX = 256;

/**
 * GET DATA (card.md §10): the data objects of the card level, with the issuer security domain selected, or with nothing selected since reset.
 * The values of objects above 256 bytes need an extended Le; with a short one they are `6700`, not `61xx`.
 */
export const getData: Instruction = {
  cla: 0x00,
  ins: 0xca,
  run(session, { p1, p2, data, le, extended }) {
    if (le === undefined || data.length > 0) return status(SW.wrongLength);
    const holder = session.application ?? session.applications.find(({ dataObjects }) => dataObjects);
    const object = holder?.dataObjects?.get((p1 << 8) | p2);
    if (!object) return status(SW.referencedDataNotFound);
    if (object.length > SHORT_MAX ? !extended || le < object.length : extended && le < object.length) {
      return status(SW.wrongLength);
    }
    if (object.length > le) return status(0x6c00 | (object.length & 255));
    return success(object);
  },
};
