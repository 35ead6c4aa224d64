import { createHash, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';
import { type CborValue, Encoded, encode, Raw } from '@tegata/cbor';
import { CoseError, decodeCoseKey, parseSign1, verifyMac0, verifySign1 } from '@tegata/cose';
import type { ResponseDocument } from '../device-response.ts';
import { MdocError } from '../error.ts';
import { parseMso } from '../mobile-security-object.ts';
import { type Reading, readings } from './facts.ts';

/** How the payload of device authentication is put together: the right way first, then the mistakes that are met. */
export interface Probe {
  readonly forms: readonly Reading<string>[];
  /** Whether device authentication fits this transcript, in this form. */
  readonly fits: (transcript: Uint8Array, form: string) => boolean;
}

const FORMS: readonly (readonly [string, string])[] = [
  ['without tag 24 around DeviceAuthentication', 'bare'],
  ['with the SessionTranscript in tag 24', 'transcript-tagged'],
  ['without tag 24 around DeviceNameSpaces', 'namespaces-bare'],
  ['with an empty document type', 'doctype-empty'],
];

/**
 * Makes the question that is asked again and again of one document.
 * @throws {MdocError} `response` (rule `device-auth`, `reader-key-needed`), `mso-structure`; CoseError when device key or issuerAuth cannot be read
 */
export function probeFor(document: ResponseDocument, eReaderKey: KeyObject | undefined): Probe {
  const { deviceSigned } = document;
  const auth = deviceSigned?.deviceAuth;
  if (!deviceSigned || !(auth instanceof Map) || auth.size !== 1) {
    throw new MdocError('response', 'The phone signed nothing, or in no known form.', { rule: 'device-auth' });
  }
  const deviceKey = deviceKeyOf(document);
  const payload = (transcript: Uint8Array, form: string) =>
    deviceAuthentication(transcript, form, document.docType, deviceSigned.nameSpacesBytes);
  const signature = auth.get('deviceSignature');
  if (signature !== undefined) {
    return {
      forms: readings<string>('right', ...FORMS),
      fits: (transcript, form) =>
        holds(() =>
          verifySign1({ sign1: signature, publicKey: deviceKey, detachedPayload: payload(transcript, form) }),
        ),
    };
  }
  const mac = auth.get('deviceMac');
  if (mac === undefined) {
    throw new MdocError('response', 'The phone signed nothing, or in no known form.', { rule: 'device-auth' });
  }
  if (!eReaderKey) {
    throw new MdocError('response', 'A deviceMac needs the reader’s ephemeral key.', { rule: 'reader-key-needed' });
  }
  const secret = agreed(eReaderKey, deviceKey);
  return {
    forms: readings<string>('right', ...FORMS, ['with the transcript without tag 24 as salt of EMacKey', 'salt-bare']),
    fits: (transcript, form) => {
      const salted = form === 'salt-bare' ? transcript : Encoded.wrap(transcript).bytes;
      const salt = createHash('sha256').update(salted).digest();
      const key = new Uint8Array(hkdfSync('sha256', secret, salt, 'EMacKey', 32));
      return holds(() => verifyMac0({ mac0: mac, key, detachedPayload: payload(transcript, form) }));
    },
  };
}

function deviceKeyOf(document: ResponseDocument): KeyObject {
  const { payload } = parseSign1(document.issuerAuth, 'allow');
  if (!payload) throw new MdocError('response', 'The document carries no MSO.', { rule: 'mso-missing' });
  return decodeCoseKey(parseMso(payload).deviceKey);
}

function agreed(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch (error) {
    throw new MdocError('response', 'Reader key and device key are of different curves.', { rule: 'key-curve' }, error);
  }
}

function deviceAuthentication(transcript: Uint8Array, form: string, docType: string, nameSpaces: Encoded): Uint8Array {
  const tagged = form === 'transcript-tagged' ? Encoded.wrap(transcript).bytes : transcript;
  const spaces: CborValue = form === 'namespaces-bare' ? new Raw(nameSpaces.content) : nameSpaces;
  const authentication = encode([
    'DeviceAuthentication',
    new Raw(tagged),
    form === 'doctype-empty' ? '' : docType,
    spaces,
  ]);
  return form === 'bare' ? authentication : Encoded.wrap(authentication).bytes;
}

/** The first question that is not about the transcript ends the examination: its answer would be the same every time. */
function holds(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (error instanceof CoseError && (error.code === 'signature-invalid' || error.code === 'mac-invalid'))
      return false;
    throw error;
  }
}
