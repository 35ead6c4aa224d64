import type { CborMap, CborValue } from '@tegata/cbor';
import { type CaseText, fails, responseCase } from './case.ts';
import { type Forgery, NS_ISO } from './document.ts';

const CLAUSE = 'ISO/IEC 18013-5 §9.1.2.4';

/** The text of a case about the MSO. */
export const text = (id: string, title: string, code: string, more: Partial<CaseText> = {}): CaseText => ({
  id: `mso-${id}`,
  title,
  clause: CLAUSE,
  expect: fails('mso-structure', code),
  pitfalls: [14],
  ...more,
});

/** Sets a member of the MSO. */
export const set = (member: string, value: CborValue) => (mso: CborMap) => void mso.set(member, value);

/** Leaves a member of the MSO out. */
export const drop = (member: string) => (mso: CborMap) => void mso.delete(member);

/** A map inside of the MSO. */
export const inside = (mso: CborMap, ...path: string[]): CborMap =>
  path.reduce((map, name) => map.get(name) as CborMap, mso);

/** Sets a member of validityInfo. */
export const info = (member: string, value: CborValue) => (mso: CborMap) =>
  void inside(mso, 'validityInfo').set(member, value);

/** Changes the digests of one namespace. */
export const digests = (change: (digests: CborMap) => void) => (mso: CborMap) =>
  change(inside(mso, 'valueDigests', NS_ISO));

/** A document with a changed MSO. */
export const mso = (id: string, title: string, code: string, change: Forgery['mso'], more: Partial<CaseText> = {}) =>
  responseCase(text(id, title, code, more), { mso: change });
