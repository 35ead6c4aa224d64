import type { Clock } from '@tegata/clock';
import { type CmsReport, verifySignedData } from '@tegata/cms';
import type { Random } from '@tegata/random';
import { type Certificate, type Check, type Report, report, sameBytes, verifyOcspResponse } from '@tegata/x509';
import { checkCertificate, type Device, type JpkiTrust } from './certificate-path.ts';
import type { CertificateStatus, StatusSource } from './certificate-status.ts';
import { documentNonce, type SignatureEvidence } from './evidence.ts';
import { statusChecks, statusNotAsked } from './status-check.ts';

/** A signed document. */
export interface SignedDocument {
  /** DER of the CMS SignedData. */
  readonly cms: Uint8Array;
  /** The document itself where the signature is detached. */
  readonly content?: Uint8Array;
  /** The content type that is accepted (default id-data, which `openssl cms -sign` writes). */
  readonly contentType?: string;
  /** Octets of the CMS message (default 256 KiB). */
  readonly maxBytes?: number;
}

/** What the verification of a new document rests on. */
export interface SignedDocumentOptions extends SignedDocument {
  /** The CAs of signature certificates. */
  readonly trust: JpkiTrust;
  readonly status: StatusSource;
  readonly clock: Clock;
  readonly random: Random;
}

/** Named checks; what follows them is there only when all of them passed. */
export interface SignedDocumentReport extends Report {
  readonly status: CertificateStatus['status'];
  /** The signer's certificate: `fourAttributes` reads the person from it. */
  readonly signer?: Certificate;
  readonly device?: Device;
  readonly content?: Uint8Array;
  /** What the signer says; the evidence says when it was accepted. */
  readonly signingTime?: Date;
  /** Keep it: without it nobody can tell later whether the certificate was good. */
  readonly evidence?: SignatureEvidence;
}

const ID_DATA = '1.2.840.113549.1.7.1';

/**
 * Verifies a document signed with the signature certificate (署名用) of a card or a phone: CMS, path, status now. A status that
 * nobody could tell fails with `certificate-undetermined`: keep the document and ask again.
 *
 * Failure codes: those of `verifySignedData` and `verifyPath`, `certificate-revoked` `certificate-unknown`
 * `certificate-undetermined`.
 * @example
 * const report = await verifySignedDocument({ cms, trust: { anchors }, status, clock, random });
 * if (report.result === 'passed') keep(report.content, encodeEvidence(report.evidence));
 */
export async function verifySignedDocument(options: SignedDocumentOptions): Promise<SignedDocumentReport> {
  const at = options.clock.now();
  const opened = open(options, options.trust, at);
  const { cms, verified } = opened;
  if (!verified) return { ...report([...opened.checks, statusNotAsked]), status: 'undetermined' };

  const salt = options.random.bytes(32);
  const nonce = documentNonce(salt, options.cms, options.content);
  const status = await options.status({ certificate: verified.leaf, issuer: verified.issuer, at, nonce });
  const summary = {
    ...report([...opened.checks, ...statusChecks(status, false)]),
    status: status.status,
  };
  if (summary.result === 'failed') return summary;
  const bound = status.answer?.nonce && sameBytes(status.answer.nonce, nonce);
  const evidence = bound && {
    evidence: {
      at,
      certificate: verified.leaf.raw,
      issuer: verified.issuer.raw,
      response: status.answer.response,
      salt,
    },
  };
  return { ...summary, ...found(cms, verified), ...evidence };
}

/** What the verification of an old document rests on: nobody is asked. */
export interface ReverifyOptions extends SignedDocument {
  readonly evidence: SignatureEvidence;
  /** Keep the CAs of then in this list, also after they have ended. */
  readonly trust: JpkiTrust;
}

/**
 * Verifies a document again from the evidence that was kept, at the time of the evidence, without asking anybody: the same
 * checks, the OCSP answer bound to this document, and `evidence` (the certificate is the one of the evidence).
 *
 * Failure codes: as `verifySignedDocument`, and `evidence-mismatch`.
 * @example
 * reverifySignedDocument({ cms, trust: { anchors }, evidence: decodeEvidence(kept) }).result;
 */
export function reverifySignedDocument(options: ReverifyOptions): SignedDocumentReport {
  const { evidence, trust } = options;
  const { at, salt, response } = evidence;
  const opened = open(options, trust, at);
  const { cms, verified } = opened;
  if (!verified) return { ...report([...opened.checks, statusNotAsked]), status: 'undetermined' };

  const { leaf, issuer } = verified;
  const same = sameBytes(leaf.raw, evidence.certificate) && sameBytes(issuer.raw, evidence.issuer);
  const clause = 'RFC 6960 §4.2.2.3';
  const detail = 'The evidence is of another certificate than the document’s.';
  const belongs: Check = same
    ? { id: 'evidence', result: 'passed', clause }
    : { id: 'evidence', result: 'failed', code: 'evidence-mismatch', detail, clause };
  const nonce = documentNonce(salt, options.cms, options.content);
  const status = verifyOcspResponse({ response, nonce, certificate: leaf, issuer, at });
  const summary = {
    ...report([...opened.checks, belongs, ...statusChecks(status, false)]),
    status: status.status,
  };
  return summary.result === 'failed' ? summary : { ...summary, ...found(cms, verified), evidence };
}

interface Opened {
  readonly checks: readonly Check[];
  readonly cms: CmsReport;
  readonly verified?: NonNullable<ReturnType<typeof checkCertificate>['verified']>;
}

/** The message and the path of its signer, at a time. */
function open(document: SignedDocument, trust: JpkiTrust, at: Date): Opened {
  const { content, maxBytes, contentType = ID_DATA } = document;
  const cms = verifySignedData({
    cms: document.cms,
    ...(content ? { content } : {}),
    eContentType: contentType,
    at,
    ...(maxBytes === undefined ? {} : { limits: { maxBytes } }),
  });
  const checks = cms.checks.map((check): Check => ({ ...check, id: `cms.${check.id}` }));
  if (cms.result !== 'passed' || !cms.certificate) return { checks, cms };
  const path = checkCertificate('sign', cms.certificate, trust, at);
  checks.push(...path.checks);
  return path.verified ? { checks, cms, verified: path.verified } : { checks, cms };
}

function found(
  { content, signingTime }: CmsReport,
  { leaf, device }: NonNullable<Opened['verified']>,
): Pick<SignedDocumentReport, 'signer' | 'device' | 'content' | 'signingTime'> {
  return { signer: leaf, device, ...(content ? { content } : {}), ...(signingTime ? { signingTime } : {}) };
}
