import type { KeyObject } from 'node:crypto';
import type { CborValue } from '@tegata/cbor';
import { CoseError, parseSign1 } from '@tegata/cose';
import { MdocError, parseMso } from '@tegata/mdoc';
import {
  checkStatus,
  readStatusReference,
  type SignerHint,
  type StatusAnswer,
  StatusListError,
  type StatusReference,
  type TrustedSigner,
} from '@tegata/status-list';
import { parseCertificate, sameBytes, X509Error } from '@tegata/x509';
import type { CheckResult } from './result.ts';
import type { Setting } from './verification.ts';

/** A document whose other checks passed. */
export interface CheckedDocument {
  readonly issuerAuth: CborValue;
  /** The document signer's certificate (DER). */
  readonly issuerCertificate: Uint8Array;
}

type Verdict = Pick<CheckResult, 'result' | 'code' | 'detail'>;

/**
 * Makes the check `status-list` of a document (ISO/IEC 18013-5, 2nd edition, §12.3.6) from the tokens at hand, once all its other checks
 * have passed. What cannot be determined is a warning, or a failure where revocation is `hard`; it is never good.
 */
export function withStatus(
  checks: readonly CheckResult[],
  setting: Setting,
  document: CheckedDocument | undefined,
): CheckResult[] {
  return checks.map((check) => {
    if (check.id !== 'status-list' || check.code === 'no-status') return check;
    const { id, clause } = check;
    const made = document ? verdict(setting, document) : notReached;
    return { id, ...(clause === undefined ? {} : { clause }), ...made };
  });
}

const notReached: Verdict = {
  result: 'not_performed',
  code: 'not-reached',
  detail: 'An earlier check failed on which this one rests.',
};

function verdict(setting: Setting, document: CheckedDocument): Verdict {
  const { revocation, options } = setting;
  if (revocation === 'off') {
    return { result: 'not_performed', code: 'revocation-off', detail: 'Revocation was not to be checked.' };
  }
  const given = options['status-token'] ?? [];
  if (given.length === 0) {
    const detail = 'The document refers to a status list, and no token of it was given.';
    if (revocation === 'hard') return { result: 'failed', code: 'status-undetermined', detail };
    return { result: 'not_performed', code: 'status-no-data', detail };
  }
  let reference: StatusReference;
  try {
    reference = referenceOf(document.issuerAuth);
  } catch (error) {
    if (!(error instanceof StatusListError || error instanceof MdocError || error instanceof CoseError)) throw error;
    return undetermined(setting, error.code, error.message);
  }
  const signer = trustedSigner(setting, document, reference);
  const answers = given.map((file): StatusAnswer => {
    const fetched = { body: setting.files.read('status-token', file).bytes };
    return checkStatus({ reference, credential: 'mdoc', fetched, signer, at: setting.trust.now });
  });
  return judged(setting, answers);
}

function referenceOf(issuerAuth: CborValue): StatusReference {
  const { payload } = parseSign1(issuerAuth);
  if (payload === null) throw new StatusListError('reference', 'The document carries no MSO.');
  return readStatusReference(parseMso(payload).status);
}

/** The one bad word among several tokens counts; then a good one; then the reason that is not merely that a list is another. */
function judged(setting: Setting, answers: readonly StatusAnswer[]): Verdict {
  const known = answers.filter((answer) => answer.status !== 'undetermined');
  const bad = known.find(({ status }) => status !== 'valid');
  if (bad)
    return { result: 'failed', code: BAD[bad.status as keyof typeof BAD], detail: `Its status is ${bad.status}.` };
  if (known.length > 0) return { result: 'passed' };
  const unknown = answers.filter((answer) => answer.status === 'undetermined');
  const reason = unknown.find(({ code }) => code !== 'subject') ?? unknown[0];
  return undetermined(setting, reason?.code ?? 'not-fetched', reason?.detail ?? '');
}

const BAD = {
  invalid: 'revoked',
  suspended: 'suspended',
  'application-specific': 'status-application-specific',
} as const;

function undetermined({ revocation }: Setting, code: string, why: string): Verdict {
  const detail = `Its status could not be determined (${code}). ${why}`.trim();
  return { result: revocation === 'hard' ? 'failed' : 'warning', code: 'status-undetermined', detail };
}

/** The document's own signer, or who has a certificate from one of the trusted roots, and is not revoked as far as is known. */
function trustedSigner(setting: Setting, document: CheckedDocument, { certificate }: StatusReference): TrustedSigner {
  return ({ x5chain }: SignerHint): KeyObject | undefined => {
    try {
      const [named, ...others] = x5chain;
      const leaf = named ?? certificate;
      // The issuer signed which certificate it is: another one is another signer.
      if (certificate && leaf && !sameBytes(certificate, leaf)) return undefined;
      if (!leaf || sameBytes(leaf, document.issuerCertificate))
        return parseCertificate(document.issuerCertificate).publicKey;
      const { now, issuerRevocation } = setting.trust;
      const path = setting.statusSigners.verify(leaf, now, others);
      if (path.result !== 'passed' || !path.leaf || issuerRevocation?.(path.leaf) === 'revoked') return undefined;
      return path.leaf.publicKey;
    } catch (error) {
      if (error instanceof X509Error) return undefined;
      throw error;
    }
  };
}
