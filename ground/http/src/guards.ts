import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { HttpError } from './error.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Lets only the party pass that knows the secret of this pair (`Authorization: Bearer …`).
 * @throws {HttpError} `unauthorized`
 */
export function pairSecret(secret: string): MiddlewareHandler {
  const expected = digest(`Bearer ${secret}`);
  return async (c, next) => {
    // Digests are compared, so that neither length nor content shows in the time it takes.
    if (!timingSafeEqual(digest(c.req.header('authorization') ?? ''), expected)) {
      throw new HttpError('unauthorized', 'This call needs the secret of the calling party.');
    }
    await next();
  };
}

/**
 * Reads a request body up to a limit; a longer one is refused while it arrives, not after.
 * @throws {HttpError} `body-too-large`
 */
export async function readBody(c: Context, maxBytes: number): Promise<Uint8Array> {
  return readStream(c.req.raw.body, maxBytes, 'body-too-large');
}

/** Collects a stream up to a limit. */
export async function readStream(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  code: 'body-too-large' | 'peer-answer-too-large',
): Promise<Uint8Array> {
  if (!body) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxBytes) throw new HttpError(code, `A body of at most ${maxBytes} bytes is taken here.`, { maxBytes });
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts, size));
}
