import type { KeyObject } from 'node:crypto';
import { encode } from '@tegata/cbor';
import { HpkeError, open, seal } from '@tegata/hpke';
import type { Random } from '@tegata/random';
import { MdocError } from '../error.ts';
import { decodeFor, Shape } from '../shape.ts';
import { sessionTranscriptAnnexC } from '../transcript/annex-c.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { type EncryptionInfo, parseEncryptionInfo } from './encryption-info.ts';

/** The `data` of the response, as the browser hands it over. */
export interface AnnexCResponseData {
  readonly response: string;
}

/**
 * Encrypts a DeviceResponse to the verifier (ISO/IEC 18013-7 Annex C): HPKE base mode, AES-128-GCM, the bare transcript as `info`, no aad.
 * @param options.origin from the platform, never from the request
 * @throws {MdocError} `transcript`
 * @example sealAnnexCResponse({ deviceResponse, encryptionInfo: request.encryptionInfo, origin, random })
 */
export function sealAnnexCResponse(options: {
  deviceResponse: Uint8Array;
  encryptionInfo: EncryptionInfo;
  origin: string;
  random: Random;
}): AnnexCResponseData {
  const { encryptionInfo, origin, random } = options;
  const info = sessionTranscriptAnnexC({ encryptionInfo: encryptionInfo.text, origin });
  const recipientKey = encryptionInfo.recipientPublicKey;
  const { enc, ciphertext } = seal({ recipientKey, plaintext: options.deviceResponse, info, random });
  return { response: toBase64url(encode(['dcapi', { enc, cipherText: ciphertext }], { mapOrder: 'given' })) };
}

/**
 * Decrypts a response with the own key, for the own origin; gives the DeviceResponse, and the transcript with which it is to be verified.
 * @param options.encryptionInfo the text that was sent
 * @param options.origin the verifier's own, never one from a message
 * @throws {MdocError} `dcapi-response` (rule `open-failed`: another key, origin, request or a changed message), `dcapi-request`, `transcript`
 * @example const { deviceResponse, sessionTranscript } = openAnnexCResponse({ data, encryptionInfo, origin, recipientKey });
 */
export function openAnnexCResponse(options: {
  data: unknown;
  encryptionInfo: string;
  origin: string;
  recipientKey: KeyObject;
}): { deviceResponse: Uint8Array; sessionTranscript: Uint8Array } {
  const { data, origin, recipientKey } = options;
  if (typeof data !== 'object' || data === null) {
    throw new MdocError('dcapi-response', 'The data of the response is an object.', { rule: 'member-type' });
  }
  const encryptionInfo = parseEncryptionInfo(options.encryptionInfo);
  const sessionTranscript = sessionTranscriptAnnexC({ encryptionInfo: encryptionInfo.text, origin });
  const bytes = fromBase64url((data as { response?: unknown }).response, 'dcapi-response', 'response');
  const shape = new Shape('dcapi-response', 'response', decodeFor('dcapi-response', 'response', bytes));
  const [label, members, more] = shape.array();
  if (label?.raw() !== 'dcapi' || !members || more) return shape.fail('member-type', '["dcapi", map] is expected');
  const [enc, ciphertext] = [members.get('enc').bytes(), members.get('cipherText').bytes()];
  try {
    return { deviceResponse: open({ enc, ciphertext, recipientKey, info: sessionTranscript }), sessionTranscript };
  } catch (error) {
    if (!(error instanceof HpkeError)) throw error;
    throw new MdocError('dcapi-response', `The response: ${error.message}`, { rule: error.code }, error);
  }
}
