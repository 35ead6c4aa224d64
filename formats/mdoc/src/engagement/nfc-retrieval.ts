import type { DeviceRetrievalMethod } from '../device-engagement.ts';
import { Shape } from '../shape.ts';

/** Number of the retrieval method in DeviceEngagement. */
export const NFC_METHOD = 1;

/** How much goes into one command and one response of data transfer over NFC; a reader's Handover Request need not say. */
export interface NfcOptions {
  readonly maxCommandLength?: number;
  readonly maxResponseLength?: number;
}

/** NFC as a retrieval method: `[1, 1, {0: command length, 1: response length}]`. */
export function nfcRetrieval(options: NfcOptions): DeviceRetrievalMethod {
  const map = new Map<number, number>();
  if (options.maxCommandLength !== undefined) map.set(0, options.maxCommandLength);
  if (options.maxResponseLength !== undefined) map.set(1, options.maxResponseLength);
  return { type: NFC_METHOD, version: 1, options: map };
}

/**
 * The options of an NFC method; undefined for a method of another kind or version.
 * @throws {MdocError} `engagement` when a length is below what every reader must manage (255 and 256 bytes)
 */
export function readNfcRetrieval(method: DeviceRetrievalMethod): NfcOptions | undefined {
  if (method.type !== NFC_METHOD || method.version !== 1) return undefined;
  const shape = new Shape('engagement', 'nfc', method.options);
  const length = (key: number, least: number) => {
    const member = shape.optional(key);
    const value = member?.unsigned();
    return value !== undefined && value < least
      ? member?.fail('member-value', `${least} bytes at least are expected`)
      : value;
  };
  const maxCommandLength = length(0, 255);
  const maxResponseLength = length(1, 256);
  return {
    ...(maxCommandLength === undefined ? {} : { maxCommandLength }),
    ...(maxResponseLength === undefined ? {} : { maxResponseLength }),
  };
}
