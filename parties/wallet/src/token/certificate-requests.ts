import { buildCsr } from '@tegata/x509-build';
import type { NewToken } from './token-store.ts';

/** The two certification requests of an application, DER. */
export interface CertificateRequests {
  readonly auth: Uint8Array;
  readonly sign: Uint8Array;
}

/**
 * Requests for both certificates (PKCS#10), each signed with the key that it is for. The subject repeats the SMP's challenge, so
 * that nobody can put another phone's request into an application of their own.
 */
export async function certificateRequests(token: NewToken, challenge: string): Promise<CertificateRequests> {
  const request = (use: 'auth' | 'sign') => buildCsr({ signer: token.signers[use], subject: [['CN', challenge]] });
  const [auth, sign] = await Promise.all([request('auth'), request('sign')]);
  return { auth, sign };
}
