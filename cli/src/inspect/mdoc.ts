import { type CborMap, type CborValue, Encoded } from '@tegata/cbor';
import { notationSection, tryCbor } from './cbor.ts';
import { certificateSections } from './certificate.ts';
import { coseKeyText, coseParts, coseRows } from './cose.ts';
import { hexValue } from './octets.ts';
import { type Row, row, type Section, table, type View, within } from './section.ts';
import { listOf, mapOf, opened, valueText } from './value.ts';

const NOT_VERIFIED = 'Decoded only: signatures, digests and dates have not been checked.';
const MAX_ELEMENTS = 500;

/** IssuerSigned (ISO/IEC 18013-5 §8.3.2.1.2.2): elements, signature, MobileSecurityObject, certificates. */
export function issuerSignedSections(value: CborMap, view: View): Section[] {
  const sections: Section[] = [];
  for (const [namespace, items] of mapOf(value.get('nameSpaces'))) {
    const rows = listOf(items)
      .slice(0, MAX_ELEMENTS)
      .map((item) => elementRow(mapOf(opened(item)), view));
    sections.push(table(`Elements of ${String(namespace)}`, rows, { clause: 'ISO/IEC 18013-5:2021 §8.3.2.1.2.2' }));
  }
  const auth = coseParts(value.get('issuerAuth'));
  if (!auth) return sections;
  sections.push(
    table('Issuer signature (issuerAuth)', coseRows(auth, view), {
      clause: 'ISO/IEC 18013-5:2021 §9.1.2.4',
      note: NOT_VERIFIED,
    }),
  );
  const payload = auth.payload && tryCbor(auth.payload);
  if (payload) sections.push(...mobileSecurityObjectSections(mapOf(opened(payload.value)), view));
  for (const certificate of auth.chain)
    sections.push(...certificateSections(certificate, within(view), 'Certificate of the signer'));
  return sections;
}

function elementRow(item: CborMap, view: View): Row {
  const name = String(item.get('elementIdentifier'));
  return row(
    name,
    `${valueText(item.get('elementValue'), view, name)}  (digestID ${valueText(item.get('digestID'), view)})`,
  );
}

/** MobileSecurityObject (§9.1.2.4): what the issuer has signed. */
export function mobileSecurityObjectSections(mso: CborMap, view: View): Section[] {
  const validity = mapOf(mso.get('validityInfo'));
  const deviceKeyInfo = mapOf(mso.get('deviceKeyInfo'));
  const rows: Row[] = [
    row('version', valueText(mso.get('version'), view)),
    row('docType', valueText(mso.get('docType'), view)),
    row('digest algorithm', valueText(mso.get('digestAlgorithm'), view)),
  ];
  for (const [name, instant] of validity) rows.push(row(String(name), valueText(instant, view)));
  for (const [namespace, digests] of mapOf(mso.get('valueDigests')))
    rows.push(row(`digests of ${String(namespace)}`, mapOf(digests).size));
  rows.push(row('device key', coseKeyText(deviceKeyInfo.get('deviceKey'), view)));
  if (deviceKeyInfo.has('keyAuthorizations'))
    rows.push(row('key authorizations', valueText(deviceKeyInfo.get('keyAuthorizations'), view)));
  if (mso.has('status')) rows.push(row('status', valueText(mso.get('status'), view)));
  return [table('Mobile security object (MSO)', rows, { clause: 'ISO/IEC 18013-5:2021 §9.1.2.4' })];
}

const STATUS: Readonly<Record<string, string>> = {
  '0': '0, OK',
  '10': '10, general error',
  '11': '11, CBOR decoding error',
  '12': '12, CBOR validation error',
};

