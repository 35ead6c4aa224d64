import { type CborMap, type CborValue, DateTime, encode, Tagged } from '@tegata/cbor';
import { HEADER, sign1, x5chainHeader } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { type Certificate, nameValues, oid, parseCertificate } from '@tegata/x509';
import { MdocError } from '../error.ts';
import type { Shape } from '../shape.ts';
import { keyIdentifierOf, type ListedCertificate, type ListMode, readListedCertificate } from './list-certificate.ts';
import { openSignedList, readListDate, type SignedList } from './signed-list.ts';

/** One issuing authority of a VICAL. */
export interface VicalEntry extends ListedCertificate {
  /** The document types for which the root counts, and no others. */
  readonly docTypes: readonly string[];
  readonly certificateProfile: readonly string[];
  readonly issuingAuthority?: string;
  readonly extensions?: CborValue;
}

/** An entry whose certificate cannot be read. */
export interface UnreadEntry {
  readonly index: number;
  readonly code: string;
}

/** A list of verified issuing authorities (ISO/IEC 18013-5 Annex C), taken apart. **Nothing in it has been verified.** */
export interface Vical {
  readonly version: string;
  readonly provider: string;
  readonly date: Date;
  /** Not monotonic in practice: no protection from rollback. */
  readonly issueId?: number | bigint;
  readonly nextUpdate?: Date;
  readonly entries: readonly VicalEntry[];
  readonly unread: readonly UnreadEntry[];
  /** Where the list as a whole departs from the standard. */
  readonly deviations: readonly string[];
  readonly extensions?: CborValue;
  readonly signed: SignedList;
}

const MAX_ENTRIES = 2000;
const MAX_DOC_TYPES = 64;

/**
 * Takes a VICAL apart. In `interop` mode capitalised member names, a URL as certificate profile, dates with fractions and a CBOR tag are
 * read too, and named in `deviations`; the strict mode knows none of them.
 * @throws {MdocError} `trust-list` with path and rule, `version`
 * @example parseVical(bytes, { mode: 'interop' }).entries.length
 */
export function parseVical(bytes: Uint8Array, options: { mode?: ListMode } = {}): Vical {
  const { mode = 'strict' } = options;
  const signed = openSignedList(bytes, 'vical', 'unprotected', mode);
  const { content } = signed;
  const deviations = [...signed.deviations];
  const member = (shape: Shape, name: string) => {
    const capital = shape.optional(name[0]!.toUpperCase() + name.slice(1));
    if (mode === 'interop' && capital) deviations.push('member-capitalised');
    return shape.optional(name) ?? (mode === 'interop' ? capital : undefined);
  };
  const version = content.get('version').text();
  if (!/^1(\.\d+)?$/.test(version)) throw new MdocError('version', 'The list has a version that is not read here.');
  const nextUpdate = content.optional('nextUpdate');
  const issueId = content.optional('vicalIssueID')?.raw();
  if (issueId !== undefined && typeof issueId !== 'number' && typeof issueId !== 'bigint') {
    content.get('vicalIssueID').fail('member-type', 'an unsigned integer is expected');
  }
  const infos = content.get('certificateInfos').array(true);
  if (infos.length > MAX_ENTRIES) content.fail('too-many', `${MAX_ENTRIES} entries are read at most`);
  const entries: VicalEntry[] = [];
  const unread: UnreadEntry[] = [];
  for (const [index, info] of infos.entries()) {
    const listed = readListedCertificate(info, mode);
    if (typeof listed === 'string') unread.push({ index, code: listed });
    else entries.push(readEntry(info, listed, member));
  }
  const extensions = member(content, 'extensions')?.raw();
  return {
    version,
    provider: content.get('vicalProvider').text(),
    date: readListDate(content.get('date'), mode, deviations),
    ...(issueId === undefined ? {} : { issueId: issueId as number | bigint }),
    ...(nextUpdate ? { nextUpdate: readListDate(nextUpdate, mode, deviations) } : {}),
    entries,
    unread,
    deviations,
    ...(extensions === undefined ? {} : { extensions }),
    signed,
  };
}

