import type { CborMap, CborValue } from '@tegata/cbor';
import {
  commandSection,
  fileTitle,
  isCommand,
  isStatusWord,
  responseSection,
  traceFromFrames,
  traceSections,
} from './apdu.ts';
import { applicationSections } from './application.ts';
import type { FileRead } from './card-conversation.ts';
import { cardFileKind, cardFileSections } from './card-file.ts';
import { notationSection, tryCbor } from './cbor.ts';
import { certificateSections, certificationRequestSections } from './certificate.ts';
import { isApplication, signedDataSections, trySignedData } from './cms.ts';
import { coseKeyText, coseParts } from './cose.ts';
import { derKind, derSection, tryDer } from './der.ts';
import { imageSections, isImage } from './image.ts';
import {
  coseSections,
  deviceEngagementSections,
  deviceRequestSections,
  deviceResponseSections,
  isSessionTranscript,
  issuerSignedItemSections,
  issuerSignedSections,
  itemsRequestSections,
  mobileSecurityObjectSections,
  sessionSections,
  sessionTranscriptSections,
  unwrapped,
} from './mdoc.ts';
import { ocspRequestSections, ocspResponseSections } from './ocsp.ts';
import { publicKeySection } from './public-key.ts';
import { MAX_INSIDE, row, type Section, table, type View } from './section.ts';

/** What was found: the kind in kebab case, and the sections that show it. */
export interface Recognised {
  readonly kind: string;
  readonly sections: Section[];
}

/** Tells what bytes are and decodes them; `undefined` when they are nothing that is known here. Never throws for hostile bytes. */
export function recognise(bytes: Uint8Array, view: View): Recognised | undefined {
  if (bytes.length === 0 || view.inside > MAX_INSIDE) return undefined;
  if (isImage(bytes)) return { kind: 'image', sections: imageSections(bytes, view) };
  const file = cardFileKind(bytes);
  if (file) return { kind: 'card-file', sections: cardFileSections(bytes, file, view, fileTitle({ ...file, bytes })) };
  if (isStatusWord(bytes)) return { kind: 'apdu-response', sections: [responseSection(bytes, view)] };
  if (isCommand(bytes)) return { kind: 'apdu-command', sections: [commandSection(bytes, view)] };
  return recogniseDer(bytes, view) ?? recogniseCbor(bytes, view) ?? recogniseCard(bytes, view);
}

/** DER: certificates, requests, answers, signed data, keys; anything else as a tree. */
export function recogniseDer(bytes: Uint8Array, view: View): Recognised | undefined {
  const tree = tryDer(bytes);
  if (!tree) return undefined;
  const { root, raw } = tree;
  const kind = derKind(root);
  const printed = () => derSection(root, view);
  switch (kind) {
    case 'certificate':
      return { kind, sections: certificateSections(raw, view) };
    case 'certification-request':
      return { kind, sections: [...certificationRequestSections(raw, view), printed()] };
    case 'ocsp-request':
      return { kind, sections: [...ocspRequestSections(raw), printed()] };
    case 'ocsp-response':
      return { kind, sections: [...ocspResponseSections(raw, view), printed()] };
    case 'public-key':
      return { kind, sections: [publicKeySection(raw), printed()] };
    case 'private-key':
      // No option shows a private key: who needs it has it in the file.
      return { kind, sections: [{ title: 'Private key', text: 'Nothing of it is shown.' }] };
    case 'cms': {
      const signed = trySignedData(raw);
      if (!signed) return { kind, sections: [{ ...printed(), note: 'Refused as SignedData of CMS.' }] };
      return { kind: isApplication(signed) ? 'signed-application' : kind, sections: signedDataSections(signed, view) };
    }
    default:
      return { kind, sections: [printed()] };
  }
}

interface CborShape {
  readonly kind: string;
  readonly fits: (map: CborMap) => boolean;
  readonly sections: (map: CborMap, view: View, bytes: Uint8Array) => Section[];
}

const shape = (kind: string, fits: CborShape['fits'], sections: CborShape['sections']): CborShape => ({
  kind,
  fits,
  sections,
});

const has =
  (...keys: (string | number)[]) =>
  (map: CborMap) =>
    keys.every((key) => map.has(key));

const isDeviceResponse = (map: CborMap) =>
  has('version', 'status')(map) && (map.has('documents') || map.has('documentErrors'));
const isDeviceEngagement = (map: CborMap) => typeof map.get(0) === 'string' && Array.isArray(map.get(1));
const isSessionData = (map: CborMap) =>
  map.size > 0 && [...map.keys()].every((key) => key === 'data' || key === 'status');

