import type { KeyObject } from 'node:crypto';
import { CoseKey, type MdocContext } from '@owf/mdoc';
import {
  certificateJwk,
  mustHavePath,
  type PeerJwk,
  peerDigest,
  peerMac,
  peerMacKey,
  peerRandom,
  peerSign,
  peerVerify,
  peerX509,
} from './peer-crypto.ts';

/** The names of curves come back in small letters. */
const jwkOf = (key: CoseKey): PeerJwk => {
  const jwk = key.jwk as unknown as PeerJwk;
  return { ...jwk, crv: jwk.crv?.replace(/^p-/, 'P-') };
};
const ALG: Record<string, string> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512', Ed25519: 'EdDSA' };
const CURVE_NUMBER: Record<string, number> = { 'P-256': 1, 'P-384': 2, 'P-521': 3, Ed25519: 6 };
/** The library hands a key on without its bytes being readable again. */
const macKeys = new WeakMap<CoseKey, Uint8Array>();

const coseKeyOf = (jwk: { crv?: string | undefined }) => {
  const { crv = '' } = jwk;
  return CoseKey.fromJwk({ ...jwk, crv: CURVE_NUMBER[crv], alg: ALG[crv] });
};

/** A key in the form that this library takes. */
export const owfKey = (key: KeyObject) => coseKeyOf(key.export({ format: 'jwk' }) as PeerJwk);

/** What `@owf/mdoc` asks of its user, at that time where it does not say one. */
export function owfContext(at: Date): MdocContext {
  return {
    crypto: {
      random: peerRandom,
      digest: peerDigest,
      calculateEphemeralMacKey(input) {
        const bytes = peerMacKey(input);
        const key = CoseKey.fromJwk({ kty: 'oct', k: bytes.toString('base64url'), alg: 'HS256' });
        macKeys.set(key, bytes);
        return key;
      },
    },
    cose: {
      sign1: {
        sign: ({ toBeSigned, key }) => peerSign(toBeSigned, jwkOf(key)),
        verify: ({ key, sign1 }) => peerVerify(sign1.toBeSigned, sign1.signature, jwkOf(key)),
      },
      mac0: {
        sign: ({ toBeAuthenticated, key }) => peerMac(toBeAuthenticated, macKeys.get(key) as Uint8Array),
        verify: ({ mac0, key }) => peerMac(mac0.toBeAuthenticated, macKeys.get(key) as Uint8Array).equals(mac0.tag),
      },
    },
    x509: {
      ...peerX509,
      getPublicKey: ({ certificate }) => coseKeyOf(certificateJwk(certificate)),
      verifyCertificateChain: ({ trustedCertificates, x5chain, now }) =>
        mustHavePath(x5chain, trustedCertificates, now ?? at),
    },
  };
}
