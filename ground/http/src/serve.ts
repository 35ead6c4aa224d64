import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HttpError } from './error.ts';
import { answerOpen, type OpenRoute, openRouteOf } from './open-route.ts';

/** A server, or a whole party, that runs. */
export interface Running {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Stops taking calls and lets go of everything. */
  close(): Promise<void>;
}

/** What a server needs. */
export interface ServeOptions {
  /** The routes. */
  readonly app: Hono;
  /** 0 or nothing: a free one. */
  readonly port?: number;
  /** Turns an error into an answer (see `@tegata/problem`). */
  readonly onError: (error: unknown) => { status: number; contentType: string; body: string };
  /** What is public and asked for often, in front of the routes and their guards. */
  readonly open?: readonly OpenRoute[];
}

/**
 * Serves routes on 127.0.0.1. A Host other than our own loopback name and port, or an Origin other than ourselves, is refused
 * before any route sees it: a web page that the user has open must not reach a party, not even through a rebound DNS name.
 */
export async function serve(options: ServeOptions): Promise<Running> {
  let allowedHosts = new Set<string>();
  const outer = new Hono();
  outer.onError((error) => {
    const { status, contentType, body } = options.onError(error);
    return new Response(body, { status, headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
  });
  outer.use('*', async (c, next) => {
    if (!allowedHosts.has(c.req.header('host') ?? '')) {
      throw new HttpError('wrong-host', 'This server answers under its own loopback name only.');
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && !(origin.startsWith('http://') && allowedHosts.has(origin.slice('http://'.length)))) {
      throw new HttpError('foreign-origin', 'A page of another origin may not call this server.');
    }
    await next();
    c.header('x-content-type-options', 'nosniff');
  });
  outer.notFound(() => {
    throw new HttpError('not-found', 'There is nothing at this address.');
  });
  outer.route('/', options.app);

  const { open = [], onError } = options;
  const guarded = getRequestListener(outer.fetch);
  const server = createServer(
    { requestTimeout: 120_000, headersTimeout: 10_000, maxHeaderSize: 16_384 },
    (request, response) => {
      const route = openRouteOf(open, request);
      return route ? answerOpen(route, request, response, onError) : guarded(request, response);
    },
  );
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port ?? 0 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  allowedHosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
