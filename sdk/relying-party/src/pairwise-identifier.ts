import { cappedPost, type FetchPort } from './capped-fetch.ts';
import { RelyingPartyError } from './error.ts';
import type { LoginProof } from './login.ts';

/** Where identifiers come from. */
export interface PairwiseOptions {
  /** Address of JPKI's `POST /pairwise-identifiers`. */
  readonly url: string;
  /** What this relying party was enrolled with. */
  readonly secret: string;
  readonly fetch?: FetchPort;
  /** Milliseconds (default 5,000). */
  readonly timeoutMs?: number;
}

/** Tells who has logged in: the same text for the same person at this relying party, for as long as both exist. */
export type PairwiseIdentifiers = (proof: LoginProof) => Promise<string>;

const MAX_BYTES = 4_096;

/**
 * Asks JPKI for the identifier of a person at this relying party (仮名の識別子): what to keep as the account's key. It stays when the
 * person gets a new card, a new phone or new certificates, so that two equal identifiers answer "is this still the same person?";
 * another relying party gets another one. Never keep a certificate's serial number for this: each certificate has another.
 * @throws {RelyingPartyError} of the function that comes back: `identifier-unavailable` (ask again later), `identifier-refused` with
 * the code of JPKI: `proof-invalid`, `certificate-unusable`, `unauthorized`
 * @example
 * const identify = pairwiseIdentifiers({ url: 'https://jpki.example/pairwise-identifiers', secret });
 * const report = await login.verify(answer);
 * if (report.proof) session.account = await identify(report.proof);
 */
export function pairwiseIdentifiers(options: PairwiseOptions): PairwiseIdentifiers {
  const { url, secret, timeoutMs = 5_000 } = options;
  const port: FetchPort = options.fetch ?? fetch;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` };
  return async ({ text, certificate, signature }) => {
    const question = { text, certificate: base64(certificate), signature: base64(signature) };
    const body = new TextEncoder().encode(JSON.stringify(question));
    const answer = await cappedPost(port, url, { headers, body }, { timeoutMs, maxBytes: MAX_BYTES });
    if ('failed' in answer || answer.status >= 500 || answer.status === 429) {
      const code = 'failed' in answer ? answer.failed : String(answer.status);
      throw new RelyingPartyError('identifier-unavailable', 'Who has logged in cannot be told now. Ask again.', {
        code,
      });
    }
    const told = jsonOf(answer.body);
    const { identifier, code } = told;
    if (answer.status === 200 && typeof identifier === 'string' && /^[\w-]{43}$/.test(identifier)) return identifier;
    throw new RelyingPartyError('identifier-refused', 'JPKI does not tell who has logged in.', {
      code: typeof code === 'string' && /^[a-z-]{1,60}$/.test(code) ? code : String(answer.status),
    });
  };
}

function jsonOf(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
