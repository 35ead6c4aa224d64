import { hash as hashOf } from 'node:crypto';
import { type CborValue, type Deviation, Tagged } from '@tegata/cbor';
import { CoseError, type CoseMessage, parseSign1, verifySign1, x5chain } from '@tegata/cose';
import { type Certificate, isSelfSigned, nameValues, oid, parseCertificate, sameBytes, X509Error } from '@tegata/x509';
import { MdocError } from '../error.ts';
import type { IssuerNameSpaces, IssuerSignedItem } from '../issuer-signed.ts';
import {
  DIGEST_ALGORITHMS,
  type DigestAlgorithm,
  type MobileSecurityObject,
  parseMso,
} from '../mobile-security-object.ts';
import { type CheckList, inspectEncoding, printable } from './check-list.ts';
import { issuerPaths } from './issuer-paths.ts';
import { anchorsFor, type IssuerTrust } from './issuer-trust.ts';
import { inspectRevocation } from './revocation.ts';

/** What the issuer's part of a document came to. Usable only if its checks hold. */
export interface InspectedIssuer {
  readonly message?: CoseMessage;
  readonly mso?: MobileSecurityObject;
  readonly certificate?: Certificate;
  /** Absent when a date cannot be read. */
  readonly validity?: ValidityDates;
}

/** When a document is valid, as instants. */
export interface ValidityDates {
  readonly signed: Date;
  readonly validFrom: Date;
  readonly validUntil: Date;
}

/**
 * Makes the checks from `issuer-chain` to `issuing-country` but for `issuer-signature`, which `inspectSignature` makes: the two signatures of
 * a document are verified one right after the other, while the machine has the tables for it at hand.
 */
export function inspectIssuer(
  list: CheckList,
  document: { nameSpaces: IssuerNameSpaces; issuerAuth: CborValue },
  trust: IssuerTrust,
): InspectedIssuer {
  const message = readMessage(list, document.issuerAuth, trust);
  if (!message) return {};
  const mso = readMso(list, message);
  const certificate = inspectChain(list, message, mso?.docType, trust);
  let validity: ValidityDates | undefined;
  if (mso) {
    if (!/^1\.\d+$/.test(mso.version))
      list.fail('version', 'mso-version', 'The MSO has a version that is not read here.');
    else list.pass('version');
    inspectDigests(list, document.nameSpaces, mso);
    validity = inspectValidity(list, mso, certificate, trust);
  }
  inspectDuplicates(list, document.nameSpaces);
  if (certificate) inspectCountry(list, document.nameSpaces, certificate);
  return { message, mso, certificate, validity };
}

function readMessage(list: CheckList, issuerAuth: CborValue, trust: IssuerTrust): CoseMessage | undefined {
  const interop = trust.profileMode === 'interop';
  try {
    const message = parseSign1(issuerAuth, interop ? 'allow' : 'refuse');
    // The tag is not signed, and says what the place says already.
    if (interop && issuerAuth instanceof Tagged) list.warn('issuer-signature', 'tagged', 'issuerAuth carries tag 18.');
    return message;
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    list.fail('issuer-signature', error.code, error.message);
    return undefined;
  }
}

function readMso(list: CheckList, message: CoseMessage): MobileSecurityObject | undefined {
  if (message.payload === null) {
    list.fail('mso-structure', 'payload-missing', 'The issuer’s signature carries no MSO.');
    return undefined;
  }
  try {
    let deviation: Deviation | undefined;
    const mso = parseMso(message.payload, { onDeviation: (found) => (deviation ??= found) });
    const { signed, validFrom, validUntil, expectedUpdate } = mso.validityInfo;
    if (signed.strict && validFrom.strict && validUntil.strict && (!expectedUpdate || expectedUpdate.strict)) {
      inspectEncoding(list, 'mso-structure', deviation);
    } else
      list.warn('mso-structure', 'tdate-form', 'A date has fractions of a second, an offset, or no calendar form.');
    return mso;
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    list.fail('mso-structure', String(error.context['rule'] ?? error.code), error.message);
    return undefined;
  }
}

/** Makes the check `issuer-chain`; the certificate is what the signature is checked with, whether it is trusted or not. */
function inspectChain(
  list: CheckList,
  message: CoseMessage,
  docType: string | undefined,
  trust: IssuerTrust,
): Certificate | undefined {
  try {
    const chain = x5chain(message) as [Uint8Array, ...Uint8Array[]];
    const leaf = trust.pinnedIssuers?.some((pinned) => sameBytes(pinned, chain[0]))
      ? inspectPinned(list, chain[0], trust)
      : inspectPath(list, chain, docType, trust);
    inspectRevocation(list, leaf, trust);
    return leaf;
  } catch (error) {
    if (!(error instanceof CoseError || error instanceof MessageCertificateError)) throw error;
    list.fail('issuer-chain', error.code, error.message);
    return undefined;
  }
}