function readEntry(
  info: Shape,
  listed: ListedCertificate,
  member: (shape: Shape, name: string) => Shape | undefined,
): VicalEntry {
  const docTypes = info.get('docType').array();
  if (docTypes.length > MAX_DOC_TYPES) info.fail('too-many', `${MAX_DOC_TYPES} document types are read at most`);
  const profile = member(info, 'certificateProfile')?.array(true) ?? [];
  const issuingAuthority = info.optional('issuingAuthority')?.text();
  const extensions = member(info, 'extensions')?.raw();
  const profiles = profile.map((one) => one.text());
  // Registered profiles are object identifiers; one list has the address of a web page there.
  const odd = profiles.some((one) => !/^\d+(\.\d+)+$/.test(one)) ? ['certificate-profile-form'] : [];
  return {
    ...listed,
    deviations: [...listed.deviations, ...odd],
    docTypes: docTypes.map((docType) => docType.text()),
    certificateProfile: profiles,
    ...(issuingAuthority === undefined ? {} : { issuingAuthority }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

/** One root that shall be listed. */
export interface VicalOrder {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly docTypes: readonly string[];
  readonly certificateProfile?: readonly string[];
  readonly issuingAuthority?: string;
}

/**
 * Makes and signs a VICAL (ISO/IEC 18013-5 Annex C): untagged COSE_Sign1, certificates in the unprotected header, everything about a root
 * taken from its certificate.
 * @throws {MdocError} `trust-list` when an entry has no document type or two are of one certificate; X509Error for certificates
 * @example await buildVical({ provider, date: clock.now(), nextUpdate, certificates: [{ certificate, docTypes }], signer, certificateChain })
 */
export async function buildVical(options: {
  provider: string;
  date: Date;
  nextUpdate?: Date;
  issueId?: number;
  certificates: readonly VicalOrder[];
  signer: Signer;
  certificateChain: readonly Uint8Array[];
}): Promise<Uint8Array> {
  const { nextUpdate, issueId } = options;
  const content = {
    version: '1.0',
    vicalProvider: options.provider,
    date: DateTime.from(options.date),
    ...(issueId === undefined ? {} : { vicalIssueID: issueId }),
    ...(nextUpdate ? { nextUpdate: DateTime.from(nextUpdate) } : {}),
    certificateInfos: options.certificates.map(encodeEntry),
  };
  const seen = new Set(options.certificates.map(({ certificate }) => Buffer.from(certificate).toString('hex')));
  if (seen.size < options.certificates.length) {
    throw new MdocError('trust-list', 'A certificate is listed twice.', { rule: 'duplicate-entry' });
  }
  const message = await sign1({
    signer: options.signer,
    payload: encode(content, { mapOrder: 'given' }),
    unprotectedHeaders: new Map([[HEADER.x5chain, x5chainHeader(options.certificateChain)]]),
  });
  return encode(message);
}

function encodeEntry(order: VicalOrder): CborMap {
  const { docTypes, certificateProfile, issuingAuthority } = order;
  if (docTypes.length === 0) {
    throw new MdocError('trust-list', 'A root is listed for one document type at least.', { rule: 'member-empty' });
  }
  const certificate: Certificate = parseCertificate(order.certificate);
  const [country] = nameValues(certificate.subject, oid.countryName);
  const [state] = nameValues(certificate.subject, oid.stateOrProvinceName);
  const entry: CborMap = new Map<string, CborValue>([
    ['certificate', order.certificate],
    ['serialNumber', new Tagged(2, certificate.serial)],
    ['ski', keyIdentifierOf(certificate)],
    ['docType', [...docTypes]],
  ]);
  if (certificateProfile) entry.set('certificateProfile', [...certificateProfile]);
  if (issuingAuthority !== undefined) entry.set('issuingAuthority', issuingAuthority);
  if (country !== undefined) entry.set('issuingCountry', country);
  if (state !== undefined) entry.set('stateOrProvinceName', state);
  entry.set('issuer', certificate.issuer.raw);
  entry.set('subject', certificate.subject.raw);
  entry.set('notBefore', DateTime.from(certificate.notBefore));
  entry.set('notAfter', DateTime.from(certificate.notAfter));
  return entry;
}
