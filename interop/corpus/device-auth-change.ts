import type { CborValue } from '@tegata/cbor';
import { type CaseText, fails, responseCase } from './case.ts';
import type { Forgery } from './document.ts';

const CLAUSE = 'ISO/IEC 18013-5 §9.1.3';

/** The text of a case about device authentication. */
export const text = (id: string, title: string, code: string, more: Partial<CaseText> = {}): CaseText => ({
  id: `device-auth-${id}`,
  title,
  clause: CLAUSE,
  expect: fails('device-auth', code),
  ...more,
});

/** A document of which the phone’s part is wrong. */
export const auth = (id: string, title: string, code: string, forgery: Forgery, more: Partial<CaseText> = {}) =>
  responseCase(text(id, title, code, more), forgery);

/** deviceAuth with something else in it. */
export const holds = (form: string, change: (signature: CborValue[], payload: Uint8Array) => CborValue) => ({
  deviceAuth: ({ signature, payload }: { signature: CborValue[]; payload: Uint8Array }) =>
    new Map([[form, change(signature, payload)]]),
});

/** A changed deviceSignature. */
export const asSignature = (change: (signature: CborValue[], payload: Uint8Array) => CborValue) =>
  holds('deviceSignature', change);

/** A deviceSignature with other bytes at its end. */
export const withSignature = (change: (signature: Uint8Array) => Uint8Array) =>
  asSignature((made) => [...made.slice(0, 3), change(made[3] as Uint8Array)]);
