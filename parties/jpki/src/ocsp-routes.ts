import type { Clock } from '@tegata/clock';
import type { OpenAnswer, OpenRequest, OpenRoute } from '@tegata/http';
import { buildOcspError } from '@tegata/x509-build';
import type { OcspAnswered, OcspService } from './answer-ocsp.ts';

const MAX_BODY = 16 * 1024;
/** A longer request than this does not fit into an address of 4 KiB. */
const MAX_PATH = 4096;
/** Caches may give an answer on for so long; the answer itself lasts longer. */
const MAX_AGE = 600;

const MALFORMED = buildOcspError('malformedRequest');
const TYPE = { 'content-type': 'application/ocsp-response' };
const UNCACHED = { ...TYPE, 'cache-control': 'no-store' };

/**
 * OCSP over HTTP (RFC 6960 Appendix A): `POST /ocsp` with the request as body, and `GET /ocsp/{base64 of the request}`, whose answers
 * without nonce say for how long caches may give them on (RFC 5019 §6).
 */
export function ocspRoutes(service: OcspService, clock: Clock): OpenRoute[] {
  return [
    {
      ...{ method: 'POST', path: '/ocsp', maxBytes: MAX_BODY },
      async answer({ body, header }) {
        const type = header('content-type');
        const isRequest =
          type === 'application/ocsp-request' || type?.split(';')[0]?.trim() === 'application/ocsp-request';
        const response = isRequest ? (await service.answer(body)).body : MALFORMED;
        return { status: 200, headers: UNCACHED, body: response };
      },
    },
    {
      ...{ method: 'GET', path: '/ocsp/', maxBytes: 0 },
      async answer(request) {
        const asked = requestInPath(request.path);
        const answered = asked ? await service.answer(asked) : { body: MALFORMED };
        return withCacheHeaders(request, answered, clock.now());
      },
    },
  ];
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

function withCacheHeaders({ header }: OpenRequest, { body, kept }: OcspAnswered, now: Date): OpenAnswer {
  if (!kept || kept.status.status === 'unknown') return { status: 200, headers: UNCACHED, body };
  const left = Math.floor((kept.nextUpdate.getTime() - now.getTime()) / 1000);
  const headers = {
    ...TYPE,
    'cache-control': `max-age=${Math.max(0, Math.min(MAX_AGE, left))}, public, no-transform, must-revalidate`,
    'last-modified': kept.thisUpdate.toUTCString(),
    expires: kept.nextUpdate.toUTCString(),
    etag: kept.etag,
  };
  const isSame = header('if-none-match') === kept.etag;
  return isSame ? { status: 304, headers, body: new Uint8Array() } : { status: 200, headers, body };
}
