import { createHash } from 'node:crypto';
import { DerError, DerReader, tag } from '@tegata/der';
import {
  describeCertificate,
  type ExtensionDescription,
  formatName,
  oidName,
  readAlgorithm,
  readName,
  X509Error,
} from '@tegata/x509';
import { derSection, tryDer } from './der.ts';
import { maskText } from './mask.ts';
import { hex, octetsSection } from './octets.ts';
import { MAX_INSIDE, type Row, row, type Section, table, type View } from './section.ts';

/** A certificate with all its fields; one that the strict reader refuses is shown as a tree, with the reason. */
export function certificateSections(bytes: Uint8Array, view: View, title = 'Certificate'): Section[] {
  if (view.inside > MAX_INSIDE) return [octetsSection(bytes, view, title)];
  const tree = tryDer(bytes);
  try {
    const rows = rowsOf(tree?.raw ?? bytes);
    return [
      table(title, view.unmask ? rows : rows.map(({ name, value }) => row(name, maskText(value))), {
        clause: 'RFC 5280 §4.1',
        note: 'Decoded only: no signature, date or status has been checked.',
      }),
    ];
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    const shown = tree ? derSection(tree.root, view, title) : octetsSection(bytes, view, title);
    return [{ ...shown, note: `Refused as a certificate (${error.code}): ${error.message}` }];
  }
}

function rowsOf(der: Uint8Array): Row[] {
  const certificate = describeCertificate(der);
  return [
    row('serial number', certificate.serial),
    row('issuer', certificate.issuer),
    row('subject', certificate.subject),
    row('valid from', instant(certificate.notBefore)),
    row('valid until', instant(certificate.notAfter)),
    row('public key', certificate.key),
    row('signature algorithm', certificate.signatureAlgorithm),
    row('SHA-256 fingerprint', hex(createHash('sha256').update(der).digest()).replaceAll(' ', ':')),
    ...certificate.extensions.map(extensionRow),
  ];
}

const instant = (iso: string) => iso.replace('.000Z', 'Z');

function extensionRow({ name, critical, values }: ExtensionDescription): Row {
  const short = values.every((value) => value.length < 24 && !value.includes(': '));
  return row(`${name}${critical ? ' (critical)' : ''}`, values.map(named).join(short ? ', ' : '\n'));
}

const PERSONAL: Readonly<Record<string, string>> = {
  '1': 'name (氏名)',
  '2': 'substitute flags of the name',
  '3': 'sex (性別)',
  '4': 'birth date (生年月日)',
  '5': 'address (住所)',
  '6': 'substitute flags of the address',
};

// The six otherNames of a signature certificate stand under …8.5.5 of JPKI's arc, or of the test arc that mirrors it.
function named(value: string): string {
  return value.replace(
    /^otherName (?:1\.2\.392\.200149|2\.999)\.8\.5\.5\.([1-6]):/,
    (_all, number: string) => `${PERSONAL[number]}:`,
  );
}

/** A certification request (PKCS #10): who asks, for which key. */
export function certificationRequestSections(bytes: Uint8Array, view: View): Section[] {
  try {
    const outer = DerReader.over(bytes).sequence();
    const signed = outer.sequence();
    const algorithm = readAlgorithm(outer);
    const version = signed.smallInteger();
    const subject = formatName(readName(signed));
    const key = readAlgorithm(signed.sequence());
    const attributes = signed.optionalInside(tag.constructed(0));
    const names: string[] = [];
    while (attributes && !attributes.done) {
      const one = attributes.sequence();
      names.push(oidName(one.oid()));
    }
    return [
      table(
        'Certification request',
        [
          row('version', version + 1),
          row('subject', view.unmask ? subject : maskText(subject)),
          row('public key', oidName(key.oid)),
          row('attributes', names.length === 0 ? 'none' : names.join(', ')),
          row('signature algorithm', oidName(algorithm.oid)),
        ],
        { clause: 'RFC 2986 §4', note: 'Decoded only: the signature has not been checked.' },
      ),
    ];
  } catch (error) {
    if (error instanceof DerError || error instanceof X509Error) return [];
    throw error;
  }
}