/** A certificate of the message cannot be read. One of the trust list is the caller's own fault, and is thrown as it is. */
class MessageCertificateError extends Error {
  /** The code of the public list for what is no certificate at all. */
  readonly code = 'der';
  constructor(error: X509Error) {
    super(error.message);
  }
}

function fromMessage(der: Uint8Array): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    throw error instanceof X509Error ? new MessageCertificateError(error) : error;
  }
}

function inspectPinned(list: CheckList, der: Uint8Array, trust: IssuerTrust): Certificate {
  const leaf = fromMessage(der);
  if (leaf.notBefore > trust.now || leaf.notAfter < trust.now) {
    list.fail('issuer-chain', 'validity', 'The pinned document signer is not valid now.');
  } else list.warn('issuer-chain', 'pinned', 'The document signer is pinned by the operator; no path was built.');
  return leaf;
}

function inspectPath(
  list: CheckList,
  [leafDer, ...others]: readonly [Uint8Array, ...Uint8Array[]],
  docType: string | undefined,
  trust: IssuerTrust,
): Certificate {
  const anchors = anchorsFor(trust, docType);
  const mode = trust.profileMode ?? 'strict';
  // A certificate that links a new root to the old one names itself too, but the old key has signed it.
  const withoutRoots = others.filter((der) => !isSelfSigned(fromMessage(der)));
  const path = issuerPaths(anchors, mode).verify(leafDer, trust.now, withoutRoots);
  const leaf = path.leaf ?? fromMessage(leafDer);
  const bringsRoot = withoutRoots.length < others.length;
  const detail = 'The message brings a self-signed certificate: trust never comes from there.';
  if (isSelfSigned(leaf) || (bringsRoot && mode === 'strict')) list.fail('issuer-chain', 'root-in-chain', detail);
  else if (path.result === 'passed') {
    // Real issuers send it along: to lay it aside is as safe as to refuse it.
    if (bringsRoot) list.warn('issuer-chain', 'root-in-chain', detail);
    else list.pass('issuer-chain');
  } else if (anchors.length === 0) {
    list.fail('issuer-chain', 'no-trust-anchor', 'No root is trusted for this document type.');
  } else {
    const failed = path.checks.find(({ result }) => result === 'failed');
    list.fail('issuer-chain', path.code ?? 'no-path-to-anchor', failed?.detail);
  }
  return leaf;
}

/** Makes the check `issuer-signature` where there is a message and a certificate to make it with. */
export function inspectSignature(list: CheckList, { message, certificate }: InspectedIssuer): void {
  if (!message || !certificate) return;
  try {
    verifySign1({ sign1: message, publicKey: certificate.publicKey });
    list.pass('issuer-signature');
  } catch (error) {
    if (!(error instanceof CoseError || error instanceof X509Error)) throw error;
    list.fail('issuer-signature', error.code, error.message);
  }
}

function inspectDigests(list: CheckList, nameSpaces: IssuerNameSpaces, mso: MobileSecurityObject): void {
  if (!Object.hasOwn(DIGEST_ALGORITHMS, mso.digestAlgorithm)) {
    list.fail(
      'digest-algorithm',
      'digest-algorithm-refused',
      'The digest algorithm is not SHA-256, SHA-384 or SHA-512.',
    );
    return;
  }
  list.pass('digest-algorithm');
  const algorithm = DIGEST_ALGORITHMS[mso.digestAlgorithm as DigestAlgorithm];
  const wrong: { code: string; detail: string }[] = [];
  for (const [namespace, items] of nameSpaces) {
    const digests = mso.valueDigests.get(namespace);
    for (const item of items) {
      // Over the bytes as received, tag 24 included: a new encoding would hide a change or invent one. As a string of one character per byte
      // a digest costs no buffer.
      const holds = digests?.is(item.digestID, hashOf(algorithm, item.encoded.bytes, 'latin1'));
      if (holds) continue;
      const name = `${printable(namespace)}/${printable(item.elementIdentifier)}`;
      if (holds === false) wrong.push({ code: 'digest-mismatch', detail: `${name} is not what the issuer signed.` });
      else wrong.push({ code: 'digest-missing', detail: `The issuer signed no digest for ${name}.` });
    }
  }
  list.judge('digest', wrong);
}