/** DeviceResponse (§8.3.2.1.2.2): what a phone has answered, document by document. */
export function deviceResponseSections(response: CborMap, view: View): Section[] {
  const documents = listOf(response.get('documents'));
  const status = valueText(response.get('status'), view);
  const rows = [
    row('version', valueText(response.get('version'), view)),
    row('status', STATUS[status] ?? status),
    row('documents', documents.length),
  ];
  if (response.has('documentErrors'))
    rows.push(row('document errors', valueText(response.get('documentErrors'), view)));
  const sections = [table('DeviceResponse', rows, { clause: 'ISO/IEC 18013-5:2021 §8.3.2.1.2.2' })];
  for (const [index, document] of documents.slice(0, 16).entries()) {
    const map = mapOf(document);
    const title = `Document ${index + 1}: ${valueText(map.get('docType'), view)}`;
    sections.push(deviceSignedSection(mapOf(map.get('deviceSigned')), map, title, view));
    sections.push(...issuerSignedSections(mapOf(map.get('issuerSigned')), view));
  }
  return sections;
}

function deviceSignedSection(signed: CborMap, document: CborMap, title: string, view: View): Section {
  const auth = mapOf(signed.get('deviceAuth'));
  const rows: Row[] = [];
  for (const form of ['deviceSignature', 'deviceMac']) {
    const parts = coseParts(auth.get(form));
    if (parts)
      rows.push(
        row('device authentication', form),
        ...coseRows(parts, view).filter(({ name }) => !name.startsWith('certificates')),
      );
  }
  rows.push(row('device-signed elements', valueText(opened(signed.get('nameSpaces')), view)));
  if (document.has('errors')) rows.push(row('errors', valueText(document.get('errors'), view)));
  return table(title, rows, { clause: 'ISO/IEC 18013-5:2021 §9.1.3', note: NOT_VERIFIED });
}

/** DeviceRequest (§8.3.2.1.2.1): what a reader asks for, and what it means to keep. */
export function deviceRequestSections(request: CborMap, view: View): Section[] {
  const requests = listOf(request.get('docRequests'));
  const sections = [
    table(
      'DeviceRequest',
      [row('version', valueText(request.get('version'), view)), row('documents asked for', requests.length)],
      {
        clause: 'ISO/IEC 18013-5:2021 §8.3.2.1.2.1',
      },
    ),
  ];
  for (const [index, one] of requests.slice(0, 16).entries()) {
    const map = mapOf(one);
    sections.push(...itemsRequestSections(mapOf(opened(map.get('itemsRequest'))), view, `Request ${index + 1}`));
    const auth = coseParts(map.get('readerAuth'));
    if (!auth) continue;
    sections.push(
      table('Reader authentication (readerAuth)', coseRows(auth, view), {
        clause: 'ISO/IEC 18013-5:2021 §9.1.4',
        note: NOT_VERIFIED,
      }),
    );
    for (const certificate of auth.chain)
      sections.push(...certificateSections(certificate, within(view), 'Certificate of the reader'));
  }
  return sections;
}

/** ItemsRequest: elements by namespace; the flag says whether the reader will keep the value. */
export function itemsRequestSections(items: CborMap, view: View, title = 'ItemsRequest'): Section[] {
  const rows = [row('docType', valueText(items.get('docType'), view))];
  for (const [namespace, elements] of mapOf(items.get('nameSpaces'))) {
    for (const [element, retain] of mapOf(elements)) {
      rows.push(
        row(String(element), `${retain === true ? 'will be kept' : 'will not be kept'}  (${String(namespace)})`),
      );
    }
  }
  const note = rows.some(({ name }) => name === 'individual_number_unicode')
    ? 'This asks for the My Number: the law allows that for social security, tax and disaster work only.'
    : undefined;
  return [table(title, rows, { clause: 'ISO/IEC 18013-5:2021 §8.3.2.1.2.1', ...(note ? { note } : {}) })];
}

const RETRIEVAL: Readonly<Record<string, string>> = {
  '1': 'NFC',
  '2': 'BLE',
  '3': 'Wi-Fi Aware',
  '4': 'HTTP (in place of the radio)',
};