// From the most to the least particular: the first that fits is taken.
const SHAPES: readonly CborShape[] = [
  shape('device-response', isDeviceResponse, deviceResponseSections),
  shape('device-request', has('version', 'docRequests'), deviceRequestSections),
  shape('issuer-signed', has('issuerAuth'), issuerSignedSections),
  shape('mobile-security-object', has('valueDigests', 'docType'), mobileSecurityObjectSections),
  shape('issuer-signed-item', has('digestID', 'elementIdentifier', 'random'), issuerSignedItemSections),
  shape('items-request', has('docType', 'nameSpaces'), (map, view) => itemsRequestSections(map, view)),
  shape('session-establishment', has('eReaderKey', 'data'), sessionSections),
  shape('application', has('deviceKeys', 'keyAttestation', 'card'), (_map, view, bytes) =>
    applicationSections(bytes, view),
  ),
  shape('device-engagement', isDeviceEngagement, deviceEngagementSections),
  shape('session-data', isSessionData, sessionSections),
];

/** CBOR: mdoc structures, the signed application, COSE; anything else as diagnostic notation. */
export function recogniseCbor(bytes: Uint8Array, view: View): Recognised | undefined {
  const item = tryCbor(bytes);
  if (!item) return undefined;
  const { value } = item;
  const printed = notationSection(bytes, view);
  const inner = unwrapped(value);
  if (inner) {
    const found = recognise(inner, { ...view, inside: view.inside + 1 });
    if (found)
      return {
        kind: found.kind,
        sections: [...found.sections.slice(0, -1), { ...printed, note: 'The item was embedded in tag 24.' }],
      };
  }
  if (value instanceof Map) {
    const known = SHAPES.find(({ fits }) => fits(value));
    if (known) return { kind: known.kind, sections: [...known.sections(value, view, bytes), printed] };
    if (value.has(1) && value.has(-1)) {
      return {
        kind: 'cose-key',
        sections: [table('COSE_Key', [row('key', coseKeyText(value, view))], { clause: 'RFC 9052 §7' }), printed],
      };
    }
  }
  if (isSessionTranscript(value))
    return { kind: 'session-transcript', sections: [...sessionTranscriptSections(value, view), printed] };
  if (coseParts(value)) return { kind: 'cose', sections: [...coseSections(value, view), printed] };
  // One byte or a short number is CBOR by accident.
  if (typeof value !== 'object' || value === null) return undefined;
  return { kind: 'cbor', sections: [printed, ...heldObjects(value, view)] };
}

const MAX_HELD = 8;
/** Kinds that bytes are by accident, or that say nothing beside the notation. */
export const COMMON_KINDS: ReadonlySet<string> = new Set([
  'cbor',
  'der',
  'apdu-command',
  'apdu-response',
  'vpcd-frames',
  'session-data',
]);

/** The objects in the members of a map: an mdoc in the issuer's answer, a certificate, a photo. */
function heldObjects(value: CborValue, view: View, path = '', found: Section[] = [], depth = 0): Section[] {
  if (!(value instanceof Map) || depth > 2) return found;
  for (const [key, item] of value) {
    const name = path === '' ? String(key) : `${path}.${String(key)}`;
    if (item instanceof Map) heldObjects(item, view, name, found, depth + 1);
    if (!(item instanceof Uint8Array) || item.length < 40 || found.length >= MAX_HELD) continue;
    const held = recognise(item, { ...view, inside: view.inside + 1 });
    if (!held || COMMON_KINDS.has(held.kind)) continue;
    found.push(...held.sections.map((section) => ({ ...section, title: `${name}: ${section.title}` })));
  }
  return found;
}

function recogniseCard(bytes: Uint8Array, view: View): Recognised | undefined {
  const trace = traceFromFrames(bytes);
  if (trace) return { kind: 'vpcd-frames', sections: traceAndFiles(trace, view) };
  // A response with data ends in its status word; what it holds may be known.
  if (bytes.length > 2 && isStatusWord(bytes.subarray(-2))) {
    const inner = recognise(bytes.subarray(0, -2), { ...view, inside: view.inside + 1 });
    if (inner) return { kind: 'apdu-response', sections: [responseSection(bytes, view), ...inner.sections] };
  }
  return undefined;
}

/** A trace, then every file that was read in it. */
export function traceAndFiles(messages: Parameters<typeof traceSections>[0], view: View): Section[] {
  const { sections, files } = traceSections(messages, view);
  return [...sections, ...files.flatMap((file) => fileSections(file, view))];
}

/** A file that was read from a card, by what the conversation says it is. */
export function fileSections(read: FileRead, view: View): Section[] {
  const { application, file, bytes } = read;
  const title = fileTitle(read);
  if (application === 'text' || application === 'surface') {
    return cardFileSections(bytes, { application, file }, view, title);
  }
  const found = recognise(bytes, { ...view, inside: view.inside + 1 });
  return (found?.sections ?? []).map((section) => ({ ...section, title: `${title}: ${section.title}` }));
}
