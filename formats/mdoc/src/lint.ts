import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { CborError, type CborValue, decode, Encoded, encode } from '@tegata/cbor';
import { algOf, CoseError, type CoseMessage, HEADER, parseSign1, rawFromDer, verifySign1, x5chain } from '@tegata/cose';
import {
  type Certificate,
  type Check,
  parseCertificate,
  type Report,
  report,
  sameBytes,
  X509Error,
} from '@tegata/x509';
import { SHUFFLE_MUST_SHOW_FROM } from './digest-ids.ts';
import { MdocError } from './error.ts';
import { printable } from './inspection/check-list.ts';
import { assemble, type IssuerSignedPlan } from './issue.ts';
import { type IssuerNameSpaces, type IssuerSignedParts, parseIssuerSignedParts } from './issuer-signed.ts';
import { definitionOf, elementDefinition, inDefinedOrder } from './mnc.ts';
import {
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type MobileSecurityObject,
  parseMso,
} from './mobile-security-object.ts';
import { decodeFor } from './shape.ts';

/** What issued bytes are held against. */
export interface LintOptions {
  readonly docType: string;
  /** The document signer's certificate (DER) that must stand first in x5chain. */
  readonly dsCertificate: Uint8Array;
  readonly now: Date;
  /** The key that must have signed, where that is not yet the document signer's (a twin before the real signature). */
  readonly publicKey?: KeyObject;
}

/** Ids of the lint's checks. */
export const LINT_IDS = [
  'structure',
  'untagged',
  'algorithm',
  'x5chain',
  'signature',
  'payload-tag24',
  'mso',
  'tdate-form',
  'validity',
  'doctype',
  'digest-ids',
  'random',
  'digests',
  'elements',
  'deterministic',
] as const;
type LintId = (typeof LINT_IDS)[number];

const MIN_RANDOM_BYTES = 32;

const OWN_ERRORS = [CborError, CoseError, X509Error, MdocError];

class Findings {
  private readonly checks = new Map<LintId, Check>();

  /** Runs a rule; it returns what is wrong, or nothing. A rule that cannot read what it judges has failed. */
  rule(id: LintId, find: () => string | undefined): void {
    let detail: string | undefined;
    try {
      detail = find();
    } catch (error) {
      if (!OWN_ERRORS.some((kind) => error instanceof kind)) throw error;
      detail = (error as Error).message;
    }
    this.checks.set(id, detail === undefined ? { id, result: 'passed' } : { id, result: 'failed', code: id, detail });
  }

  report(): Report {
    return report(LINT_IDS.map((id) => this.checks.get(id) ?? { id, result: 'not_performed', code: 'not-reached' }));
  }
}

/**
 * Judges the final bytes of an issued mdoc by rules that are narrower than what a reader accepts: what leaves the house must be right
 * to the byte (untagged COSE_Sign1, tag-24 payload, dates as tdate, digestIDs below 2^31, 32-byte randoms, no self-signed certificate,
 * digests of all items, deterministic encoding, elements as the document type defines them).
 * @throws {X509Error} when `dsCertificate` cannot be read
 * @example lintIssuerSigned(issuerSigned, { docType: MNC_DOCTYPE, dsCertificate, now: clock.now() }).result
 */
