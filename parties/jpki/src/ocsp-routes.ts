import type { Clock } from '@tegata/clock';
import { readBody } from '@tegata/http';
import { buildOcspError } from '@tegata/x509-build';
import { type Context, Hono } from 'hono';
import type { OcspAnswered, OcspService } from './answer-ocsp.ts';

const MAX_BODY = 16 * 1024;
/** A longer request than this does not fit into an address of 4 KiB. */
const MAX_PATH = 4096;
/** Caches may give an answer on for so long; the answer itself lasts longer. */
const MAX_AGE = 600;

/**
 * OCSP over HTTP (RFC 6960 Appendix A): `POST /ocsp` with the request as body, and `GET /ocsp/{base64 of the request}`, whose answers
 * without nonce say for how long caches may give them on (RFC 5019 §6).
 */
export function ocspRoutes(service: OcspService, clock: Clock): Hono {
  const app = new Hono();

  app.post('/ocsp', async (c) => {
    const body = await readBody(c, MAX_BODY);
    const isRequest = c.req.header('content-type')?.split(';')[0]?.trim() === 'application/ocsp-request';
    const { body: response } = isRequest ? await service.answer(body) : { body: buildOcspError('malformedRequest') };
    return c.body(Uint8Array.from(response), 200, {
      'content-type': 'application/ocsp-response',
      'cache-control': 'no-store',
    });
  });

  app.get('/ocsp/*', async (c) => {
    const request = requestInPath(new URL(c.req.url).pathname);
    const answered = request ? await service.answer(request) : { body: buildOcspError('malformedRequest') };
    return withCacheHeaders(c, answered, clock.now());
  });

  return app;
}

/** The request in an address: base64, percent-encoded; a slash of base64 may stand there as it is. */
function requestInPath(path: string): Uint8Array | undefined {
  const written = path.slice('/ocsp/'.length);
  if (written.length > MAX_PATH) return undefined;
  let base64: string;
  try {
    base64 = decodeURIComponent(written);
  } catch {
    return undefined;
  }
  // Some requesters write an empty segment before the request.
  base64 = base64.replace(/^\/+/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function withCacheHeaders(c: Context, { body, kept }: OcspAnswered, now: Date): Response {
  const headers: Record<string, string> = { 'content-type': 'application/ocsp-response' };
  if (!kept || kept.status.status === 'unknown') {
    headers['cache-control'] = 'no-store';
    return c.body(Uint8Array.from(body), 200, headers);
  }
  const left = Math.floor((kept.nextUpdate.getTime() - now.getTime()) / 1000);
  headers['cache-control'] = `max-age=${Math.max(0, Math.min(MAX_AGE, left))}, public, no-transform, must-revalidate`;
  headers['last-modified'] = kept.thisUpdate.toUTCString();
  headers['expires'] = kept.nextUpdate.toUTCString();
  headers['etag'] = kept.etag;
  if (c.req.header('if-none-match') === kept.etag) return c.body(null, 304, headers);
  return c.body(Uint8Array.from(body), 200, headers);
}
