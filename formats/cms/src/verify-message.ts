import {
  asCertificate,
  type Certificate,
  type Check,
  type Name,
  parseCertificate,
  type Report,
  report,
  sameBytes,
  verifyPath,
  X509Error,
} from '@tegata/x509';
import { CLOCK_SKEW, checkList, checkSigner, identifies } from './check-signer.ts';
import { CmsError } from './error.ts';
import { cmsOid } from './oids.ts';
import { type CmsLimits, parseSignedData, type SignedData, type SignerInfo } from './parse.ts';

/** A message and whom it must be of. */
export interface MessageInput {
  /** DER of the ContentInfo. */
  readonly cms: Uint8Array;
  /** The content where it is detached; where it is inside as well the two must be the same. */
  readonly content?: Uint8Array;
  /** The roots, or the very certificates, of signers that are trusted. */
  readonly anchors: readonly (Certificate | Uint8Array)[];
  /** Exactly these have to have signed: each of them, and nobody else. A certificate given here need not be inside. */
  readonly signers?: readonly (Certificate | Uint8Array)[];
  /** Time of receipt. */
  readonly at: Date;
  /** Seconds by which a signer's clock may run ahead (default 300). */
  readonly skew?: number;
  /** Default 32 certificates and 16 signers, and the size of `parseSignedData`. */
  readonly limits?: CmsLimits;
}

/** One signer: named checks of attributes, signature and path. */
export interface SignerReport extends Report {
  /** Issuer and serial number (content octets) by which the message names its signer, or its key identifier. */
  readonly issuer?: Name;
  readonly serial?: Uint8Array;
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly certificate?: Certificate;
  readonly signingTime?: Date;
}

/** Named checks of the message, and of each of its signers; the content is there only when all of them passed. */
export interface MessageReport extends Report {
  readonly signers: readonly SignerReport[];
  readonly eContentType?: string;
  readonly content?: Uint8Array;
}

/**
 * Verifies a SignedData of anybody (RFC 5652 §5): attached or detached, any number of signers, each with its path to a trusted root.
 * It is valid when every signer is. Without signed attributes only plain data is accepted (RFC 8933 §5); SHA-1 and MD5 never are. What the
 * message carries of unsigned attributes and CRLs is not looked at.
 *
 * Failure codes of the message: `cms-malformed` `version` `content-missing` `content-mismatch` `signer-count` `signer-unexpected`
 * `signer-missing`; of a signer: `certificate-missing` `signer-identifier` `signed-attributes-missing` `content-type-attribute`
 * `digest-algorithm` `message-digest` `signing-time` `signing-certificate` `signature-algorithm` `signature` `certificate`, and the codes of
 * `verifyPath`.
 * @throws {X509Error} when an anchor or an expected signer cannot be read: these are the caller's own
 * @example
 * const report = verifyMessage({ cms, content, anchors: roots, at: clock.now() });
 * report.signers.map(({ code, signingTime }) => [code, signingTime]);
 */
export function verifyMessage(input: MessageInput): MessageReport {
  const anchors = input.anchors.map(asCertificate);
  const expected = input.signers?.map(asCertificate);
  const { checks, check } = checkList();
  let message: SignedData;
  try {
    message = parseSignedData(input.cms, { maxCertificates: 32, maxSigners: 16, ...input.limits });
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    check('der', false, 'cms-malformed', error.message, 'X.690 §10');
    return { ...report(checks), signers: [] };
  }
  check('der', true, '', '', 'X.690 §10');
  const version =
    message.eContentType === cmsOid.data && message.signers.every((signer) => signer.version === 1) ? 1 : 3;
  check('version', message.version === version, 'version', `SignedData must have version ${version}.`, 'RFC 5652 §5.1');
  const content = input.content ?? message.content;
  check('content', content !== undefined, 'content-missing', 'The content is not inside.', 'RFC 5652 §5.2');
  if (input.content && message.content) {
    const detail = 'The content inside is another one than the one given.';
    check('same-content', sameBytes(input.content, message.content), 'content-mismatch', detail, 'RFC 5652 §5.2');
  }
  check('signer-count', message.signers.length > 0, 'signer-count', 'Nobody has signed.', 'RFC 5652 §5.1');
  if (content === undefined) return { ...report(checks), signers: [], eContentType: message.eContentType };

  const beside = readCertificates(message.certificates);
  const known = [...(expected ?? []), ...beside];
  const signers = message.signers.map((signer) =>
    checkOne(input, message, signer, { content, known, anchors, beside }),
  );
  if (expected) checkExpected(expected, signers, check);
  const all = report([...checks, ...signers.flatMap((signer) => signer.checks)]);
  const { eContentType } = message;
  return {
    result: all.result,
    ...(all.code === undefined ? {} : { code: all.code }),
    checks,
    signers,
    eContentType,
    ...(all.result === 'passed' ? { content } : {}),
  };
}