export function lintIssuerSigned(bytes: Uint8Array, options: LintOptions): Report {
  const signer = parseCertificate(options.dsCertificate);
  const findings = new Findings();
  let document: IssuerSignedParts | undefined;
  findings.rule('structure', () => {
    document = parseIssuerSignedParts(bytes);
    return document.nameSpaces.size === 0 ? 'There are no elements.' : undefined;
  });
  if (!document) return findings.report();
  const { nameSpaces, issuerAuth } = document;
  findings.rule('untagged', () => (Array.isArray(issuerAuth) ? undefined : 'issuerAuth carries a tag.'));
  let message: CoseMessage | undefined;
  findings.rule('algorithm', () => {
    message = parseSign1(issuerAuth, 'allow');
    algOf(message);
    return message.unprotectedHeaders.has(HEADER.alg) ? 'The algorithm stands in the unprotected header.' : undefined;
  });
  if (!message) return findings.report();
  lintSignature(findings, message, issuerAuth, signer, options);
  const payload = message.payload ?? new Uint8Array(0);
  findings.rule('payload-tag24', () =>
    decodeFor('mso-structure', 'payload', payload) instanceof Encoded ? undefined : 'The payload lacks tag 24.',
  );
  let mso: MobileSecurityObject | undefined;
  findings.rule('mso', () => {
    mso = parseMso(payload);
    if (mso.version !== '1.0') return 'The version is not 1.0.';
    return undefined;
  });
  if (mso) lintMso(findings, mso, nameSpaces, signer, options);
  lintItems(findings, nameSpaces, options.docType);
  findings.rule('deterministic', () => lintEncoding(payload, nameSpaces));
  return findings.report();
}

/**
 * Judges a plan before anything is signed with the real key: its twin is signed with a throw-away key.
 * @throws {X509Error} when `dsCertificate` cannot be read
 */
export function lintPlan(plan: IssuerSignedPlan, options: Omit<LintOptions, 'publicKey'>): Report {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = new Uint8Array(sign('sha256', plan.toBeSigned('ES256'), privateKey));
  const twin = assemble({
    ...plan,
    signature: rawFromDer(signature, 32),
    alg: 'ES256',
    certificateChain: [options.dsCertificate],
  });
  return lintIssuerSigned(twin.bytes, { ...options, publicKey });
}

function lintSignature(
  findings: Findings,
  message: CoseMessage,
  issuerAuth: CborValue,
  signer: Certificate,
  options: LintOptions,
): void {
  findings.rule('x5chain', () => {
    if (!message.unprotectedHeaders.has(HEADER.x5chain)) return 'x5chain does not stand in the unprotected header.';
    const header = message.unprotectedHeaders.get(HEADER.x5chain);
    if (Array.isArray(header) && header.length === 1) return 'One certificate is a bare byte string, not an array.';
    const chain = x5chain(message).map(parseCertificate);
    if (chain.some(({ issuer, subject }) => sameBytes(issuer.raw, subject.raw)))
      return 'A self-signed certificate is in it.';
    return sameBytes(chain[0]!.raw, signer.raw)
      ? undefined
      : 'It does not begin with the document signer’s certificate.';
  });
  findings.rule('signature', () => {
    verifySign1({ sign1: issuerAuth, publicKey: options.publicKey ?? signer.publicKey, tag: 'allow' });
    return undefined;
  });
}

function lintMso(
  findings: Findings,
  mso: MobileSecurityObject,
  nameSpaces: IssuerNameSpaces,
  signer: Certificate,
  options: LintOptions,
): void {
  const { signed, validFrom, validUntil, expectedUpdate } = mso.validityInfo;
  const dates = [signed, validFrom, validUntil, ...(expectedUpdate ? [expectedUpdate] : [])];
  const strict = dates.every((date) => date.strict);
  findings.rule('tdate-form', () => (strict ? undefined : 'A date is not YYYY-MM-DDTHH:MM:SSZ.'));
  if (strict) {
    findings.rule('validity', () => {
      const at = { signed: signed.toDate(), from: validFrom.toDate(), until: validUntil.toDate() };
      if (at.signed > options.now) return 'signed lies in the future.';
      if (at.from < at.signed) return 'validFrom lies before signed.';
      if (at.until <= options.now) return 'validUntil has passed.';
      if (at.signed < signer.notBefore || at.signed > signer.notAfter) return 'signed lies outside of the certificate.';
      if (at.until > signer.notAfter) return 'validUntil lies behind the end of the certificate.';
      return undefined;
    });
  }
  findings.rule('doctype', () => (mso.docType === options.docType ? undefined : 'The document type is another one.'));
  findings.rule('digests', () => {
    if (!Object.hasOwn(DIGEST_ALGORITHMS, mso.digestAlgorithm)) return 'The digest algorithm is not known.';
    const hash = DIGEST_ALGORITHMS[mso.digestAlgorithm as DigestAlgorithm];
    for (const [namespace, items] of nameSpaces) {
      for (const item of items) {
        const expected = mso.valueDigests.get(namespace)?.get(item.digestID);
        const actual = createHash(hash).update(item.encoded.bytes).digest();
        if (!expected || Buffer.compare(expected, actual) !== 0) {
          return `The digest of ${printable(namespace)}/${printable(item.elementIdentifier)} does not fit.`;
        }
      }
    }
    return undefined;
  });
}

