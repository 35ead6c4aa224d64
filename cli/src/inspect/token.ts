import { certificateSections } from './certificate.ts';
import { jsonSection, maskedJson, tryJson } from './json.ts';
import { hexValue } from './octets.ts';
import { type Row, row, type Section, table, type View, within } from './section.ts';

const TIMES: Readonly<Record<string, string>> = { iat: 'issued', nbf: 'valid from', exp: 'expires' };
const TYPES: Readonly<Record<string, string>> = {
  'dpop+jwt': 'DPoP proof (RFC 9449 §4.2)',
  'key-attestation+jwt': 'key attestation (OpenID4VCI 1.0, Appendix D)',
  'openid4vci-proof+jwt': 'proof of possession of a key (OpenID4VCI 1.0, Appendix F)',
};

const MAX_CHAIN = 8;

const decoded = (part: string) => Buffer.from(part, 'base64url');
const jsonPart = (part: string) => tryJson(decoded(part).toString('utf8'));

/** A compact JWS whose payload is JSON: header, claims, times. The signature is not checked. */
export function jwtSections(token: string, view: View, title = 'JWT'): Section[] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const head = jsonPart(header);
  const claims = jsonPart(payload);
  if (!head) return [];
  const sections = [jsonSection(head, view, `${title}: header`, 'RFC 7515 §4')];
  if (claims) sections.push(jsonSection(claims, view, `${title}: claims`, 'RFC 7519 §4'));
  const rows: Row[] = [];
  const type = (head as { typ?: unknown }).typ;
  if (typeof type === 'string' && Object.hasOwn(TYPES, type)) rows.push(row('what it is', TYPES[type] as string));
  for (const [name, meaning] of Object.entries(TIMES)) {
    const seconds = (claims as Record<string, unknown> | undefined)?.[name];
    const instant = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
    if (instant && !Number.isNaN(instant.getTime())) rows.push(row(meaning, instant.toISOString()));
  }
  if (!claims) rows.push(row('payload', `${decoded(payload).length} bytes, not a JSON object`));
  rows.push(row('signature', hexValue(decoded(signature), view, 64)));
  sections.push(table(`${title}: signature`, rows, { note: 'Decoded only: the signature has not been verified.' }));
  const chain = (head as { x5c?: unknown }).x5c;
  for (const [index, one] of (Array.isArray(chain) ? chain : []).slice(0, MAX_CHAIN).entries()) {
    if (typeof one !== 'string') continue;
    sections.push(
      ...certificateSections(Buffer.from(one, 'base64'), within(view), `${title}: certificate ${index + 1} (x5c)`),
    );
  }
  return sections;
}

/** A compact JWE: its header, and how long the other parts are. It can be opened with the recipient's key only. */
export function jweSections(token: string, view: View, title = 'JWE'): Section[] {
  const [header = '', key = '', iv = '', ciphertext = '', tag = ''] = token.split('.');
  const head = jsonPart(header);
  if (!head) return [];
  const size = (part: string) => `${decoded(part).length} bytes`;
  const shown = maskedJson(head) as { alg?: unknown; enc?: unknown };
  return [
    jsonSection(head, view, `${title}: protected header`, 'RFC 7516 §4'),
    table(
      `${title}: encrypted parts`,
      [
        row('key agreement', String(shown.alg)),
        row('content encryption', String(shown.enc)),
        row('encrypted key', size(key)),
        row('initialization vector', size(iv)),
        row('ciphertext', size(ciphertext)),
        row('authentication tag', size(tag)),
      ],
      { clause: 'RFC 7516 §3.1', note: 'Only the holder of the recipient’s private key can read the content.' },
    ),
  ];
}
