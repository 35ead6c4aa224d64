import type { CrlResult } from './check-crl.ts';

/**
 * Since when and why a certificate is revoked, or why that could not be found out; in words for a report.
 * @returns undefined where there is nothing to say
 * @example crlWords(checker.check(ds, clock.now())) // 'Since 2026-11-23T03:00:00.000Z, reason: keyCompromise.'
 */
export function crlWords(result: CrlResult): string | undefined {
  if (result.status === 'good') return undefined;
  if (result.status === 'revoked') {
    const since = result.revokedAt ? `Since ${result.revokedAt.toISOString()}` : 'Since an unknown time';
    return `${since}, reason: ${result.reason ?? 'unspecified'}.`;
  }
  const failed = result.checks.find((check) => check.result === 'failed');
  return failed?.detail ? `CRL (${result.code}): ${failed.detail}` : `CRL: ${result.code}.`;
}