function lintItems(findings: Findings, nameSpaces: IssuerNameSpaces, docType: string): void {
  findings.rule('digest-ids', () => {
    for (const [namespace, items] of nameSpaces) {
      const ids = items.map(({ digestID }) => digestID);
      if (new Set(ids).size !== ids.length) return `A digestID occurs twice in ${printable(namespace)}.`;
      const rising = ids.every((id, index) => index === 0 || id > (ids[index - 1] as number));
      // Few elements are in order by chance; from six on the issuer draws again, so that order is a sign of no shuffle.
      if (rising && ids.length >= SHUFFLE_MUST_SHOW_FROM)
        return `The digestIDs of ${printable(namespace)} follow the order of the elements.`;
    }
    return undefined;
  });
  findings.rule('random', () => {
    const randoms = [...nameSpaces.values()].flat().map(({ random }) => random);
    if (randoms.some(({ length }) => length < MIN_RANDOM_BYTES)) return 'A random has fewer than 32 bytes.';
    const different = new Set(randoms.map((random) => Buffer.from(random).toString('hex')));
    return different.size === randoms.length ? undefined : 'Two items have the same random.';
  });
  findings.rule('elements', () => lintElements(nameSpaces, docType));
}

function lintElements(nameSpaces: IssuerNameSpaces, docType: string): string | undefined {
  const definition = definitionOf(docType);
  const order: string[] = [];
  const elements: Record<string, Record<string, CborValue>> = {};
  for (const [namespace, items] of nameSpaces) {
    elements[namespace] = {};
    for (const { elementIdentifier: element, elementValue: value } of items) {
      const name = `${printable(namespace)}/${printable(element)}`;
      if (Object.hasOwn(elements[namespace], element)) return `${name} occurs twice.`;
      elements[namespace][element] = value;
      order.push(`${namespace} ${element}`);
      if (!definition) continue;
      const known = elementDefinition(definition, namespace, element);
      if (!known) return `${name} is not defined for this document type.`;
      if (!known.issued(value)) return `${name} must be ${known.type}.`;
    }
  }
  if (!definition) return undefined;
  const defined = inDefinedOrder(definition, elements).flatMap(([namespace, entries]) =>
    entries.map(([element]) => `${namespace} ${element}`),
  );
  return defined.join() === order.join() ? undefined : 'The elements are not in the order of their definition.';
}

function lintEncoding(payload: Uint8Array, nameSpaces: IssuerNameSpaces): string | undefined {
  const again = (bytes: Uint8Array) => Buffer.compare(encode(decode(bytes)), bytes) === 0;
  if (!again(payload)) return 'The payload is not encoded deterministically.';
  const mso = decodeFor('mso-structure', 'payload', payload);
  if (mso instanceof Encoded && !again(mso.content)) return 'The MSO is not encoded deterministically.';
  for (const { encoded } of [...nameSpaces.values()].flat()) {
    if (!again(encoded.content) || !again(encoded.bytes)) return 'An item is not encoded deterministically.';
  }
  return undefined;
}
