import type { Random } from '@tegata/random';
import { buildOcspRequest, type Certificate, oid, verifyOcspResponse } from '@tegata/x509';
import { cappedPost, type FetchPort } from './capped-fetch.ts';
import { type CertificateStatus, type StatusSource, undetermined } from './certificate-status.ts';
import { RelyingPartyError } from './error.ts';

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

const failures = {
  unreachable: ['responder-unreachable', 'The responder cannot be reached.'],
  timeout: ['responder-timeout', 'The responder did not answer in time.'],
  'too-large': ['response-too-large', 'The answer is larger than is taken here.'],
} as const;

async function ask(
  port: FetchPort,
  url: string,
  body: Uint8Array,
  limits: { timeoutMs: number; maxBytes: number },
): Promise<{ readonly response: Uint8Array } | CertificateStatus> {
  const headers = { 'content-type': 'application/ocsp-request', accept: 'application/ocsp-response' };
  const answer = await cappedPost(port, url, { headers, body }, limits);
  if ('failed' in answer) {
    const [code, detail] = failures[answer.failed];
    return undetermined(code, detail);
  }
  if (answer.status !== 200) {
    return undetermined('responder-refused', `The responder answered with status ${answer.status}.`);
  }
  if (answer.contentType !== 'application/ocsp-response') {
    return undetermined('response-type', 'What answered is not an OCSP responder.', 'RFC 6960 Appendix A');
  }
  return { response: answer.body };
}
