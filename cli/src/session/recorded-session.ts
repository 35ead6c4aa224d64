import type { KeyObject } from 'node:crypto';
import {
  establishSession,
  MdocError,
  parseSessionData,
  parseSessionEstablishment,
  type SessionEncryption,
  type SessionRole,
} from '@tegata/mdoc';

/** One opened message. */
export interface OpenedMessage {
  readonly from: SessionRole;
  /** DeviceRequest from the reader, DeviceResponse from the device; absent where a message carries a status alone. */
  readonly plaintext?: Uint8Array;
  readonly status?: number;
}

/** A recording and one of the two ephemeral private keys. */
export interface RecordedSession {
  readonly establishment: Uint8Array;
  /** SessionData, in the order in which they passed. */
  readonly data: readonly Uint8Array[];
  readonly transcript: Uint8Array;
  readonly privateKey: KeyObject;
  /** The public key of the other end. */
  readonly peerKey: KeyObject;
}

/**
 * Opens the messages of a recorded session one after another. The agreement of keys is the same from both ends, so that one private key
 * opens both directions. Who sent a message is found by trying: the end whose turn it is first.
 * @throws {MdocError} `session-message`, `session-key`, `session-decryption`; what came before has been handed out by then
 */
export function* openRecordedSession(recording: RecordedSession): Generator<OpenedMessage> {
  const directions = { reader: new Direction('reader', recording), device: new Direction('device', recording) };
  const { data } = parseSessionEstablishment(recording.establishment);
  yield { from: 'reader', plaintext: directions.reader.open(data) };
  let turn: SessionRole = 'device';
  for (const message of recording.data) {
    const { data: ciphertext, status } = parseSessionData(message);
    const said = status === undefined ? {} : { status };
    if (ciphertext === undefined) {
      // Not encrypted, so that nothing proves who sent it.
      yield { from: turn, ...said };
      continue;
    }
    const { from, plaintext } = opened(ciphertext, directions, turn);
    yield { from, plaintext, ...said };
    turn = from === 'reader' ? 'device' : 'reader';
  }
}

const other = (role: SessionRole): SessionRole => (role === 'reader' ? 'device' : 'reader');

function opened(
  ciphertext: Uint8Array,
  directions: Readonly<Record<SessionRole, Direction>>,
  turn: SessionRole,
): { from: SessionRole; plaintext: Uint8Array } {
  try {
    return { from: turn, plaintext: directions[turn].open(ciphertext) };
  } catch (error) {
    if (!(error instanceof MdocError) || error.code !== 'session-decryption') throw error;
    try {
      return { from: other(turn), plaintext: directions[other(turn)].open(ciphertext) };
    } catch {
      throw error;
    }
  }
}

/** The messages of one sender: a session that was not able to open one has ended, and is begun again up to where it stood. */
class Direction {
  private readonly sender: SessionRole;
  private readonly recording: RecordedSession;
  private readonly before: Uint8Array[] = [];
  private session: SessionEncryption | undefined;

  constructor(sender: SessionRole, recording: RecordedSession) {
    this.sender = sender;
    this.recording = recording;
  }

  open(ciphertext: Uint8Array): Uint8Array {
    const session = this.session ?? this.begun();
    this.session = undefined;
    const plaintext = session.decrypt(ciphertext);
    this.session = session;
    this.before.push(ciphertext);
    return plaintext;
  }

  private begun(): SessionEncryption {
    const { privateKey, peerKey, transcript } = this.recording;
    const session = establishSession({ role: other(this.sender), privateKey, peerKey, transcript });
    for (const ciphertext of this.before) session.decrypt(ciphertext);
    return session;
  }
}
