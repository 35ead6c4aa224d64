import type { KeyObject } from 'node:crypto';
import type { Encoded } from '@tegata/cbor';
import { buildSessionData, parseSessionEstablishment, SESSION_STATUS } from '../session-encryption.ts';
import { type SessionMessage, SessionSide } from './session-side.ts';

/**
 * `awaiting-establishment` until the reader's first message; `request-received` while the phone owes an answer; `awaiting-request` after
 * it; `ended` for good.
 */
export type DeviceSessionState = 'awaiting-establishment' | 'request-received' | 'awaiting-request' | 'ended';

/**
 * The phone's end of a session (ISO/IEC 18013-5 §9.1.1): SessionEstablishment, then request and response in turn, until one side ends it.
 * Any error ends it too; `closing` is then what to send before leaving.
 * @example
 * const session = new DeviceSession({ eDeviceKey, transcript: (eReaderKeyBytes) => sessionTranscriptQr({ deviceEngagementBytes, eReaderKeyBytes }) });
 * const { data: request } = session.receive(establishment);
 * reply(session.respond(await buildDeviceResponse({ ...consented, sessionTranscript: session.transcript }), { terminate: true }));
 */
export class DeviceSession extends SessionSide<Exclude<DeviceSessionState, 'ended'>> {
  private readonly transcriptFor: (eReaderKeyBytes: Encoded) => Uint8Array;

  /**
   * @param options.eDeviceKey the private key of the engagement; it is forgotten once the session stands
   * @param options.transcript makes the bare SessionTranscript of the own engagement with the reader's key as received
   */
  constructor(options: { eDeviceKey: KeyObject; transcript: (eReaderKeyBytes: Encoded) => Uint8Array }) {
    super('device', options.eDeviceKey, 'awaiting-establishment');
    this.transcriptFor = options.transcript;
  }

  /**
   * Takes the reader's next message: SessionEstablishment first, SessionData later.
   * @throws {MdocError} `session-message`, `session-key`, `session-decryption`, `session-state`, `session-ended`
   */
  receive(message: Uint8Array): SessionMessage {
    return this.guarded(() => {
      if (this.current !== 'awaiting-establishment') {
        const taken = this.takeSessionData(message, this.current === 'awaiting-request');
        if (!taken.ended) this.current = 'request-received';
        return taken;
      }
      const { eReaderKey, eReaderKeyBytes, data } = parseSessionEstablishment(message);
      this.establish(eReaderKey, this.transcriptFor(eReaderKeyBytes));
      const request = this.openData(data);
      this.current = 'request-received';
      return { data: request, ended: false };
    });
  }

  /**
   * Encrypts the answer to the request that was received.
   * @param options.terminate ends the session with it: the answer and status 20 go out together
   * @throws {MdocError} `session-state` when no request waits for an answer, `session-ended`
   */
  respond(deviceResponse: Uint8Array, options: { terminate?: boolean } = {}): Uint8Array {
    return this.guarded(() => {
      if (this.current !== 'request-received') this.misplaced('No request waits for an answer.');
      const data = this.seal(deviceResponse);
      if (!options.terminate) {
        this.current = 'awaiting-request';
        return buildSessionData({ data });
      }
      this.abandon();
      return buildSessionData({ data, status: SESSION_STATUS.termination });
    });
  }
}