/** What of the certificates inside can be read: the others can be of use to nobody. */
function readCertificates(given: readonly Uint8Array[]): readonly Certificate[] {
  return given.flatMap((raw) => {
    try {
      return [parseCertificate(raw)];
    } catch (error) {
      if (error instanceof X509Error) return [];
      throw error;
    }
  });
}

function checkExpected(
  expected: readonly Certificate[],
  signers: readonly SignerReport[],
  check: ReturnType<typeof checkList>['check'],
): void {
  const has = ({ raw }: Certificate) =>
    signers.some(({ certificate }) => certificate && sameBytes(certificate.raw, raw));
  const detail = 'An expected signer has not signed.';
  check('signer-missing', expected.every(has), 'signer-missing', detail, 'RFC 5652 §5.3');
  const foreign = signers.some(
    ({ certificate }) => !certificate || !expected.some(({ raw }) => sameBytes(raw, certificate.raw)),
  );
  check('signer-expected', !foreign, 'signer-unexpected', 'Another than the expected has signed.', 'RFC 5652 §5.3');
}

interface Surroundings {
  readonly content: Uint8Array;
  /** Certificates among which the signer's is looked for. */
  readonly known: readonly Certificate[];
  /** Certificates of the message, which may stand on a path. */
  readonly beside: readonly Certificate[];
  readonly anchors: readonly Certificate[];
}

function checkOne(
  { at, skew = CLOCK_SKEW }: MessageInput,
  message: SignedData,
  signer: SignerInfo,
  { content, known, beside, anchors }: Surroundings,
): SignerReport {
  const { checks, check } = checkList();
  const { identifier } = signer;
  const named = 'issuer' in identifier ? { issuer: identifier.issuer, serial: identifier.serial } : identifier;
  const means = (certificate: Certificate) =>
    identifies({ ...signer, version: 'issuer' in identifier ? 1 : 3 }, certificate);
  const certificate = [...known, ...anchors].find(means);
  const clause = 'RFC 5652 §5.3';
  check(
    'certificate',
    certificate !== undefined,
    'certificate-missing',
    'The signer’s certificate is not there.',
    clause,
  );
  if (!certificate) return { ...report(checks), ...named };
  const detail = 'The version does not go with the way in which the signer is named.';
  check('signer-identifier', identifies(signer, certificate), 'signer-identifier', detail, clause);
  if (!hasKey(certificate)) {
    check('key', false, 'certificate', 'The signer’s key is of a kind that is not known here.', 'RFC 5280 §4.1');
    return { ...report(checks), ...named, certificate };
  }
  const signingTime = checkSigner({ message, signer, certificate, content, at, skew, rules: 'any' }, check);
  const intermediates = beside.filter((other) => other !== certificate).slice(0, 16);
  const path = verifyPath({ leaf: certificate, intermediates, anchors, at, profile: 'cms-signer' });
  const all: Check[] = [...checks, ...path.checks.map((item) => ({ ...item, id: `path.${item.id}` }))];
  return { ...report(all), ...named, certificate, ...(signingTime ? { signingTime } : {}) };
}

function hasKey(certificate: Certificate): boolean {
  try {
    return certificate.publicKey !== undefined;
  } catch (error) {
    if (error instanceof X509Error) return false;
    throw error;
  }
}
