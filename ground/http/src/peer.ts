import type { Party, StepNumber, Tap } from '@tegata/tap';
import { noTap } from '@tegata/tap';
import { HttpError } from './error.ts';
import { readStream } from './guards.ts';

/** How to reach another party. */
export interface PeerOptions {
  /** Where it listens. */
  readonly url: string;
  /** Who it is. */
  readonly name: Party;
  /** Who is calling. */
  readonly party: Party;
  /** The secret of this pair, where calls carry one. */
  readonly secret?: string;
  readonly tap?: Tap;
  /** For one request and its answer; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Of an answer's body; 1 MiB by default. */
  readonly maxBytes?: number;
}

/** One request. */
export interface PeerRequest {
  readonly body?: Uint8Array;
  readonly json?: unknown;
  readonly contentType?: string;
  readonly headers?: Record<string, string>;
  readonly step?: StepNumber;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One answer, whatever its status. */
export interface PeerAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body as JSON of unknown shape. @throws {SyntaxError} */
  json(): unknown;
}

/** Another party, as seen from here. */
export interface Peer {
  readonly url: string;
  /** @throws {HttpError} `peer-unreachable`, `peer-timeout`, `peer-answer-too-large` */
  request(method: string, path: string, request?: PeerRequest): Promise<PeerAnswer>;
}

/**
 * A client for one other party: time and size are bounded, redirects are not followed.
 * @example
 * const answer = await peer({ url, name: 'jpki', party: 'smp' }).request('POST', '/ocsp', { body, contentType: 'application/ocsp-request' });
 */
export function peer(options: PeerOptions): Peer {
  const tap = options.tap ?? noTap;
  return {
    url: options.url,
    async request(method, path, request = {}) {
      const body = request.json === undefined ? request.body : new TextEncoder().encode(JSON.stringify(request.json));
      const contentType = request.contentType ?? (request.json === undefined ? undefined : 'application/json');
      const at = { step: request.step };
      tap.message({
        from: options.party,
        to: options.name,
        ...at,
        kind: 'http-request',
        label: `${method} ${path}`,
        contentType,
        bytes: body ?? new Uint8Array(0),
      });
      const timeout = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs ?? 10_000);
      try {
        const response = await fetch(new URL(path, options.url), {
          method,
          redirect: 'error',
          signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
          headers: {
            ...(contentType ? { 'content-type': contentType } : {}),
            ...(options.secret ? { authorization: `Bearer ${options.secret}` } : {}),
            ...request.headers,
          },
          ...(body ? { body: body as Uint8Array<ArrayBuffer> } : {}),
        });
        const received = await readStream(response.body, options.maxBytes ?? 1_048_576, 'peer-answer-too-large');
        const receivedType = response.headers.get('content-type') ?? undefined;
        tap.message({
          from: options.name,
          to: options.party,
          ...at,
          kind: 'http-response',
          label: String(response.status),
          contentType: receivedType,
          bytes: received,
        });
        return {
          status: response.status,
          headers: response.headers,
          body: received,
          json: () => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(received)) as unknown,
        };
      } catch (error) {
        if (error instanceof HttpError) throw error;
        if (timeout.aborted)
          throw new HttpError('peer-timeout', `${options.name} did not answer in time.`, { peer: options.name });
        throw new HttpError('peer-unreachable', `${options.name} cannot be reached.`, { peer: options.name });
      }
    },
  };
}
