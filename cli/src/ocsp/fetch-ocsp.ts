import { ArgumentError } from '../verify/argument-error.ts';

/** What one response may hold. */
const MAX_BYTES = 64 * 1024;

/** Why there is no response. */
export interface NotFetched {
  readonly code: 'ocsp-unreachable' | 'ocsp-timeout' | 'ocsp-http-status' | 'ocsp-content-type' | 'ocsp-too-large';
  readonly detail: string;
}

/**
 * Sends a request to a responder (RFC 6960 Appendix A): within a time, no redirect, no more than 64 KiB, and an answer only of its own
 * media type.
 * @throws {ArgumentError} `usage` for an address that is none
 */
export async function fetchOcsp(asked: {
  readonly url: string;
  readonly request: Uint8Array;
  readonly method: 'get' | 'post';
  readonly timeoutMs: number;
}): Promise<{ readonly response: Uint8Array } | NotFetched> {
  const signal = AbortSignal.timeout(asked.timeoutMs);
  const base = addressOf(asked.url);
  try {
    const answer =
      asked.method === 'get'
        ? await fetch(`${base}/${encodeURIComponent(Buffer.from(asked.request).toString('base64'))}`, {
            signal,
            redirect: 'error',
          })
        : await fetch(asked.url, {
            ...{ method: 'POST', signal, redirect: 'error' as const },
            headers: { 'content-type': 'application/ocsp-request' },
            body: Uint8Array.from(asked.request),
          });
    const type = answer.headers.get('content-type')?.split(';')[0]?.trim();
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return { code: 'ocsp-http-status', detail: `The responder answered with HTTP status ${answer.status}.` };
    }
    if (type !== 'application/ocsp-response') {
      await answer.body?.cancel();
      return { code: 'ocsp-content-type', detail: 'The answer is not of the type application/ocsp-response.' };
    }
    const response = await read(answer);
    return response
      ? { response }
      : { code: 'ocsp-too-large', detail: `The answer is larger than ${MAX_BYTES / 1024} KiB.` };
  } catch {
    return signal.aborted
      ? { code: 'ocsp-timeout', detail: 'The responder did not answer in time.' }
      : { code: 'ocsp-unreachable', detail: 'The responder cannot be reached.' };
  }
}

/** The address without a slash at its end. */
function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new ArgumentError('usage', '--url is an address that begins with http:// or https://.', { option: 'url' });
}

async function read(answer: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
