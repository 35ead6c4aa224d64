import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Encoded } from '@tegata/cbor';
import { buildSessionData, buildSessionEstablishment, eReaderKeyBytes } from '../session-encryption.ts';
import { type SessionMessage, SessionSide } from './session-side.ts';

/**
 * `engaged` until the first request is sent; `awaiting-response` while the phone owes an answer; `response-received` after it; `ended`.
 */
export type ReaderSessionState = 'engaged' | 'awaiting-response' | 'response-received' | 'ended';

/**
 * The reader's end of a session (ISO/IEC 18013-5 §9.1.1). Any error ends it; `closing` is then what to send before leaving.
 * @example
 * const session = new ReaderSession({ eReaderKey, eDeviceKey: engagement.eDeviceKey, transcript: (eReaderKeyBytes) =>
 *   sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes }) });
 * const { data: response } = session.receive(await send(session.request(deviceRequest)));
 */
export class ReaderSession extends SessionSide<Exclude<ReaderSessionState, 'ended'>> {
  private readonly keyBytes: Encoded;

  /**
   * Derives the session keys at once: the reader knows all it needs, and reader authentication needs the transcript before the request.
   * @param options.eReaderKey an ephemeral private key on the curve of the phone's
   * @param options.eDeviceKey from the engagement, its point validated
   * @param options.transcript makes the bare SessionTranscript with the own key as it will be sent
   * @throws {MdocError} `session-key` when the curves differ
   */
  constructor(options: {
    eReaderKey: KeyObject;
    eDeviceKey: KeyObject;
    transcript: (eReaderKeyBytes: Encoded) => Uint8Array;
  }) {
    super('reader', options.eReaderKey, 'engaged');
    this.keyBytes = eReaderKeyBytes(createPublicKey(options.eReaderKey));
    this.establish(options.eDeviceKey, options.transcript(this.keyBytes));
  }

  /** EReaderKeyBytes as they are sent. */
  get eReaderKeyBytes(): Encoded {
    return this.keyBytes;
  }

  /**
   * Encrypts a request: in SessionEstablishment the first time, in SessionData afterwards.
   * @throws {MdocError} `session-state` while an answer is owed, `session-ended`
   */
  request(deviceRequest: Uint8Array): Uint8Array {
    return this.guarded(() => {
      const first = this.current === 'engaged';
      if (this.current === 'awaiting-response') this.misplaced('The phone has not answered the last request yet.');
      const data = this.seal(deviceRequest);
      this.current = 'awaiting-response';
      return first ? buildSessionEstablishment({ eReaderKeyBytes: this.keyBytes, data }) : buildSessionData({ data });
    });
  }

  /**
   * Takes the phone's next message.
   * @throws {MdocError} `session-message`, `session-decryption`, `session-state`, `session-ended`
   */
  receive(message: Uint8Array): SessionMessage {
    return this.guarded(() => {
      const taken = this.takeSessionData(message, this.current === 'awaiting-response');
      if (!taken.ended) this.current = 'response-received';
      return taken;
    });
  }
}
