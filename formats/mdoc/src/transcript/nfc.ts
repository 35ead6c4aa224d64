import type { Encoded } from '@tegata/cbor';
import { sessionTranscript } from '../session-transcript.ts';

/**
 * SessionTranscript of an engagement by NFC (ISO/IEC 18013-5 §9.1.5.1): the handover is `[Hs, Hr]`, with Hr null in static handover.
 * @param options.deviceEngagementBytes tag 24 included, around the very bytes of the NDEF record
 * @param options.handoverSelect the raw NDEF message of the phone
 * @param options.handoverRequest the raw NDEF message of the reader, in negotiated handover
 * @returns the bare transcript
 * @throws {MdocError} `structure`
 * @example sessionTranscriptNfc({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes, ...tag.handover })
 */
export function sessionTranscriptNfc(options: {
  deviceEngagementBytes: Encoded | Uint8Array;
  eReaderKeyBytes: Encoded | Uint8Array;
  handoverSelect: Uint8Array;
  handoverRequest: Uint8Array | null;
}): Uint8Array {
  const { handoverSelect, handoverRequest } = options;
  return sessionTranscript(options.deviceEngagementBytes, options.eReaderKeyBytes, [handoverSelect, handoverRequest]);
}
