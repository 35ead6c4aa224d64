import { CborWriter, type Encoded } from '@tegata/cbor';

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
  const nameSpaces = deviceNameSpacesBytes.bytes;
  const expected = ARRAY_AND_NAME + transcript.length + 2 + docType.length + nameSpaces.length;
  const writer = new CborWriter(expected + docType.length * 2 + 16);
  const start = writer.openEmbedded(expected);
  writer.head(0x80, 4);
  writer.text('DeviceAuthentication');
  writer.raw(transcript);
  writer.text(docType);
  writer.raw(nameSpaces);
  writer.closeEmbedded(start, expected);
  // Nothing else is in the buffer, so that it need not be copied.
  return writer.buffer.subarray(0, writer.length);
}

/** Bytes of the head of the array and of the text that begins it. */
const ARRAY_AND_NAME = 22;
