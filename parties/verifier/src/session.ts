/**
 * One session with a phone: ISO/IEC 18013-5 engagement by QR code and session encryption, with HTTP in place of the radio.
 * @module
 */
import type { KeyObject } from 'node:crypto';
import { HttpError, type Peer, peer } from '@tegata/http';
import { generateSoftwareKey, type KeyAlgorithm } from '@tegata/keys';
import {
  type DeviceEngagement,
  MdocError,
  parseDeviceEngagement,
  qrToEngagement,
  ReaderSession,
  SESSION_STATUS,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { parseProblem } from '@tegata/problem';
import type { Tap } from '@tegata/tap';
import { type RetrievalAddress, retrievalAddress } from './retrieval-address.ts';

/** The answer of a phone, decrypted and not inspected yet, with what the reader knows of its own session. */
export interface Answer {
  readonly response: Uint8Array;
  readonly sessionTranscript: Uint8Array;
  readonly eReaderKey: KeyObject;
}

/** A session that gave no answer: the check that failed, and why. */
export interface NoAnswer {
  readonly failed: 'engagement' | 'session';
  readonly code: string;
}

/** What a session needs. */
export interface SessionOptions {
  /** The text of the QR code. */
  readonly qr: string;
  /** The encoded DeviceRequest. */
  readonly request: Uint8Array;
  readonly tap: Tap;
  /** How long the person may think, milliseconds. */
  readonly answerMs: number;
}

const CBOR = 'application/cbor';
/** An age needs a few kilobytes; a portrait would need 30 KiB more. */
const MAX_ANSWER_BYTES = 131_072;
const GOODBYE_MS = 2_000;
const CURVES: Readonly<Record<string, KeyAlgorithm>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

/**
 * Asks a phone once, with a fresh ephemeral key, and ends the session in every case.
 * @returns the answer, or why there is none; never throws for what a phone does
 */
export async function askPhone(options: SessionOptions): Promise<Answer | NoAnswer> {
  const engaged = engage(options.qr);
  if ('failed' in engaged) return engaged;
  const { engagement, address, curve } = engaged;
  const eReaderKey = await generateSoftwareKey(curve);
  const session = new ReaderSession({
    eReaderKey,
    eDeviceKey: engagement.eDeviceKey,
    transcript: (eReaderKeyBytes) =>
      sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes }),
  });
  const phone = peer({
    url: address.origin,
    name: 'wallet',
    party: 'verifier',
    tap: options.tap,
    timeoutMs: options.answerMs,
    maxBytes: MAX_ANSWER_BYTES,
  });
  try {
    const received = await exchange(phone, address, session, options.request);
    if ('failed' in received) return received;
    return { response: received.response, sessionTranscript: session.transcript, eReaderKey };
  } finally {
    // Any retry needs a new engagement.
    session.abandon();
  }
}

function engage(
  qr: string,
): { engagement: DeviceEngagement; address: RetrievalAddress; curve: KeyAlgorithm } | NoAnswer {
  let engagement: DeviceEngagement;
  try {
    engagement = parseDeviceEngagement(qrToEngagement(qr));
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    return { failed: 'engagement', code: error.code };
  }
  const address = retrievalAddress(engagement);
  if (!address) return { failed: 'engagement', code: 'retrieval-address-refused' };
  const curve = CURVES[engagement.eDeviceKey.asymmetricKeyDetails?.namedCurve ?? ''];
  if (!curve) return { failed: 'engagement', code: 'session-key' };
  return { engagement, address, curve };
}

async function exchange(
  phone: Peer,
  address: RetrievalAddress,
  session: ReaderSession,
  request: Uint8Array,
): Promise<{ response: Uint8Array } | NoAnswer> {
  const send = (body: Uint8Array, timeoutMs?: number) =>
    phone.request('POST', address.path, { body, contentType: CBOR, step: 9, timeoutMs });
  // The reader's last word (20), or what was wrong with the phone's (10, 11). Whether it is heard changes nothing.
  const bye = (words: Uint8Array) => send(words, GOODBYE_MS).catch(() => {});

  let body: Uint8Array;
  try {
    const answer = await send(session.request(request));
    if (answer.status !== 200) return { failed: 'session', code: parseProblem(answer.body)?.code ?? 'phone-refused' };
    body = answer.body;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (error.code !== 'peer-unreachable') await bye(session.terminate());
    return { failed: 'session', code: error.code };
  }
  try {
    const { data, status, ended } = session.receive(body);
    if (data === undefined) return { failed: 'session', code: statusCode(status as number) };
    if (!ended) await bye(session.terminate());
    return { response: data };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    if (session.closing) await bye(session.closing);
    return { failed: 'session', code: error.code };
  }
}

function statusCode(status: number): string {
  if (status === SESSION_STATUS.termination) return 'session-terminated';
  if (status === SESSION_STATUS.encryptionError) return 'session-encryption-error';
  if (status === SESSION_STATUS.decodingError) return 'session-decoding-error';
  return 'session-status-unknown';
}
