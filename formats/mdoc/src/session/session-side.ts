import type { KeyObject } from 'node:crypto';
import { CborError } from '@tegata/cbor';
import { MdocError, type MdocErrorCode } from '../error.ts';
import {
  buildSessionData,
  establishSession,
  parseSessionData,
  SESSION_STATUS,
  type SessionEncryption,
  type SessionRole,
} from '../session-encryption.ts';

/** What arrived, opened. */
export interface SessionMessage {
  /** The DeviceRequest or DeviceResponse, where the message carried one. */
  readonly data?: Uint8Array;
  /** The status, where it carried one: 10 and 11 report an error of the other end, 20 ends the session. */
  readonly status?: number;
  /** Whether the session has ended with this message; the keys are gone then. */
  readonly ended: boolean;
}

/** Which status is sent for which error, before the session is left (ISO/IEC 18013-5 §9.1.1.4, table 20). */
const STATUS_FOR: Partial<Record<MdocErrorCode, number>> = {
  'session-message': SESSION_STATUS.decodingError,
  'session-key': SESSION_STATUS.encryptionError,
  'session-decryption': SESSION_STATUS.encryptionError,
};

/** What both ends of a session have in common: encryption, counters, and an end that forgets the keys. */
export abstract class SessionSide<State extends string> {
  protected current: State | 'ended';
  private readonly role: SessionRole;
  private privateKey: KeyObject | undefined;
  private encryption: SessionEncryption | undefined;
  private ownTranscript: Uint8Array | undefined;
  private lastWords: Uint8Array | undefined;
  private sent = 0;
  private received = 0;

  constructor(role: SessionRole, privateKey: KeyObject, state: State) {
    this.role = role;
    this.privateKey = privateKey;
    this.current = state;
  }

  /** Where the session stands. */
  get state(): State | 'ended' {
    return this.current;
  }

  /** Encrypted messages so far. */
  get messages(): { readonly sent: number; readonly received: number } {
    return { sent: this.sent, received: this.received };
  }

  /** The bare SessionTranscript, from establishment on: device authentication and reader authentication are over it. */
  get transcript(): Uint8Array {
    return this.ownTranscript ?? this.misplaced('There is no session transcript before the session is established.');
  }

  /** After an error: the SessionData to send to the other end before leaving. */
  get closing(): Uint8Array | undefined {
    return this.lastWords;
  }

  /** Whether the keys are gone: the ephemeral one forgotten, those of the session overwritten. */
  get wiped(): boolean {
    return this.privateKey === undefined && (this.encryption?.wiped ?? true);
  }

  /** Ends the session without a word, for instance when the radio link is lost. */
  abandon(): void {
    this.current = 'ended';
    this.encryption?.end();
    this.privateKey = undefined;
  }

  /** Ends the session; gives the SessionData that says so (status 20). @throws {MdocError} `session-ended` */
  terminate(): Uint8Array {
    this.alive();
    this.abandon();
    return buildSessionData({ status: SESSION_STATUS.termination });
  }

  protected establish(peerKey: KeyObject, transcript: Uint8Array): void {
    const privateKey = this.privateKey as KeyObject;
    this.ownTranscript = transcript;
    this.encryption = establishSession({ role: this.role, privateKey, peerKey, transcript });
    // It has done what it was made for; a second use would be a mistake.
    this.privateKey = undefined;
  }

  protected seal(plaintext: Uint8Array): Uint8Array {
    const data = (this.encryption as SessionEncryption).encrypt(plaintext);
    this.sent++;
    return data;
  }

  protected openData(data: Uint8Array): Uint8Array {
    const plaintext = (this.encryption as SessionEncryption).decrypt(data);
    this.received++;
    return plaintext;
  }

  /** Runs a step; whatever goes wrong in it ends the session, with the status for the other end. */
  protected guarded<T>(step: () => T): T {
    this.alive();
    try {
      return step();
    } catch (error) {
      const known = error instanceof MdocError || error instanceof CborError;
      if (!known) throw error;
      const code = error instanceof MdocError ? error.code : 'session-message';
      this.abandon();
      this.lastWords = buildSessionData({ status: STATUS_FOR[code] ?? SESSION_STATUS.termination });
      throw error;
    }
  }

  /** Takes a SessionData message; data only where the state allows it, a status always. */
  protected takeSessionData(bytes: Uint8Array, dataAllowed: boolean): SessionMessage {
    const { data, status } = parseSessionData(bytes);
    if (data !== undefined && !dataAllowed)
      this.misplaced('Data arrived while the other end had to wait for an answer.');
    // Data that comes with a status is processed first (ISO/IEC 18013-5 §9.1.1.4).
    const plaintext = data === undefined ? undefined : this.openData(data);
    if (status !== undefined) this.abandon();
    return {
      ...(plaintext === undefined ? {} : { data: plaintext }),
      ...(status === undefined ? {} : { status }),
      ended: status !== undefined,
    };
  }

  protected misplaced(message: string): never {
    throw new MdocError('session-state', message, { state: this.current });
  }

  private alive(): void {
    if (this.current === 'ended') {
      throw new MdocError('session-ended', 'The session has ended: start with a new engagement.');
    }
  }
}
