import { Encoded, encode, Raw } from '@tegata/cbor';

/**
 * The detached payload of readerAuth: `#6.24(bstr .cbor ReaderAuthentication)` (ISO/IEC 18013-5 §9.1.4.4).
 * @param transcript the bare SessionTranscript
 * @param itemsRequestBytes as sent or received, tag 24 included
 */
export function readerAuthenticationBytes(transcript: Uint8Array, itemsRequestBytes: Encoded): Uint8Array {
  return Encoded.wrap(encode(['ReaderAuthentication', new Raw(transcript), itemsRequestBytes])).bytes;
}

/**
 * The detached payload of readerAuthAll (ISO/IEC 18013-5 2nd ed.): all ItemsRequestBytes, then DeviceRequestInfoBytes or null.
 * @param deviceRequestInfoBytes `undefined` leaves the fourth item out, as one library once did
 */
export function readerAuthenticationAllBytes(
  transcript: Uint8Array,
  itemsRequestBytes: readonly Encoded[],
  deviceRequestInfoBytes: Encoded | null | undefined,
): Uint8Array {
  const head = ['ReaderAuthenticationAll', new Raw(transcript), itemsRequestBytes];
  const authentication = deviceRequestInfoBytes === undefined ? head : [...head, deviceRequestInfoBytes];
  return Encoded.wrap(encode(authentication)).bytes;
}
