// Planted for checks/imports.ts, which must find each of these: a cycle, a peer's library, an import that does not resolve.
import '@auth0/mdl';
import '@tegata/no-such-room';
import { b } from './cycle-b.ts';

export const a = () => b;
