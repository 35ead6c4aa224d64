import { hash } from 'node:crypto';
import { DerReader, tag } from '@tegata/der';
import { type Certificate, type Check, sameBytes, signatureFits } from '@tegata/x509';
import { digestOf } from './digest.ts';
import { cmsOid } from './oids.ts';
import type { CmsAttribute, SignedData, SignerInfo } from './parse.ts';
import { suits, x509Algorithm } from './signature-algorithm.ts';
import {
  algorithmProtectionOf,
  contentTypeOf,
  messageDigestOf,
  signingCertificateOf,
  signingTimeOf,
} from './signed-attributes.ts';

/** Says of one rule whether it holds; gives the same back. */
export type CheckFunction = (id: string, holds: boolean, code: string, detail: string, clause: string) => boolean;

/** Seconds by which a signer's clock may run ahead where nothing else is said. */
export const CLOCK_SKEW = 300;

/** Collects checks in the order in which they are made. */
export function checkList(): { readonly checks: Check[]; readonly check: CheckFunction } {
  const checks: Check[] = [];
  const check: CheckFunction = (id, holds, code, detail, clause) => {
    checks.push(holds ? { id, result: 'passed', clause } : { id, result: 'failed', code, detail, clause });
    return holds;
  };
  return { checks, check };
}

/** One signer of a message, with whose certificate it claims to be made. */
export interface SignerQuestion {
  readonly message: SignedData;
  readonly signer: SignerInfo;
  readonly certificate: Certificate;
  readonly content: Uint8Array;
  readonly at: Date;
  /** Seconds by which the signer's clock may run ahead. */
  readonly skew: number;
  /**
   * `application`: signed attributes with signingTime and signingCertificateV2, and one digest for the whole message. `any`: what RFC 5652
   * allows; of the attributes that are not there nothing is asked.
   */
  readonly rules: 'application' | 'any';
}

/** Whether a SignerInfo means that certificate, in the version that goes with its way to name it (RFC 5652 §5.3). */
export function identifies({ version, identifier }: SignerInfo, certificate: Certificate): boolean {
  if ('issuer' in identifier) {
    const { issuer, serial } = identifier;
    return version === 1 && sameBytes(serial, certificate.serial) && sameBytes(issuer.raw, certificate.issuer.raw);
  }
  return version === 3 && certificate.ski !== undefined && sameBytes(identifier.subjectKeyIdentifier, certificate.ski);
}

/** The checks on attributes and signature of one signer; gives the signing time. */
export function checkSigner(question: SignerQuestion, check: CheckFunction): Date | undefined {
  const { message, signer, certificate, content, rules } = question;
  const { signedAttributes: attributes, signedBytes } = signer;
  // Without them the signature is over the content itself, which could be the attributes of another message (RFC 8933 §5): so required for
  // every content but plain data.
  const present = check(
    'signed-attributes',
    attributes !== undefined || (rules === 'any' && message.eContentType === cmsOid.data),
    'signed-attributes-missing',
    'Signed attributes are required.',
    'RFC 5652 §5.3',
  );
  if (!present) return undefined;

  const digest = digestOf(signer.digestAlgorithm);
  const listed = message.digestAlgorithms.map(digestOf);
  const consistent =
    digest !== undefined &&
    (rules === 'any' ? listed.includes(digest) : listed.length === 1 && listed[0] === digest) &&
    suits(signer.signatureAlgorithm, digest) &&
    (attributes === undefined || protects(attributes, signer));
  if (attributes) {
    check(
      'content-type-attribute',
      contentTypeOf(attributes) === message.eContentType,
      'content-type-attribute',
      'The attribute contentType must stand once and equal the type of the content.',
      'RFC 5652 §11.1',
    );
  }
  check(
    'digest-algorithm',
    consistent,
    'digest-algorithm',
    'One digest of the SHA-2 family must be named alike everywhere.',
    'RFC 8933 §3',
  );
  if (digest && attributes) {
    const expected = hash(digest, content, 'buffer');
    const found = messageDigestOf(attributes);
    check(
      'message-digest',
      found !== undefined && sameBytes(found, expected),
      'message-digest',
      'The attribute messageDigest must stand once and be the digest of the content.',
      'RFC 5652 §11.2',
    );
  }
  const signingTime = attributes && checkSigningTime(attributes, question, check);
  if (attributes) checkSigningCertificate(attributes, question, check);
  // Of a digest that is not accepted its own check has told.
  if (!digest) return signingTime;
  const algorithm = x509Algorithm(signer.signatureAlgorithm, digest);
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
      signatureFits(algorithm, certificate.publicKey, signedBytes ?? content, signer.signature),
      'signature',
      'The signature is not the signer’s.',
      'RFC 5652 §5.6',
    );
  }
  return signingTime;
}

/** CMSAlgorithmProtection (RFC 6211), where it is there, repeats the algorithms of SignerInfo. */
function protects(attributes: readonly CmsAttribute[], signer: SignerInfo): boolean {
  if (!attributes.some(({ oid }) => oid === cmsOid.algorithmProtection)) return true;
  const named = algorithmProtectionOf(attributes);
  if (!named) return false;
  const { raw } = signer.signatureAlgorithm;
  const content = DerReader.over(raw).expect(tag.sequence).content;
  return sameBytes(named.digest.raw, signer.digestAlgorithm.raw) && sameBytes(named.signature, content);
}

function checkSigningTime(
  attributes: readonly CmsAttribute[],
  { certificate, at, skew, rules }: SignerQuestion,
  check: CheckFunction,
): Date | undefined {
  if (rules === 'any' && !attributes.some(({ oid }) => oid === cmsOid.signingTime)) return undefined;
  const signingTime = signingTimeOf(attributes);
  const timely =
    signingTime !== undefined &&
    signingTime.getTime() <= at.getTime() + skew * 1000 &&
    certificate.notBefore <= signingTime &&
    signingTime <= certificate.notAfter;
  check(
    'signing-time',
    timely,
    'signing-time',
    'The attribute signingTime must stand once, lie in the certificate’s validity and not in the future.',
    'RFC 5652 §11.3',
  );
  return signingTime;
}

function checkSigningCertificate(
  attributes: readonly CmsAttribute[],
  { certificate, rules }: SignerQuestion,
  check: CheckFunction,
): void {
  if (rules === 'any' && !attributes.some(({ oid }) => oid === cmsOid.signingCertificateV2)) return;
  const ess = signingCertificateOf(attributes);
  const fits =
    ess !== undefined &&
    sameBytes(ess.hash, hash(ess.digest, certificate.raw, 'buffer')) &&
    (ess.serial === undefined || sameBytes(ess.serial, certificate.serial)) &&
    (ess.issuer === undefined || sameBytes(ess.issuer, certificate.issuer.raw));
  check(
    'signing-certificate',
    fits,
    'signing-certificate',
    'The attribute signingCertificateV2 must stand once and name the signer’s certificate.',
    'RFC 5035 §3',
  );
}
