import type { KeyObject } from 'node:crypto';
import { type CborMap, decode, encode } from '@tegata/cbor';
import { parseIssuerSigned } from '@tegata/mdoc';
import {
  checkStatus,
  readStatusReference,
  type SignerHint,
  type StatusAnswer,
  StatusListError,
  type StatusReference,
} from '@tegata/status-list';
import { parseCertificate, sameBytes, verifyPath, X509Error } from '@tegata/x509';
import type { Finding } from '../corpus/case.ts';
import type { LoadedCase } from './corpus-cases.ts';

/** What the tokens at hand say of a document whose other checks have passed: the finding, and whether it refuses it. */
export interface StatusVerdict {
  readonly finding?: Finding;
  readonly refuses: boolean;
}

const GOOD: StatusVerdict = { refuses: false };
const CODES = {
  invalid: 'revoked',
  suspended: 'suspended',
  'application-specific': 'status-application-specific',
} as const;

/** The check `status-list` as a caller of the packages makes it, with the tokens of a case. */
export function judgeStatus(one: LoadedCase): StatusVerdict {
  const hard = one.entry.options?.revocation === 'hard';
  const unknown = { finding: { check: 'status-list', code: 'status-undetermined' }, refuses: hard };
  const issuerSigned = issuerSignedOf(one);
  const { mso, certificates } = parseIssuerSigned(issuerSigned);
  if (mso.status === undefined) return GOOD;
  try {
    const reference = readStatusReference(mso.status);
    const answers = one.statusTokens.map(
      (body): StatusAnswer =>
        checkStatus({
          reference,
          credential: 'mdoc',
          fetched: { body },
          at: one.at,
          signer: (hint) => signerKey(one, certificates[0] as Uint8Array, reference, hint),
        }),
    );
    const known = answers.flatMap((answer) => (answer.status === 'undetermined' ? [] : [answer.status]));
    const bad = known.find((status) => status !== 'valid');
    if (bad) return { finding: { check: 'status-list', code: CODES[bad as keyof typeof CODES] }, refuses: true };
    return known.length > 0 ? GOOD : unknown;
  } catch (error) {
    if (!(error instanceof StatusListError)) throw error;
    return unknown;
  }
}

function issuerSignedOf({ entry, bytes }: LoadedCase): Uint8Array {
  if (entry.kind === 'issuer-signed') return bytes;
  const [document] = (decode(bytes) as CborMap).get('documents') as CborMap[];
  return encode(document?.get('issuerSigned'), { mapOrder: 'given' });
}

/** The document's own signer, or one whose certificate leads to a trusted root by the profile of signers of statuses. */
function signerKey(
  { anchors, at }: LoadedCase,
  issuer: Uint8Array,
  { certificate }: StatusReference,
  { x5chain }: SignerHint,
): KeyObject | undefined {
  const [named, ...others] = x5chain;
  const leaf = named ?? certificate ?? issuer;
  if (certificate && !sameBytes(certificate, leaf)) return undefined;
  try {
    if (sameBytes(leaf, issuer)) return parseCertificate(issuer).publicKey;
    const path = verifyPath({
      leaf,
      intermediates: others,
      anchors: anchors.map((anchor) => anchor.certificate),
      at,
      profile: 'status-signer',
    });
    return path.result === 'passed' ? path.leaf?.publicKey : undefined;
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}
