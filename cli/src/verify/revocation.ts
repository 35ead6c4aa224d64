import type { MdocCheck } from '@tegata/mdoc';
import { crlWords } from './trust.ts';
import type { Setting } from './verification.ts';

/** Says in the check why the CRLs came to what they came to, or that no one was to ask. */
export function revocationWords(check: MdocCheck, { revocation, crlResults }: Setting): MdocCheck {
  if (check.id !== 'issuer-chain') return check;
  if (check.code === 'revocation-no-data' && revocation === 'off') {
    return { ...check, code: 'revocation-off', detail: 'Revocation was not to be checked.' };
  }
  if (check.code !== 'revoked' && check.code !== 'revocation-undetermined') return check;
  const wanted = check.code === 'revoked' ? 'revoked' : 'unusable';
  // With several signers in one response it may not be known whose it is.
  const [words, other] = new Set(crlResults.filter(({ status }) => status === wanted).map(crlWords));
  return words && other === undefined ? { ...check, detail: `${check.detail ?? ''} ${words}`.trim() } : check;
}
