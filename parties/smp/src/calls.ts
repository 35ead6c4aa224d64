import { HttpError, type PeerAnswer } from '@tegata/http';
import { SmpError, type WaitingCode } from './error.ts';
import type { Dependency } from './smp.ts';

/**
 * Calls another party through its breaker. No answer, a server error and "later" are one thing to an application: it waits.
 * @throws {SmpError} `code`, when there is no answer that decides anything
 */
export async function call(
  { breaker }: Dependency,
  code: WaitingCode,
  request: () => Promise<PeerAnswer>,
): Promise<PeerAnswer> {
  if (!breaker.allows()) throw new SmpError(code, 'Calls are held back until that party answers again.');
  try {
    const answer = await request();
    if (answer.status < 500 && answer.status !== 429) {
      breaker.succeeded();
      return answer;
    }
    breaker.failed();
    throw new SmpError(code, 'The other party answered that it cannot answer now.', { status: answer.status });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    breaker.failed();
    throw new SmpError(code, error.message, { cause: error.code });
  }
}

/** The `code` of a problem that another party answered; nothing where it is none. Never shown: our own words are. */
export function problemCodeOf(answer: PeerAnswer): string | undefined {
  if (answer.body.length > 16_384) return undefined;
  try {
    const value = answer.json();
    const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
    return typeof code === 'string' && /^[a-z-]{1,60}$/.test(code) ? code : undefined;
  } catch {
    return undefined;
  }
}
