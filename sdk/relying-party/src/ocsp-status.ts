import type { Random } from '@tegata/random';
import { buildOcspRequest, type Certificate, oid, verifyOcspResponse } from '@tegata/x509';
import { type CertificateStatus, type StatusSource, undetermined } from './certificate-status.ts';
import { RelyingPartyError } from './error.ts';

/** The part of `fetch` that is used: pass your own to go through a proxy or to count calls. */
export type FetchPort = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array<ArrayBuffer>;
    readonly redirect: 'error';
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
}>;

/** Which responders may be asked, and how. */
export interface OcspStatusOptions {
  /**
   * The only addresses that are ever called. A certificate that names one of them is asked about there; one that names another
   * address, or none, at the first.
   */
  readonly responders: readonly string[];
  readonly random: Random;
  readonly fetch?: FetchPort;
  /** `none` for a responder that signs its answers ahead (default `required`). */
  readonly nonce?: 'required' | 'none';
  /** For one question and its answer, milliseconds (default 5,000). */
  readonly timeoutMs?: number;
  /** Of an answer, octets (default 16,384). */
  readonly maxBytes?: number;
}

/**
 * Asks OCSP responders (RFC 6960) from a fixed list, whatever a certificate names, with limits on time and size and without
 * following redirects. It never throws for what a responder does: that status is `undetermined`, with the code
 * `responder-unreachable` `responder-timeout` `responder-refused` `response-too-large` `response-type`, or one of
 * `verifyOcspResponse`.
 * @throws {RelyingPartyError} `responder-invalid` when the list is empty or an address is none
 * @example
 * const status = ocspStatus({ responders: ['http://127.0.0.1:8083/ocsp'], random: systemRandom });
 */
export function ocspStatus(options: OcspStatusOptions): StatusSource {
  const { responders, random, nonce: policy = 'required', timeoutMs = 5_000, maxBytes = 16_384 } = options;
  const port: FetchPort = options.fetch ?? fetch;
  const allowed = responders.map(addressOf);
  const [first] = allowed;
  if (first === undefined) throw new RelyingPartyError('responder-invalid', 'Name at least one OCSP responder.');

  return async ({ certificate, issuer, at, nonce: wanted }) => {
    const nonce = wanted ?? (policy === 'required' ? random.bytes(32) : undefined);
    const request = buildOcspRequest({ certificate, issuer, ...(nonce ? { nonce } : {}) });
    const url = namedBy(certificate).find((named) => allowed.includes(named)) ?? first;
    const received = await ask(port, url, request, { timeoutMs, maxBytes });
    if ('status' in received) return received;
    const { response } = received;
    const result = verifyOcspResponse({ response, certificate, issuer, at, ...(nonce ? { nonce } : {}) });
    const { status, code, checks, revokedAt, reason } = result;
    return { status, code, checks, revokedAt, reason, answer: { response, ...(nonce ? { nonce } : {}) } };
  };
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '';
  if (!plain) {
    throw new RelyingPartyError('responder-invalid', 'An OCSP responder is named by an http or https address.');
  }
  return url.href;
}

/** Addresses of responders in a certificate: only ever compared with the list. */
function namedBy({ authorityInfoAccess }: Certificate): string[] {
  return (authorityInfoAccess ?? []).flatMap(({ method, location }) =>
    method === oid.ocsp && location.type === 'uri' && URL.canParse(location.value)
      ? [new URL(location.value).href]
      : [],
  );
}

async function ask(
  port: FetchPort,
  url: string,
  request: Uint8Array,
  { timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number },
): Promise<{ readonly response: Uint8Array } | CertificateStatus> {
  const signal = AbortSignal.timeout(timeoutMs);
  // A port that does not heed the signal must not hold a visitor longer than the limit.
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  late.catch(() => {});
  try {
    const call = port(url, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' },
      body: Uint8Array.from(request),
      redirect: 'error',
      signal,
    });
    const answer = await Promise.race([call, late]);
    if (answer.status !== 200) {
      await answer.body?.cancel();
      return undetermined('responder-refused', `The responder answered with status ${answer.status}.`);
    }
    const type = answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/ocsp-response') {
      await answer.body?.cancel();
      return undetermined('response-type', 'What answered is not an OCSP responder.', 'RFC 6960 Appendix A');
    }
    const response = await Promise.race([collect(answer.body, maxBytes), late]);
    return response ? { response } : undetermined('response-too-large', `An answer has at most ${maxBytes} octets.`);
  } catch {
    return signal.aborted
      ? undetermined('responder-timeout', 'The responder did not answer in time.')
      : undetermined('responder-unreachable', 'The responder cannot be reached.');
  }
}

/** A body up to a limit; a longer one is let go of while it arrives. */
async function collect(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > maxBytes) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts, size));
}
