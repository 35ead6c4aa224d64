import { type CborMap, type CborValue, decodeMapSpans, type Encodable, Encoded, encode } from '@tegata/cbor';
import { mac0, sign1 } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { deviceAuthenticationBytes } from '../device-authentication.ts';
import type { Disclosure } from '../device-response.ts';
import { MdocError } from '../error.ts';
import type { Elements } from '../issue.ts';
import { type IssuerSigned, parseIssuerSigned } from '../issuer-signed.ts';

/** How the phone proves that it holds the device key: by signing, or by a MAC under a key that only reader and phone can derive. */
export type DeviceProof =
  | { readonly deviceSigner: Signer }
  /** `derivedKey(deviceKey, eReaderKey, sessionTranscript, 'EMacKey')`, made where the device key is. */
  | { readonly eMacKey: Uint8Array };

/** One document to show. */
export interface PresentedDocument {
  /** The stored mdoc. */
  readonly issuerSigned: Uint8Array;
  readonly docType: string;
  /** What the holder agreed to, element by element. */
  readonly disclose: Disclosure;
  readonly proof: DeviceProof;
  /** Elements that the phone itself states; each must be authorised in the MSO. */
  readonly deviceElements?: Elements;
  /** Error code by namespace and element, for what is not returned. */
  readonly errors?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Answers a request with any number of documents (ISO/IEC 18013-5 §8.3.2.1.2.2). `buildDeviceResponse` is the short form for one.
 * @param options.documentErrors error code by document type, for documents that are not returned (0: not returned)
 * @param options.sessionTranscript bare
 * @throws {MdocError} `structure`, `response` with the rule: `doctype`, `element-not-held`, `key-not-authorized`, `device-element-empty`
 * @example await presentDocuments({ documents: [{ issuerSigned, docType, disclose, proof: { deviceSigner } }], sessionTranscript })
 */
export async function presentDocuments(options: {
  documents: readonly PresentedDocument[];
  documentErrors?: Readonly<Record<string, number>>;
  status?: number;
  sessionTranscript: Uint8Array;
}): Promise<Uint8Array> {
  const documents: Encodable[] = [];
  for (const document of options.documents) documents.push(await present(document, options.sessionTranscript));
  const errors = Object.entries(options.documentErrors ?? {});
  const response = {
    version: '1.0',
    ...(documents.length > 0 ? { documents } : {}),
    ...(errors.length > 0 ? { documentErrors: errors.map((error) => new Map([error])) } : {}),
    status: options.status ?? 0,
  };
  return encode(response, { mapOrder: 'given' });
}

async function present(document: PresentedDocument, transcript: Uint8Array): Promise<Encodable> {
  const { docType, proof, deviceElements = {}, errors } = document;
  const stored = parseIssuerSigned(document.issuerSigned);
  if (stored.mso.docType !== docType) {
    throw new MdocError('response', 'The stored mdoc is of another document type.', { rule: 'doctype', docType });
  }
  const nameSpaces = select(stored, document.disclose);
  checkAuthorized(stored, deviceElements);
  const deviceNameSpaces = Encoded.of(deviceElements);
  const payload = deviceAuthenticationBytes(transcript, docType, deviceNameSpaces);
  const deviceAuth =
    'deviceSigner' in proof
      ? { deviceSignature: await sign1({ signer: proof.deviceSigner, payload, detached: true }) }
      : { deviceMac: mac0({ key: proof.eMacKey, payload, detached: true }) };
  // The signature of the issuer goes out in the very bytes in which it came in.
  const issuerAuth = decodeMapSpans(document.issuerSigned).get('issuerAuth');
  return {
    docType,
    issuerSigned: { ...(nameSpaces.size > 0 ? { nameSpaces } : {}), issuerAuth },
    deviceSigned: { nameSpaces: deviceNameSpaces, deviceAuth },
    ...(errors ? { errors } : {}),
  };
}

function select(stored: IssuerSigned, disclose: Disclosure): CborMap {
  const selected: CborMap = new Map();
  for (const [namespace, elements] of Object.entries(disclose)) {
    const items = stored.nameSpaces.get(namespace) ?? [];
    for (const element of elements) {
      if (items.some(({ elementIdentifier }) => elementIdentifier === element)) continue;
      throw new MdocError('response', 'The stored mdoc does not hold this element.', {
        rule: 'element-not-held',
        namespace,
        element,
      });
    }
    const chosen = items.filter(({ elementIdentifier }) => elements.includes(elementIdentifier));
    const shown: CborValue[] = chosen.map(({ encoded }) => encoded);
    if (shown.length > 0) selected.set(namespace, shown);
  }
  return selected;
}

function checkAuthorized({ mso: { keyAuthorizations } }: IssuerSigned, elements: Elements): void {
  for (const [namespace, entries] of Object.entries(elements)) {
    const names = Object.keys(entries);
    if (names.length === 0) {
      throw new MdocError('response', 'A namespace of device-signed elements is empty.', {
        rule: 'device-element-empty',
        namespace,
      });
    }
    for (const element of names) {
      const whole = keyAuthorizations.nameSpaces.has(namespace);
      if (whole || keyAuthorizations.dataElements.get(namespace)?.has(element)) continue;
      throw new MdocError('response', 'The issuer did not allow the device key to state this element.', {
        rule: 'key-not-authorized',
        namespace,
        element,
      });
    }
  }
}
