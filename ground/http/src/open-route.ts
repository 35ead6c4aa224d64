import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './error.ts';

/** What came to an open route. */
export interface OpenRequest {
  /** As it was written, percent-encoding and all, without the query. */
  readonly path: string;
  readonly body: Uint8Array;
  /** By their names in small letters. */
  readonly header: (name: string) => string | undefined;
}

/** What an open route answers. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * An address that is answered in front of the routes, without their guards and without a framework in between: for what is public, the
 * same for everybody, changes nothing, and is asked for often, by programs that know us by another name or by none.
 */
export interface OpenRoute {
  readonly method: 'GET' | 'POST';
  /** The path, or with a slash at its end the beginning of one. */
  readonly path: string;
  /** Of the body. */
  readonly maxBytes: number;
  /** @throws {Error} which then is answered as an error of the routes is */
  readonly answer: (request: OpenRequest) => Promise<OpenAnswer>;
}

/** Finds the open route of a request. */
export function openRouteOf(routes: readonly OpenRoute[], request: IncomingMessage): OpenRoute | undefined {
  const path = pathOf(request);
  return routes.find(
    (route) =>
      route.method === request.method && (route.path.endsWith('/') ? path.startsWith(route.path) : path === route.path),
  );
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Answers a request by an open route. It never throws. */
export async function answerOpen(
  route: OpenRoute,
  request: IncomingMessage,
  response: ServerResponse,
  onError: (error: unknown) => { status: number; contentType: string; body: string },
): Promise<void> {
  let answer: OpenAnswer;
  try {
    const body = await bodyOf(request, route.maxBytes);
    const header = (name: string) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    answer = await route.answer({ path: pathOf(request), body, header });
  } catch (error) {
    const { status, contentType, body } = onError(error);
    const headers = { 'content-type': contentType, 'cache-control': 'no-store' };
    answer = { status, headers, body: new TextEncoder().encode(body) };
  }
  // Who has gone away gets nothing; a body that was not read to its end is not read on.
  if (response.destroyed) return;
  if (!request.complete) response.shouldKeepAlive = false;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status === 304 ? {} : { 'content-length': answer.body.length }),
    'x-content-type-options': 'nosniff',
  });
  response.end(answer.body);
}

function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let size = 0;
    request.on('data', (part: Uint8Array) => {
      size += part.length;
      if (size <= maxBytes) parts.push(part);
      else {
        request.pause();
        reject(new HttpError('body-too-large', `A body of at most ${maxBytes} bytes is taken here.`, { maxBytes }));
      }
    });
    request.on('end', () => resolve(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)));
    request.on('error', reject);
    request.on('close', () => reject(new HttpError('peer-unreachable', 'The caller has gone away.')));
  });
}
