import type { RefusalCode } from './error.ts';

const BY_CHECK: Readonly<Record<string, RefusalCode>> = {
  presence: 'presence-invalid',
  'surface-presence': 'presence-invalid',
  'my-number': 'my-number-invalid',
  'card-expiry': 'card-expired',
};

/** The reason to refuse that a failed check of the card's files stands for. */
export function cardRefusal(check: { readonly id: string; readonly code?: string }): RefusalCode {
  if (check.code === 'unknown-issuer') return 'card-unknown-issuer';
  return BY_CHECK[check.id] ?? 'card-data-invalid';
}
