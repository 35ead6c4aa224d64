import type { KeyObject } from 'node:crypto';
import {
  buildDeviceResponse,
  buildEmptyDeviceResponse,
  buildSessionData,
  type DeviceRequest,
  establishSession,
  MdocError,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseIssuerSigned,
  parseSessionEstablishment,
  RESPONSE_STATUS,
  SESSION_STATUS,
  type SessionEncryption,
  sessionTranscriptQr,
} from '@tegata/mdoc';
import { openMdoc, storedMdoc } from '../mdoc-store.ts';
import type { SecureElement } from '../secure-element/secure-element.ts';
import type { WalletFile } from '../wallet-file.ts';
import { agreed, consentRequest } from './consent.ts';
import type { Decision, Engagement } from './engagement.ts';

/** What answering needs. */
export interface Answering {
  readonly file: WalletFile;
  readonly element: SecureElement;
  /** How long the person may think. */
  readonly consentMs: number;
}

/**
 * Answers a reader: SessionEstablishment in, SessionData out (ISO/IEC 18013-5 §9.1.1). One request, one answer, then the session
 * ends and its keys are forgotten. What goes wrong is said in the standard's own status codes: 10 encryption, 11 decoding,
 * 20 termination.
 */
export async function answerReader(
  parts: Answering,
  taken: { engagement: Engagement; eDeviceKey: KeyObject },
  establishment: Uint8Array,
): Promise<Uint8Array> {
  const { engagement } = taken;
  const opened = openSession(taken, establishment);
  if ('status' in opened) {
    engagement.state = 'failed';
    return buildSessionData({ status: opened.status });
  }
  const { session, transcript, plaintext } = opened;
  try {
    const response = await answerRequest(parts, engagement, plaintext, transcript);
    if (response) return buildSessionData({ data: session.encrypt(response), status: SESSION_STATUS.termination });
    return buildSessionData({ status: SESSION_STATUS.termination });
  } catch (error) {
    engagement.state = 'failed';
    throw error;
  } finally {
    session.end();
    engagement.authorization = undefined;
  }
}

function openSession(
  { engagement, eDeviceKey }: { engagement: Engagement; eDeviceKey: KeyObject },
  establishment: Uint8Array,
): { session: SessionEncryption; transcript: Uint8Array; plaintext: Uint8Array } | { status: number } {
  try {
    const message = parseSessionEstablishment(establishment);
    const { encoded } = parseDeviceEngagement(engagement.bytes);
    const transcript = sessionTranscriptQr({
      deviceEngagementBytes: encoded,
      eReaderKeyBytes: message.eReaderKeyBytes,
    });
    const session = establishSession({
      role: 'device',
      privateKey: eDeviceKey,
      peerKey: message.eReaderKey,
      transcript,
    });
    return { session, transcript, plaintext: session.decrypt(message.data) };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const undecodable = error.code === 'session-message';
    return { status: undecodable ? SESSION_STATUS.decodingError : SESSION_STATUS.encryptionError };
  }
}

/** @returns DeviceResponse, or nothing when nobody answered in time */
async function answerRequest(
  parts: Answering,
  engagement: Engagement,
  plaintext: Uint8Array,
  transcript: Uint8Array,
): Promise<Uint8Array | undefined> {
  const fail = (status: number) => {
    engagement.state = 'failed';
    return buildEmptyDeviceResponse(status);
  };
  let request: DeviceRequest;
  try {
    request = parseDeviceRequest(plaintext);
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const undecodable = error.context['rule'] === 'cbor' || error.code !== 'version';
    return fail(undecodable ? RESPONSE_STATUS.decodingError : RESPONSE_STATUS.validationError);
  }
  const mdoc = storedMdoc(parts.file);
  if (!mdoc) return fail(RESPONSE_STATUS.generalError);
  const issuerSigned = openMdoc(parts.file, parts.element, mdoc);
  // One document per request: further requests for the same one are not answered.
  const asked = request.docRequests.find(({ itemsRequest }) => itemsRequest.docType === mdoc.docType)?.itemsRequest;
  if (!asked) return fail(RESPONSE_STATUS.ok);

  engagement.request = consentRequest(asked, parseIssuerSigned(issuerSigned));
  const decision = await decisionOn(engagement, parts.consentMs);
  if (!decision) {
    engagement.state = 'expired';
    return undefined;
  }
  const disclose = decision.allow ? agreed(engagement.request, decision.consent) : {};
  if (!decision.allow || Object.keys(disclose).length === 0) {
    engagement.state = 'denied';
    return buildEmptyDeviceResponse();
  }
  const response = await buildDeviceResponse({
    issuerSigned,
    docType: mdoc.docType,
    disclose,
    sessionTranscript: transcript,
    deviceSigner: parts.element.deviceSigner(mdoc.deviceKey, decision.authorization),
  });
  engagement.state = 'answered';
  return response;
}

async function decisionOn(engagement: Engagement, consentMs: number): Promise<Decision | undefined> {
  if (engagement.mode === 'allow') {
    const { authorization } = engagement;
    return authorization ? { allow: true, consent: {}, authorization } : { allow: false };
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      engagement.decide = undefined;
      resolve(undefined);
    }, consentMs);
    engagement.decide = (decision) => {
      clearTimeout(timer);
      engagement.decide = undefined;
      resolve(decision);
    };
  });
}
