import { createHash } from 'node:crypto';
import {
  type AlgorithmIdentifier,
  type Certificate,
  type Check,
  oid,
  parseCertificate,
  type Report,
  report,
  sameBytes,
  signatureFits,
  X509Error,
} from '@tegata/x509';
import { type DigestName, digestOf } from './digest.ts';
import { CmsError } from './error.ts';
import { cmsOid } from './oids.ts';
import { type CmsLimits, parseSignedData, type SignedData, type SignerInfo } from './parse.ts';
import { contentTypeOf, messageDigestOf, signingCertificateOf, signingTimeOf } from './signed-attributes.ts';

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
 * (RFC 5652 §5.4–5.6, RFC 5035, RFC 8933).
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
  const checks: Check[] = [];
  const check = (id: string, holds: boolean, code: string, detail: string, clause: string): boolean => {
    checks.push(holds ? { id, result: 'passed', clause } : { id, result: 'failed', code, detail, clause });
    return holds;
  };

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
  const signingTime = verifySigner(message, signer, certificate, content, input, check);
  const summary = report(checks);
  return summary.result === 'passed' ? { ...summary, content, certificate, signingTime } : summary;
}

type CheckFunction = (id: string, holds: boolean, code: string, detail: string, clause: string) => boolean;

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

function identifies({ version, identifier }: SignerInfo, certificate: Certificate): boolean {
  if ('issuer' in identifier) {
    const { issuer, serial } = identifier;
    return version === 1 && sameBytes(issuer.raw, certificate.issuer.raw) && sameBytes(serial, certificate.serial);
  }
  return version === 3 && certificate.ski !== undefined && sameBytes(identifier.subjectKeyIdentifier, certificate.ski);
}

/** The checks on attributes and signature; gives the signing time. */
function verifySigner(
  message: SignedData,
  signer: SignerInfo,
  certificate: Certificate,
  content: Uint8Array,
  input: CmsInput,
  check: CheckFunction,
): Date | undefined {
  // Required always: a signature over the content itself could be made from attributes shown as content (RFC 8933 §5).
  const attributes = signer.signedAttributes;
  const present = check(
    'signed-attributes',
    attributes !== undefined,
    'signed-attributes-missing',
    'Signed attributes are required.',
    'RFC 5652 §5.3',
  );
  if (!present || !attributes || !signer.signedBytes) return undefined;

  check(
    'content-type-attribute',
    contentTypeOf(attributes) === message.eContentType,
    'content-type-attribute',
    'The attribute contentType must stand once and equal the type of the content.',
    'RFC 5652 §11.1',
  );
  const digest = digestOf(signer.digestAlgorithm);
  const [listed] = message.digestAlgorithms;
  const consistent =
    digest !== undefined &&
    message.digestAlgorithms.length === 1 &&
    listed !== undefined &&
    digestOf(listed) === digest &&
    suits(signer.signatureAlgorithm, digest);
  check(
    'digest-algorithm',
    consistent,
    'digest-algorithm',
    'One digest of the SHA-2 family must be named alike everywhere.',
    'RFC 8933 §3',
  );
  if (digest) {
    const expected = createHash(digest).update(content).digest();
    const found = messageDigestOf(attributes);
    check(
      'message-digest',
      found !== undefined && sameBytes(found, expected),
      'message-digest',
      'The attribute messageDigest must stand once and be the digest of the content.',
      'RFC 5652 §11.2',
    );
  }
  const signingTime = signingTimeOf(attributes);
  const latest = input.at.getTime() + (input.skew ?? 300) * 1000;
  const timely =
    signingTime !== undefined &&
    signingTime.getTime() <= latest &&
    certificate.notBefore <= signingTime &&
    signingTime <= certificate.notAfter;
  check(
    'signing-time',
    timely,
    'signing-time',
    'The attribute signingTime must stand once, lie in the certificate’s validity and not in the future.',
    'RFC 5652 §11.3',
  );
  const ess = signingCertificateOf(attributes);
  check(
    'signing-certificate',
    ess !== undefined && sameBytes(ess.hash, createHash(ess.digest).update(certificate.raw).digest()),
    'signing-certificate',
    'The attribute signingCertificateV2 must stand once and name the certificate inside.',
    'RFC 5035 §3',
  );
  const algorithm = digest && x509Algorithm(signer.signatureAlgorithm, digest);
  check(
    'signature-algorithm',
    algorithm !== undefined,
    'signature-algorithm',
    'The signature algorithm is not accepted.',
    'RFC 5754 §3',
  );
  if (algorithm) {
    check(
      'signature',
      signatureFits(algorithm, certificate.publicKey, signer.signedBytes, signer.signature),
      'signature',
      'The signature over the attributes is not the signer’s.',
      'RFC 5652 §5.6',
    );
  }
  return signingTime;
}

const digestOfSignature: ReadonlyMap<string, DigestName> = new Map([
  [oid.sha256WithRSAEncryption, 'sha256'],
  [oid.sha384WithRSAEncryption, 'sha384'],
  [oid.sha512WithRSAEncryption, 'sha512'],
  [oid.ecdsaWithSHA256, 'sha256'],
  [oid.ecdsaWithSHA384, 'sha384'],
  [oid.ecdsaWithSHA512, 'sha512'],
]);

/** Whether a signature algorithm goes with the digest; plain rsaEncryption leaves the digest to SignerInfo (RFC 5754 §3.2). */
function suits(algorithm: AlgorithmIdentifier, digest: DigestName): boolean {
  return algorithm.oid === oid.rsaEncryption || digestOfSignature.get(algorithm.oid) === digest;
}

const rsaWith: Readonly<Record<DigestName, string>> = {
  sha256: oid.sha256WithRSAEncryption,
  sha384: oid.sha384WithRSAEncryption,
  sha512: oid.sha512WithRSAEncryption,
};

/** The same algorithm in the words of X.509. */
function x509Algorithm(algorithm: AlgorithmIdentifier, digest: DigestName): AlgorithmIdentifier | undefined {
  if (algorithm.oid === oid.rsaEncryption) return { ...algorithm, oid: rsaWith[digest] };
  return digestOfSignature.has(algorithm.oid) ? algorithm : undefined;
}
