import { type Change, makeSigner } from './authority.ts';
import { type Case, type CaseText, fails, responseCase, root } from './case.ts';
import { type Extension, type NameParts, replacing, without } from './certificate.ts';
import type { Forgery } from './document.ts';

/** The text of a case about the chain. */
export const chain = (id: string, title: string, code: string | undefined, more: Partial<CaseText> = {}): CaseText => ({
  id: `chain-${id}`,
  title,
  clause: 'ISO/IEC 18013-5 §9.3.3',
  expect: fails('issuer-chain', code),
  pitfalls: [15],
  ...more,
});

/** The same for a row of the profile of document signers. */
export const profile = (id: string, title: string, code: string, more: Partial<CaseText> = {}): CaseText =>
  chain(id, title, code, { clause: 'ISO/IEC 18013-5 B.1.4', ...more });

/** A document whose signer's certificate is changed, and nothing else. */
export const ds = (text: CaseText, change: Change, forgery: Forgery = {}): Case =>
  responseCase(text, { issuer: makeSigner(root, text.id, 'P-256', change), ...forgery });

/** Changes the extensions of a certificate. */
export const extensions =
  (change: (all: readonly Extension[]) => readonly Extension[]): Change =>
  (parts) => ({
    extensions: change(parts.extensions),
  });

/** A certificate without an extension. */
export const lacking = (oid: string) => extensions((all) => without(all, oid));

/** A certificate with this extension in the place of its namesake. */
export const having = (one: Extension) => extensions((all) => replacing(all, one));

/** A certificate of another subject. */
export const named =
  (...subject: NameParts): Change =>
  () => ({ subject });
