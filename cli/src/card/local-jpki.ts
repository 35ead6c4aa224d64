import { createPublicKey } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { Peer, PeerRequest } from '@tegata/http';
import type { KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildJpkiAuth, buildJpkiCa, buildJpkiSign, type JpkiSignHolder } from '@tegata/x509-build';
import { z } from 'zod';

/** Both test CAs in this process, for cards that no party issues. */
export interface LocalJpki {
  /** Answers the card factory as JPKI does, without a register: nothing is kept of what is revoked. */
  readonly peer: Peer;
  /** CA certificates, DER. */
  readonly sign: Uint8Array;
  readonly auth: Uint8Array;
}

const order = z.object({
  profile: z.enum(['sign', 'auth']),
  publicKey: z.base64(),
  holder: z.looseObject({}),
  issuedAt: z.iso.datetime().optional(),
  device: z.enum(['card', 'phone']).optional(),
});
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** Makes both CAs, or finds them in `keys`. */
export async function localJpki(options: { clock: Clock; random: Random; keys: KeyStore }): Promise<LocalJpki> {
  const { clock, random, keys } = options;
  const ca = async (which: 'sign' | 'auth') => {
    const name = `card-jpki-${which}-ca`;
    const signer: Signer = await keys.signerOrNew(name, 'RSA-2048');
    // One generation for everything: a test card may have been given its certificates years ago, and those of today end in five years.
    const [notBefore, notAfter] = [-6, 6].map((years) => new Date(clock.now().getTime() + years * YEAR_MS)) as [
      Date,
      Date,
    ];
    const make = () => buildJpkiCa({ ca: which, signer, random, notBefore, notAfter });
    return { signer, certificate: await keys.certificateOrNew(name, make) };
  };
  const [sign, auth] = await Promise.all([ca('sign'), ca('auth')]);

  const issue = async (asked: unknown) => {
    const { profile, publicKey, holder, issuedAt, device } = order.parse(asked);
    const input = {
      publicKey: createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }),
      holder: holder as unknown as JpkiSignHolder,
      random,
      at: issuedAt === undefined ? clock.now() : new Date(issuedAt),
      ...(device ? { device } : {}),
    };
    const der =
      profile === 'sign'
        ? await buildJpkiSign({ ...input, issuer: sign })
        : await buildJpkiAuth({ ...input, issuer: auth });
    return { certificate: Buffer.from(der).toString('base64'), serial: parseCertificate(der).serialHex };
  };
  return {
    sign: sign.certificate,
    auth: auth.certificate,
    peer: {
      url: 'local:jpki',
      async request(method: string, path: string, request: PeerRequest = {}) {
        if (path === '/ca/sign.cer') return answer(sign.certificate);
        if (path === '/ca/auth.cer') return answer(auth.certificate);
        const json = method === 'POST' && path === '/certificates' ? await issue(request.json) : {};
        return answer(new TextEncoder().encode(JSON.stringify(json)));
      },
    },
  };
}

function answer(body: Uint8Array) {
  return {
    status: 200,
    headers: new Headers(),
    body,
    json: () => JSON.parse(new TextDecoder().decode(body)) as unknown,
  };
}
