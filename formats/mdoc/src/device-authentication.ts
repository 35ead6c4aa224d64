import { Encoded, encode, Raw } from '@tegata/cbor';

/**
 * The detached payload of deviceSignature and deviceMac: `#6.24(bstr .cbor DeviceAuthentication)` (ISO/IEC 18013-5 §9.1.3.4).
 * @param transcript the bare SessionTranscript, spliced in as it is
 * @example deviceAuthenticationBytes(transcript, docType, deviceNameSpaces)
 */
export function deviceAuthenticationBytes(
  transcript: Uint8Array,
  docType: string,
  deviceNameSpacesBytes: Encoded,
): Uint8Array {
  const authentication = encode(['DeviceAuthentication', new Raw(transcript), docType, deviceNameSpacesBytes]);
  return Encoded.wrap(authentication).bytes;
}
