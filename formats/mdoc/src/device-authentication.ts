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
  return lentDeviceAuthenticationBytes(transcript, docType, deviceNameSpacesBytes).slice();
}

const writer = new CborWriter(1024);

/** The same, in memory that the next call takes again: for somebody who is done with it before. */
export function lentDeviceAuthenticationBytes(
  transcript: Uint8Array,
  docType: string,
  { bytes: nameSpaces }: Encoded,
): Uint8Array {
  const expected = ARRAY_AND_NAME + transcript.length + 2 + docType.length + nameSpaces.length;
  writer.clear();
  const start = writer.openEmbedded(expected);
  writer.head(0x80, 4);
  writer.text('DeviceAuthentication');
  writer.raw(transcript);
  writer.text(docType);
  writer.raw(nameSpaces);
  writer.closeEmbedded(start, expected);
  return writer.buffer.subarray(0, writer.length);
}

/** Bytes of the head of the array and of the text that begins it. */
const ARRAY_AND_NAME = 22;
