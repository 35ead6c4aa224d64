import { CborError, type CborValue, decode, Encoded, encode } from '@tegata/cbor';
import { MdocError } from './error.ts';

/**
 * SessionTranscript of an engagement by QR code (handover `null`, ISO/IEC 18013-5 §9.1.5.1), bare: without tag 24.
 * @param deviceEngagementBytes tag 24 included, as `DeviceEngagement.encoded` holds it
 * @param eReaderKeyBytes tag 24 included, as sent or received in SessionEstablishment
 * @throws {MdocError} `structure` when one of them is not embedded CBOR
 * @example sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes })
 */
export function sessionTranscriptQr(options: {
  deviceEngagementBytes: Encoded | Uint8Array;
  eReaderKeyBytes: Encoded | Uint8Array;
}): Uint8Array {
  return sessionTranscript(options.deviceEngagementBytes, options.eReaderKeyBytes, null);
}

/** SessionTranscript of any handover. @throws {MdocError} `structure` */
export function sessionTranscript(
  deviceEngagementBytes: Encoded | Uint8Array | null,
  eReaderKeyBytes: Encoded | Uint8Array | null,
  handover: CborValue,
): Uint8Array {
  return encode([embedded(deviceEngagementBytes), embedded(eReaderKeyBytes), handover]);
}

/** SessionTranscriptBytes: the transcript in tag 24. Its SHA-256 is the salt of every session key. */
export function sessionTranscriptBytes(transcript: Uint8Array): Uint8Array {
  return Encoded.wrap(transcript).bytes;
}

function embedded(bytes: Encoded | Uint8Array | null): Encoded | null {
  if (bytes === null || bytes instanceof Encoded) return bytes;
  try {
    const item = decode(bytes);
    if (item instanceof Encoded) return item;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  throw new MdocError('structure', 'A part of the SessionTranscript is not embedded CBOR: tag 24 belongs to it.');
}
