import type { Application } from '@tegata/application';
import { type Certificate, nameValues, oid } from '@tegata/x509';
import { type Csr, readCsr, X509BuildError } from '@tegata/x509-build';
import type { Check } from './check-application.ts';

const failed = (id: string, code: string): Check => ({ id, result: 'failed', code });
const decided = (id: string, holds: boolean, code: string): Check =>
  holds ? { id, result: 'passed' } : failed(id, code);

/**
 * Checks the requests for the phone's two certificates: form, proof of possession with the very key, the challenge of this session
 * as the subject, a kind of key that JPKI certifies, two keys, and none of them the card's. No request, no check.
 */
export function checkCertificateRequests(application: Application, signer: Certificate): Check[] {
  const { certificateRequests: requests, challenge } = application;
  if (!requests) return [];
  const expected = Buffer.from(challenge).toString('base64url');
  const checks: Check[] = [];
  const read: Csr[] = [];
  for (const use of ['auth', 'sign'] as const) {
    let csr: Csr;
    try {
      csr = readCsr(requests[use]);
    } catch (error) {
      if (!(error instanceof X509BuildError)) throw error;
      checks.push(failed(`${use}.possession`, error.code));
      continue;
    }
    read.push(csr);
    checks.push(
      decided(`${use}.possession`, true, ''),
      decided(`${use}.session`, namesOnly(csr, expected), 'csr-subject'),
      decided(`${use}.key`, isCertified(csr), 'csr-key'),
    );
  }
  const [auth, sign] = read;
  if (!auth || !sign) return checks;
  const own = [auth, sign].some(({ publicKey }) => publicKey.equals(signer.publicKey));
  checks.push(
    decided('two-keys', !auth.publicKey.equals(sign.publicKey), 'csr-one-key'),
    decided('not-the-cards', !own, 'csr-card-key'),
  );
  return checks;
}

function namesOnly({ subject }: Csr, challenge: string): boolean {
  const [name, ...others] = nameValues(subject, oid.commonName);
  return subject.rdns.length === 1 && others.length === 0 && name === challenge;
}

function isCertified({ publicKey }: Csr): boolean {
  const details = publicKey.asymmetricKeyDetails;
  return details?.namedCurve === 'secp384r1' || (details?.modulusLength === 2048 && details.publicExponent === 65537n);
}
