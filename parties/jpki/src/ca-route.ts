import type { OpenRoute } from '@tegata/http';
import type { JpkiAuthority } from './authority.ts';
import { JpkiError } from './error.ts';

/** `GET /ca/sign.cer` and `GET /ca/auth.cer`: the CA certificate that issues now; `GET /ca/KEY.cer`: that of a generation. */
export function caRoute(authority: JpkiAuthority): OpenRoute {
  return {
    ...{ method: 'GET', path: '/ca/', maxBytes: 0 },
    async answer({ path }) {
      const name = /^\/ca\/([a-z0-9]{4,40})\.cer$/.exec(path)?.[1];
      const generations = [...authority.sign.generations, ...authority.auth.generations];
      const found =
        name === 'sign' || name === 'auth' ? authority[name] : generations.find(({ keyId }) => keyId === name);
      if (!found) throw new JpkiError('not-found', 'There is no CA certificate at this address.');
      return { status: 200, headers: { 'content-type': 'application/pkix-cert' }, body: found.ca };
    },
  };
}
