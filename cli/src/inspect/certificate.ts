import { createHash } from 'node:crypto';
import { DerError, type DerNode, DerReader, isStringTag, stringToText } from '@tegata/der';
import {
  type Certificate,
  formatName,
  type GeneralName,
  keyKind,
  oidName,
  parseCertificate,
  X509Error,
} from '@tegata/x509';
import { derSection, tryDer } from './der.ts';
import { maskText } from './mask.ts';
import { hex, hexValue, octetsSection } from './octets.ts';
import { MAX_INSIDE, type Row, row, type Section, table, type View } from './section.ts';

const CLAUSE = 'RFC 5280 §4.1';

/** A certificate with all its fields; one that the strict reader refuses is shown as a tree, with the reason. */
export function certificateSections(bytes: Uint8Array, view: View, title = 'Certificate'): Section[] {
  if (view.inside > MAX_INSIDE) return [octetsSection(bytes, view, title)];
  const tree = tryDer(bytes);
  try {
    const certificate = parseCertificate(tree?.raw ?? bytes);
    return [
      table(title, rowsOf(certificate, view), {
        clause: CLAUSE,
        note: 'Decoded only: no signature, date or status has been checked.',
      }),
    ];
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    const shown = tree ? derSection(tree.root, view, title) : octetsSection(bytes, view, title);
    return [{ ...shown, note: `Refused as a certificate (${error.code}): ${error.message}` }];
  }
}

const text = (value: string, view: View) => (view.unmask ? value : maskText(value));
const day = (date: Date) => date.toISOString().replace('.000Z', 'Z');

function rowsOf(certificate: Certificate, view: View): Row[] {
  const { keyUsage, extKeyUsage, basicConstraints, subjectAltName, issuerAltName } = certificate;
  const rows = [
    row('serial number', certificate.serialHex),
    row('issuer', text(formatName(certificate.issuer), view)),
    row('subject', text(formatName(certificate.subject), view)),
    row('valid from', day(certificate.notBefore)),
    row('valid until', day(certificate.notAfter)),
    row('public key', keyKind(certificate) ?? oidName(certificate.spki.algorithm.oid)),
    row('signature algorithm', oidName(certificate.signatureAlgorithm.oid)),
    row('SHA-256 fingerprint', hex(createHash('sha256').update(certificate.raw).digest()).replaceAll(' ', ':')),
  ];
  const decoded = new Map<string, string>();
  if (keyUsage) decoded.set('2.5.29.15', [...keyUsage].join(', '));
  if (extKeyUsage) decoded.set('2.5.29.37', extKeyUsage.map(oidName).join(', '));
  if (basicConstraints) decoded.set('2.5.29.19', constraints(basicConstraints));
  if (subjectAltName) decoded.set('2.5.29.17', namesText(subjectAltName, view));
  if (issuerAltName) decoded.set('2.5.29.18', namesText(issuerAltName, view));
  if (certificate.policies) decoded.set('2.5.29.32', certificate.policies.map(({ oid }) => oidName(oid)).join(', '));
  if (certificate.ski) decoded.set('2.5.29.14', hex(certificate.ski));
  if (certificate.aki?.keyIdentifier) decoded.set('2.5.29.35', hex(certificate.aki.keyIdentifier));
  for (const { oid, critical, value } of certificate.extensions) {
    rows.push(row(`${oidName(oid)}${critical ? ' (critical)' : ''}`, decoded.get(oid) ?? extensionText(value, view)));
  }
  return rows;
}

function constraints({ ca, pathLength }: { ca: boolean; pathLength?: number }): string {
  return ca ? `CA${pathLength === undefined ? '' : `, path length ${pathLength}`}` : 'not a CA';
}

// The readable strings of an extension that has no table of its own say most of it: addresses, names.
function extensionText(value: Uint8Array, view: View): string {
  const found: string[] = [];
  const walk = (node: DerNode): void => {
    if (node.children) for (const child of node.children) walk(child);
    else if (isStringTag(node.tag) || node.tag === 0x86) {
      const content = attempt(() =>
        node.tag === 0x86 ? Buffer.from(node.content).toString('latin1') : stringToText(node.tag, node.content),
      );
      if (content) found.push(text(content, view));
    }
  };
  const tree = tryDer(value);
  if (tree) walk(tree.root);
  return found.length > 0 ? found.join(', ') : hexValue(value, view);
}

const PERSONAL: Readonly<Record<string, string>> = {
  '1': 'name (氏名)',
  '2': 'substitute flags of the name',
  '3': 'sex (性別)',
  '4': 'birth date (生年月日)',
  '5': 'address (住所)',
  '6': 'substitute flags of the address',
};

function namesText(names: readonly GeneralName[], view: View): string {
  return names.map((name) => nameText(name, view)).join('\n');
}

function nameText(name: GeneralName, view: View): string {
  if (name.type === 'directoryName') return text(formatName(name.name), view);
  if (name.type === 'otherName') {
    // The six otherNames of a signature certificate stand under …8.5.5 of JPKI's arc or of our test arc.
    const number = /^(?:1\.2\.392\.200149|2\.999)\.8\.5\.5\.([1-6])$/.exec(name.oid)?.[1];
    const content = attempt(() => DerReader.over(name.value).string());
    return `${number ? PERSONAL[number] : name.oid}: ${content === undefined ? hexValue(name.value, view) : text(content, view)}`;
  }
  return typeof name.value === 'string'
    ? `${name.type}: ${text(name.value, view)}`
    : `${name.type}: ${hexValue(name.value, view)}`;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