/** DeviceEngagement (§8.2.1.1): how to reach a phone, and its ephemeral key. */
export function deviceEngagementSections(engagement: CborMap, view: View): Section[] {
  const [suite, key] = listOf(engagement.get(1));
  const rows = [
    row('version', valueText(engagement.get(0), view)),
    row('cipher suite', valueText(suite, view)),
    row('ephemeral device key', coseKeyText(opened(key), view)),
  ];
  for (const method of listOf(engagement.get(2))) {
    const [type, version, options] = listOf(method);
    rows.push(
      row(
        `retrieval: ${RETRIEVAL[String(type)] ?? String(type)}`,
        `version ${String(version)}, ${valueText(options, view)}`,
      ),
    );
  }
  return [table('DeviceEngagement', rows, { clause: 'ISO/IEC 18013-5:2021 §8.2.1.1' })];
}

const ENDINGS: Readonly<Record<string, string>> = {
  '10': '10, session encryption error',
  '11': '11, CBOR decoding error',
  '20': '20, session termination',
};

/** SessionEstablishment and SessionData (§9.1.1.4): the envelope; the content is encrypted to the other side. */
export function sessionSections(message: CborMap, view: View): Section[] {
  const key = message.get('eReaderKey');
  const data = message.get('data');
  const status = message.get('status');
  const rows: Row[] = [];
  if (key !== undefined) rows.push(row('ephemeral reader key', coseKeyText(opened(key), view)));
  if (data instanceof Uint8Array)
    rows.push(row('data', `ciphertext (AES-256-GCM), ${data.length} bytes: ${hexValue(data, view)}`));
  if (status !== undefined) rows.push(row('status', ENDINGS[String(status)] ?? String(status)));
  return [
    table(key === undefined ? 'SessionData' : 'SessionEstablishment', rows, {
      clause: 'ISO/IEC 18013-5:2021 §9.1.1.4',
      ...(data === undefined
        ? {}
        : { note: 'Only the two ends have the keys of a session: the content cannot be read from the wire.' }),
    }),
  ];
}

/** One IssuerSignedItem. */
export function issuerSignedItemSections(item: CborMap, view: View): Section[] {
  return [
    table('IssuerSignedItem', [elementRow(item, view), row('random', valueText(item.get('random'), view))], {
      clause: 'ISO/IEC 18013-5:2021 §9.1.2.4',
    }),
  ];
}

/** A signed message of its own: COSE_Sign1 or COSE_Mac0. */
export function coseSections(value: CborValue, view: View): Section[] {
  const parts = coseParts(value);
  if (!parts) return [];
  const sections = [
    table('COSE message', coseRows(parts, view), { clause: 'RFC 9052 §4.2, §6.2', note: NOT_VERIFIED }),
  ];
  const payload = parts.payload && tryCbor(parts.payload);
  const inner = payload ? mapOf(opened(payload.value)) : undefined;
  if (inner?.has('valueDigests')) sections.push(...mobileSecurityObjectSections(inner, view));
  else if (parts.payload && payload) sections.push(notationSection(parts.payload, view, 'Payload'));
  for (const certificate of parts.chain)
    sections.push(...certificateSections(certificate, within(view), 'Certificate of the signer'));
  return sections;
}

/** SessionTranscript (§9.1.5.1): what both sides have seen, and what device authentication signs. */
export function sessionTranscriptSections(value: readonly CborValue[], view: View): Section[] {
  const [engagement, key, handover] = value;
  return [
    table(
      'SessionTranscript',
      [
        row('device engagement', engagement === null ? 'none' : 'below'),
        row('ephemeral reader key', key === null ? 'none' : coseKeyText(opened(key), view)),
        row('handover', handover === null ? 'QR code' : valueText(handover, view)),
      ],
      { clause: 'ISO/IEC 18013-5:2021 §9.1.5.1' },
    ),
    ...(engagement === null ? [] : deviceEngagementSections(mapOf(opened(engagement)), view)),
  ];
}

/** Whether a value is a SessionTranscript: engagement and reader key, each embedded or null, then the handover. */
export function isSessionTranscript(value: CborValue): value is readonly CborValue[] {
  const embedded = (one: CborValue) => one === null || one instanceof Encoded;
  return Array.isArray(value) && value.length === 3 && embedded(value[0]) && embedded(value[1]);
}

/** The bytes inside tag 24, when that is what the input is. */
export function unwrapped(value: CborValue): Uint8Array | undefined {
  return value instanceof Encoded && tryCbor(value.content) ? value.content : undefined;
}
