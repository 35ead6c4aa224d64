import { createHash } from 'node:crypto';
import type { OpenAnswer, OpenRequest, OpenRoute } from '@tegata/http';
import { JpkiError } from './error.ts';
import { type CrlScope, crlScopes, isDue, type PublishedCrl, type Publishing, publishCrl } from './publish-crls.ts';

/** A CRL in memory: served again while the rows have none of a larger number. */
interface Held {
  readonly number: string;
  readonly der: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly etag: string;
}

/** Octets of CRLs that are held in memory; the CRL of a whole nation alone may take more, and then is held alone. */
const MAX_HELD = 64 * 1024 * 1024;

const PATH = /^\/crl\/([^/]+)\/(?:full|([^/]+)\/([^/]+))\.crl$/;

/**
 * CRLs over HTTP, for everyone: `GET /crl/KEY/PREFECTURE/MUNICIPALITY.crl` by the path of `jpkiCrlPath`, and `GET /crl/KEY/full.crl` for
 * all of a generation, where KEY may also be `sign` or `auth` for the generation that issues now. One whose time has come is published on
 * the spot.
 */
export function crlRoute(options: Publishing): OpenRoute {
  const held = new Map<string, Held>();
  return {
    ...{ method: 'GET', path: '/crl/', maxBytes: 0 },
    async answer(request) {
      const [, key = '', prefecture, municipality] = PATH.exec(decoded(request.path)) ?? [];
      const place = prefecture === undefined || municipality === undefined ? undefined : { prefecture, municipality };
      return serve(request, await scopeOf(key, place));
    },
  };

  async function scopeOf(named: string, place?: { prefecture: string; municipality: string }): Promise<CrlScope> {
    const key = named === 'sign' || named === 'auth' ? options.authority[named].keyId : named;
    const scopes = await crlScopes(options, place);
    const found = scopes.find(
      (scope) =>
        scope.generation.keyId === key &&
        scope.place?.prefecture === place?.prefecture &&
        scope.place?.municipality === place?.municipality,
    );
    if (found) return found;
    throw new JpkiError('not-found', 'There is no CRL at this address. Make the path from the certificate.');
  }

  async function serve({ header }: OpenRequest, scope: CrlScope): Promise<OpenAnswer> {
    const crl = await newest(scope);
    const left = Math.floor((crl.nextUpdate.getTime() - options.clock.now().getTime()) / 1000);
    const headers = {
      'content-type': 'application/pkix-crl',
      'cache-control': `max-age=${Math.max(0, Math.min(3600, left))}, public, no-transform, must-revalidate`,
      'last-modified': crl.thisUpdate.toUTCString(),
      expires: crl.nextUpdate.toUTCString(),
      etag: crl.etag,
    };
    const isSame = header('if-none-match') === crl.etag;
    return isSame ? { status: 304, headers, body: new Uint8Array() } : { status: 200, headers, body: crl.der };
  }

  async function newest(scope: CrlScope): Promise<Held> {
    const id = `${scope.generation.keyId} ${scope.partition}`;
    const stands = await options.db
      .selectFrom('jpki.crl')
      .select(['number', 'this_update'])
      .where('issuer', '=', scope.generation.keyId)
      .where('partition', '=', scope.partition)
      .executeTakeFirst();
    const kept = held.get(id);
    const isCurrent = stands && !isDue(stands.this_update, options.clock.now());
    if (kept && isCurrent && kept.number === String(stands.number)) return kept;
    return hold(id, await publishCrl(options, scope));
  }

  function hold(id: string, { number, der, thisUpdate, nextUpdate }: Omit<PublishedCrl, 'entries'>): Held {
    const etag = `"${createHash('sha256').update(der).digest('hex')}"`;
    const one = { number: String(number), der, thisUpdate, nextUpdate, etag };
    held.delete(id);
    let size = der.length;
    for (const other of held.values()) size += other.der.length;
    for (const [oldest, other] of held) {
      if (size <= MAX_HELD) break;
      held.delete(oldest);
      size -= other.der.length;
    }
    held.set(id, one);
    return one;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
