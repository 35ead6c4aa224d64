import { type Certificate, parseCertificate, type Report, report, X509Error } from '@tegata/x509';
import { type CheckFunction, CLOCK_SKEW, checkList, checkSigner, identifies } from './check-signer.ts';
import { CmsError } from './error.ts';
import { cmsOid } from './oids.ts';
import { type CmsLimits, parseSignedData, type SignedData } from './parse.ts';

/** A message and what it must be. */
export interface CmsInput {
  /** DER of the ContentInfo. */
  readonly cms: Uint8Array;
  /** The content, when it is detached; without it the content must be inside. */
  readonly content?: Uint8Array;
  /** The only content type that is accepted. */
  readonly eContentType: string;
  /** Time of receipt. */
  readonly at: Date;
  /** Seconds by which the signer's clock may run ahead (default 300). */
  readonly skew?: number;
  readonly limits?: CmsLimits;
}

/** Named checks. `content` and `certificate` are there only when all of them passed. */
export interface CmsReport extends Report {
  readonly content?: Uint8Array;
  /** The signer's certificate; **its path is not part of this report**: see `verifyPath`. */
  readonly certificate?: Certificate;
  readonly signingTime?: Date;
}

/**
 * Verifies a SignedData with exactly one signer, signed attributes and the signer's certificate alone inside
 * (RFC 5652 §5.4–5.6, RFC 5035, RFC 8933). For messages of others see `verifyMessage`.
 *
 * Failure codes: `cms-malformed` `version` `content-type` `content-missing` `content-unexpected` `signer-count`
 * `certificate-count` `certificate` `crls` `signer-identifier` `signed-attributes-missing` `unsigned-attributes`
 * `content-type-attribute` `digest-algorithm` `message-digest` `signing-time` `signing-certificate`
 * `signature-algorithm` `signature`.
 * @example
 * const cms = verifySignedData({ cms: body, eContentType: '2.999.8.5.9.1', at: clock.now() });
 * if (cms.result === 'failed') refuse('cms-invalid', cms.code);
 */
export function verifySignedData(input: CmsInput): CmsReport {
  const { checks, check } = checkList();

  let message: SignedData;
  try {
    message = parseSignedData(input.cms, input.limits);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    check('der', false, 'cms-malformed', error.message, 'X.690 §10');
    return report(checks);
  }
  check('der', true, '', '', 'X.690 §10');

  const version = input.eContentType === cmsOid.data ? 1 : 3;
  check('version', message.version === version, 'version', `SignedData must have version ${version}.`, 'RFC 5652 §5.1');
  check(
    'content-type',
    message.eContentType === input.eContentType,
    'content-type',
    `The content must be of the type ${input.eContentType}.`,
    'RFC 5652 §5.2',
  );
  const content = input.content ?? message.content;
  if (input.content) {
    const detail = 'A detached content must not be inside as well.';
    check('content', message.content === undefined, 'content-unexpected', detail, 'RFC 5652 §5.2');
  } else {
    check('content', content !== undefined, 'content-missing', 'The content is not inside.', 'RFC 5652 §5.2');
  }
  check('crls', !message.hasCrls, 'crls', 'Revocation lists are not taken from a message.', 'RFC 5652 §5.1');

  const [signer] = message.signers;
  const one = check(
    'signer-count',
    message.signers.length === 1,
    'signer-count',
    'There must be exactly one signer.',
    'RFC 5652 §5.1',
  );
  const certificate = signersCertificate(message, check);
  if (!one || !signer || !certificate || !content) return report(checks);

  check(
    'signer-identifier',
    identifies(signer, certificate),
    'signer-identifier',
    'The signer is not the owner of the certificate inside.',
    'RFC 5652 §5.3',
  );
  check(
    'unsigned-attributes',
    !signer.hasUnsignedAttributes,
    'unsigned-attributes',
    'Attributes that nobody signed are not accepted.',
    'RFC 5652 §5.3',
  );
  const { at, skew = CLOCK_SKEW } = input;
  const question = { message, signer, certificate, content, at, skew, rules: 'application' } as const;
  const signingTime = checkSigner(question, check);
  const summary = report(checks);
  return summary.result === 'passed' ? { ...summary, content, certificate, signingTime } : summary;
}

function signersCertificate(message: SignedData, check: CheckFunction): Certificate | undefined {
  const [only] = message.certificates;
  const alone = check(
    'certificate-count',
    message.certificates.length === 1,
    'certificate-count',
    'Exactly the signer’s certificate must be inside.',
    'RFC 5652 §5.1',
  );
  if (!alone || !only) return undefined;
  try {
    const certificate = parseCertificate(only);
    // Asks for the key now, so that one which cannot be used is named here.
    void certificate.publicKey;
    check('certificate', true, '', '', 'RFC 5280 §4.1');
    return certificate;
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    check('certificate', false, 'certificate', error.message, 'RFC 5280 §4.1');
    return undefined;
  }
}
