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

/** What came back, or why nothing did. */
export type CappedAnswer =
  | { readonly status: number; readonly contentType: string | undefined; readonly body: Uint8Array }
  | { readonly failed: 'unreachable' | 'timeout' | 'too-large' };

/** Sends one POST and reads the whole answer, within limits of time and size; redirects are not followed. Never throws. */
export async function cappedPost(
  port: FetchPort,
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<CappedAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  // A port that does not heed the signal must not hold a visitor longer than the limit.
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  late.catch(() => {});
  try {
    const { headers } = request;
    const body = Uint8Array.from(request.body);
    const answer = await Promise.race([port(url, { method: 'POST', headers, body, redirect: 'error', signal }), late]);
    const received = await Promise.race([collect(answer.body, maxBytes), late]);
    if (!received) return { failed: 'too-large' };
    const contentType = answer.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    return { status: answer.status, contentType, body: received };
  } catch {
    return { failed: signal.aborted ? 'timeout' : 'unreachable' };
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
