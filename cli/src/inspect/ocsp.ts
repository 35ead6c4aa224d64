import { type CertId, formatName, oidName, readOcspRequest, readOcspResponse, X509Error } from '@tegata/x509';
import { certificateSections } from './certificate.ts';
import { hex } from './octets.ts';
import { type Row, row, type Section, table, type View, within } from './section.ts';

const instant = (date: Date) => date.toISOString().replace('.000Z', 'Z');

const idRows = (id: CertId): Row[] => [
  row('serial number', hex(id.serial).replaceAll(' ', '')),
  row('issuer name hash', `${id.hash ?? 'unknown digest'} ${hex(id.issuerNameHash)}`),
  row('issuer key hash', hex(id.issuerKeyHash)),
];

/** An OCSP request: which certificates are asked about, and the nonce. */
export function ocspRequestSections(bytes: Uint8Array): Section[] {
  return refused('OCSP request', () => {
    const { certIds, nonce } = readOcspRequest(bytes);
    const rows = [row('certificates', certIds.length), row('nonce', nonce ? hex(nonce) : 'none')];
    return [
      table('OCSP request', rows, { clause: 'RFC 6960 §4.1' }),
      ...certIds.map((id, index) =>
        table(`Certificate ${index + 1} that is asked about`, idRows(id), { clause: 'RFC 6960 §4.1.1' }),
      ),
    ];
  });
}

/** An OCSP response: the status of each certificate, the responder, its certificates. */
export function ocspResponseSections(bytes: Uint8Array, view: View): Section[] {
  return refused('OCSP response', () => {
    const { status, type, basic } = readOcspResponse(bytes);
    const rows = [row('status of the response', status), ...(type ? [row('type', oidName(type))] : [])];
    if (basic) {
      const responder = basic.responderName
        ? formatName(basic.responderName)
        : `key hash ${hex(basic.responderKeyHash ?? new Uint8Array(0))}`;
      rows.push(
        row('responder', responder),
        row('produced at', instant(basic.producedAt)),
        row('nonce', basic.nonce ? hex(basic.nonce) : 'none'),
        row('signature algorithm', oidName(basic.algorithm.oid)),
        row('certificates', basic.certificates.length),
      );
    }
    const sections = [
      table('OCSP response', rows, {
        clause: 'RFC 6960 §4.2.1',
        note: 'Decoded only: the signature has not been checked.',
      }),
    ];
    for (const [index, one] of (basic?.responses ?? []).entries()) {
      const answer = [row('status', one.status)];
      if (one.revokedAt) answer.push(row('revoked at', instant(one.revokedAt)));
      if (one.reason) answer.push(row('reason', one.reason));
      answer.push(row('this update', instant(one.thisUpdate)));
      if (one.nextUpdate) answer.push(row('next update', instant(one.nextUpdate)));
      sections.push(
        table(`Answer ${index + 1}: ${one.status}`, [...answer, ...idRows(one.certId)], {
          clause: 'RFC 6960 §4.2.2.1',
        }),
      );
    }
    for (const certificate of basic?.certificates ?? []) {
      sections.push(...certificateSections(certificate, within(view), 'Certificate of the responder'));
    }
    return sections;
  });
}

function refused(title: string, read: () => Section[]): Section[] {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return [{ title, text: '', note: `Refused (${error.code}): ${error.message}` }];
  }
}
