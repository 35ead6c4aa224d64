import { judge } from './corpus-judge.ts';
import type { Peer } from './scorecard-peer.ts';

/** Our own verifier, measured like the others. */
export const tegata: Peer = {
  name: '@tegata/mdoc',
  kinds: ['device-response', 'issuer-signed', 'device-request'],
  notAsked: [],
  accepts: async (one) => judge(one).valid,
};
