import type { MdocContext } from '@animo-id/mdoc';
import {
  certificateJwk,
  mustHavePath,
  peerDigest,
  peerMac,
  peerMacKey,
  peerRandom,
  peerSign,
  peerVerify,
  peerX509,
} from './peer-crypto.ts';

type Jwk = Parameters<MdocContext['cose']['sign1']['sign']>[0]['jwk'];

/** The curve of each algorithm that the library hands on by name. */
const CURVE_OF: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' };
const secret = ({ k = '' }: Jwk) => Buffer.from(k, 'base64url');

/** What `@animo-id/mdoc` asks of its user, with paths at that time: it does not hand on its own. */
export function animoContext(at: Date): MdocContext {
  return {
    crypto: {
      random: peerRandom,
      digest: peerDigest,
      calculateEphemeralMacKeyJwk: (input) => ({
        kty: 'oct',
        k: peerMacKey(input).toString('base64url'),
        alg: 'HS256',
      }),
    },
    cose: {
      sign1: {
        sign: ({ sign1, jwk }) => peerSign(sign1.getRawSigningData().data, jwk),
        verify({ sign1, jwk, options }) {
          const { data, signature, alg } = sign1.getRawVerificationData(options);
          return CURVE_OF[alg] === jwk.crv && peerVerify(data, signature, jwk);
        },
      },
      mac0: {
        sign: ({ mac0, jwk }) => peerMac(mac0.getRawSigningData().data, secret(jwk)),
        verify({ mac0, jwk, options }) {
          const { data, signature } = mac0.getRawVerificationData(options);
          return peerMac(data, secret(jwk)).equals(signature);
        },
      },
    },
    x509: {
      ...peerX509,
      getPublicKey: ({ certificate }) => certificateJwk(certificate) as unknown as Jwk,
      validateCertificateChain: ({ trustedCertificates, x5chain }) => mustHavePath(x5chain, trustedCertificates, at),
    },
  };
}
