import { APPLICATION_CONTENT_TYPE } from '@tegata/application';
import { CmsError, cmsOid, parseSignedData, type SignedData, type SignerInfo } from '@tegata/cms';
import { DerError, DerReader } from '@tegata/der';
import { formatName, oidName } from '@tegata/x509';
import { applicationSections } from './application.ts';
import { certificateSections } from './certificate.ts';
import { maskText } from './mask.ts';
import { hex, hexValue, octetsSection } from './octets.ts';
import { row, type Section, table, type View, within } from './section.ts';

const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(cmsOid).map(([name, dotted]) => [dotted, name]),
);
const nameOf = (dotted: string) =>
  NAMES[dotted] ?? (dotted === APPLICATION_CONTENT_TYPE ? `${dotted} (application of Tegata)` : oidName(dotted));

/** What a CMS message is, so that an application is told from other signed data. */
export const isApplication = (signed: SignedData): boolean => signed.eContentType === APPLICATION_CONTENT_TYPE;

/** SignedData, or `undefined` when the strict reader refuses it. */
export function trySignedData(bytes: Uint8Array): SignedData | undefined {
  try {
    return parseSignedData(bytes, { maxBytes: 1 << 20 });
  } catch (error) {
    if (error instanceof CmsError) return undefined;
    throw error;
  }
}

/** CMS SignedData: signers with their attributes, the content opened where it is known, certificates. */
export function signedDataSections(signed: SignedData, view: View): Section[] {
  const { content } = signed;
  const sections = [
    table(
      'CMS SignedData',
      [
        row('version', signed.version),
        row('content type', nameOf(signed.eContentType)),
        row('content', content ? `${content.length} bytes` : 'detached'),
        row('digests', signed.digestAlgorithms.map(({ oid }) => oidName(oid)).join(', ')),
        row('certificates', signed.certificates.length),
        row('signers', signed.signers.length),
      ],
      { clause: 'RFC 5652 §5.1', note: 'Decoded only: the signature has not been checked.' },
    ),
    ...signed.signers.map((signer, index) => signerSection(signer, index, view)),
  ];
  for (const certificate of signed.certificates)
    sections.push(...certificateSections(certificate, within(view), 'Certificate of the signer'));
  if (!content) return sections;
  if (isApplication(signed)) return [...sections, ...applicationSections(content, within(view))];
  return [...sections, octetsSection(content, view, 'Content')];
}

function signerSection(signer: SignerInfo, index: number, view: View): Section {
  const id = signer.identifier;
  const who =
    'issuer' in id
      ? `${formatName(id.issuer)}, serial ${hex(id.serial).replaceAll(' ', '')}`
      : `subject key identifier ${hex(id.subjectKeyIdentifier)}`;
  const rows = [
    row('signer', view.unmask ? who : maskText(who)),
    row('digest', oidName(signer.digestAlgorithm.oid)),
    ...(signer.signedAttributes ?? []).map(({ oid, values }) =>
      row(nameOf(oid), values.map((value) => attributeText(oid, value, view)).join('\n')),
    ),
    row('signature algorithm', oidName(signer.signatureAlgorithm.oid)),
    row('signature', hexValue(signer.signature, view)),
  ];
  return table(`Signer ${index + 1}`, rows, { clause: 'RFC 5652 §5.3, §11' });
}

function attributeText(oid: string, value: Uint8Array, view: View): string {
  try {
    if (oid === cmsOid.contentType) return nameOf(DerReader.over(value).oid());
    if (oid === cmsOid.messageDigest) return hex(DerReader.over(value).octetString());
    if (oid === cmsOid.signingTime) return DerReader.over(value).time().toISOString().replace('.000Z', 'Z');
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
  }
  return hexValue(value, view, 48);
}