function inspectDuplicates(list: CheckList, nameSpaces: IssuerNameSpaces): void {
  const wrong: { code: string; detail: string }[] = [];
  for (const [namespace, items] of nameSpaces) {
    for (const element of duplicates(items)) {
      const detail = `${printable(namespace)}/${printable(element)} was sent twice.`;
      wrong.push({ code: 'duplicate-element', detail });
    }
  }
  list.judge('duplicate-element', wrong);
}

/** Up to so many items a comparison with each costs less than a set. */
const FEW_ITEMS = 24;

function duplicates(items: readonly IssuerSignedItem[]): string[] {
  const found: string[] = [];
  const seen = items.length > FEW_ITEMS ? new Set<string>() : undefined;
  for (let at = 0; at < items.length; at++) {
    const { elementIdentifier } = items[at] as IssuerSignedItem;
    const known = seen ? seen.has(elementIdentifier) : isAmong(items, at, elementIdentifier);
    seen?.add(elementIdentifier);
    if (known) found.push(elementIdentifier);
  }
  return found;
}

function isAmong(items: readonly IssuerSignedItem[], before: number, element: string): boolean {
  for (let at = 0; at < before; at++) if (items[at]?.elementIdentifier === element) return true;
  return false;
}

const LENIENT = { lenient: true } as const;

/** The instants of an MSO as dates. @throws {CborError} when one is in no calendar form */
function validityDates(mso: MobileSecurityObject): ValidityDates {
  const { signed, validFrom, validUntil } = mso.validityInfo;
  return {
    signed: signed.toDate(LENIENT),
    validFrom: validFrom.toDate(LENIENT),
    validUntil: validUntil.toDate(LENIENT),
  };
}

function inspectValidity(
  list: CheckList,
  mso: MobileSecurityObject,
  certificate: Certificate | undefined,
  trust: IssuerTrust,
): ValidityDates | undefined {
  let dates: ValidityDates;
  try {
    dates = validityDates(mso);
  } catch {
    list.fail('validity', 'date-form', 'A date of the MSO cannot be read.');
    return undefined;
  }
  // As numbers: to compare Date objects takes a detour through their methods.
  const [signed, validFrom, validUntil] = [
    dates.signed.getTime(),
    dates.validFrom.getTime(),
    dates.validUntil.getTime(),
  ];
  const now = trust.now.getTime();
  const ahead = now + (trust.skewSeconds ?? 30) * 1000;
  const wrong: { code: string; detail: string }[] = [];
  const rule = (holds: boolean, code: string, detail: string) => {
    if (!holds) wrong.push({ code, detail });
  };
  rule(now <= validUntil, 'expired', 'The document has expired.');
  rule(validFrom <= ahead, 'not-yet-valid', 'The document is not valid yet.');
  rule(signed <= ahead, 'signed-in-future', 'The document was signed in the future.');
  rule(signed <= validFrom, 'valid-before-signed', 'The document claims to be valid from before it was signed.');
  if (certificate) {
    const inside = certificate.notBefore.getTime() <= signed && signed <= certificate.notAfter.getTime();
    rule(inside, 'signed-outside-certificate', 'The document was signed while its signer’s certificate was not valid.');
  }
  list.judge('validity', wrong);
  return dates;
}

/** What a document says about where it was issued must be what its signer's certificate says. */
function inspectCountry(list: CheckList, nameSpaces: IssuerNameSpaces, { subject }: Certificate): void {
  const wrong: { code: string; detail: string }[] = [];
  let returned = false;
  for (const items of nameSpaces.values()) {
    for (const { elementIdentifier, elementValue } of items) {
      if (elementIdentifier === 'issuing_country') {
        returned = true;
        if (elementValue !== nameValues(subject, oid.countryName)[0]) {
          wrong.push({ code: 'issuing-country', detail: 'issuing_country is not the country of the document signer.' });
        }
      } else if (elementIdentifier === 'issuing_jurisdiction') {
        const state = nameValues(subject, oid.stateOrProvinceName)[0];
        if (state === undefined) continue;
        returned = true;
        if (elementValue !== state) {
          const detail = 'issuing_jurisdiction is not the state of the document signer.';
          wrong.push({ code: 'issuing-jurisdiction', detail });
        }
      }
    }
  }
  if (returned) list.judge('issuing-country', wrong);
  else list.skip('issuing-country', 'element-not-returned', 'The document does not say where it was issued.');
}
