/** What is to be fetched, once a document is good but for what it says. */
export interface RevocationRequest {
  readonly kind: 'crl' | 'status-list' | 'identifier-list';
  /** From a certificate or an MSO whose signature holds: still the word of the issuer, not of the caller. */
  readonly uri: string;
  /** For the header Accept. */
  readonly accept: string;
  /** A longer answer is refused, so that it need not be read to its end. */
  readonly maxOctets: number;
  /** Fires when the time is over. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface RevocationAnswer {
  readonly body: Uint8Array;
  readonly contentType?: string;
  /** When it was fetched, for a copy from a cache. */
  readonly fetchedAt?: Date;
}

/**
 * The caller's own way to the network. It decides which hosts may be asked, and whether redirects are followed; whatever it throws leaves
 * the status undetermined. A `code` of the error is told in the report.
 */
export type RevocationFetcher = (request: RevocationRequest) => Promise<RevocationAnswer>;

/** How much may be fetched for one verification. */
export interface FetchLimits {
  /** For each fetch, in milliseconds (default 5000). */
  readonly timeoutMs?: number;
  /** For each answer (default 8 MiB). */
  readonly maxOctets?: number;
  /** For one response (default 8); what is beyond is undetermined. */
  readonly maxFetches?: number;
}

/** An answer, or a word for why there is none. */
export type Fetched = RevocationAnswer | { readonly failure: string };

const MAX_URI = 2048;

/** Fetches within the limits, each address once. */
export class BoundedFetcher {
  private readonly fetcher: RevocationFetcher;
  private readonly limits: Required<FetchLimits>;
  private readonly known = new Map<string, Promise<Fetched>>();

  constructor(fetcher: RevocationFetcher, limits: FetchLimits = {}) {
    this.fetcher = fetcher;
    this.limits = { timeoutMs: 5000, maxOctets: 8 * 1024 * 1024, maxFetches: 8, ...limits };
  }

  /** Never rejects. */
  fetch(kind: RevocationRequest['kind'], uri: string): Promise<Fetched> {
    const key = `${kind} ${uri}`;
    let answer = this.known.get(key);
    if (!answer) {
      answer = this.refusal(uri) ?? this.ask(kind, uri);
      this.known.set(key, answer);
    }
    return answer;
  }

  private refusal(uri: string): Promise<Fetched> | undefined {
    if (!isWebAddress(uri)) return Promise.resolve({ failure: 'address' });
    return this.known.size >= this.limits.maxFetches ? Promise.resolve({ failure: 'too-many' }) : undefined;
  }

  private async ask(kind: RevocationRequest['kind'], uri: string): Promise<Fetched> {
    const { timeoutMs, maxOctets } = this.limits;
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // A fetcher that does not listen to the signal must not hold up the verdict either.
    const late = new Promise<Fetched>((resolve) => {
      timer = setTimeout(() => {
        resolve({ failure: 'timeout' });
        abort.abort();
      }, timeoutMs);
    });
    try {
      return await Promise.race([
        this.answer({ kind, uri, accept: ACCEPT[kind], maxOctets, signal: abort.signal }),
        late,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async answer(request: RevocationRequest): Promise<Fetched> {
    try {
      const answer = await this.fetcher(request);
      if (!(answer.body instanceof Uint8Array)) return { failure: 'no-body' };
      return answer.body.length > request.maxOctets ? { failure: 'too-large' } : answer;
    } catch (error) {
      return { failure: wordOf(error) };
    }
  }
}

const ACCEPT: Readonly<Record<RevocationRequest['kind'], string>> = {
  crl: 'application/pkix-crl',
  'status-list': 'application/statuslist+cwt',
  'identifier-list': 'application/identifierlist+cwt',
};

function isWebAddress(uri: string): boolean {
  if (uri.length > MAX_URI || !URL.canParse(uri)) return false;
  const { protocol, username, password } = new URL(uri);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

/** Codes alone: the message of a foreign error may hold anything. */
function wordOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Za-z0-9_-]{1,40}$/.test(code) ? code : 'failed';
}
