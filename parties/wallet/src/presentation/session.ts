import type { KeyObject } from 'node:crypto';
import {
  buildDeviceResponse,
  buildEmptyDeviceResponse,
  type DeviceRequest,
  DeviceSession,
  MdocError,
  parseDeviceEngagement,
  parseDeviceRequest,
  parseIssuerSigned,
  RESPONSE_STATUS,
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
  const { engagement, eDeviceKey } = taken;
  const { encoded } = parseDeviceEngagement(engagement.bytes);
  const session = new DeviceSession({
    eDeviceKey,
    transcript: (eReaderKeyBytes) => sessionTranscriptQr({ deviceEngagementBytes: encoded, eReaderKeyBytes }),
  });
  try {
    const { data: request } = session.receive(establishment);
    const response = await answerRequest(parts, engagement, request as Uint8Array, session.transcript);
    return response ? session.respond(response, { terminate: true }) : session.terminate();
  } catch (error) {
    engagement.state = 'failed';
    // The session itself has failed, and knows its last words; anything else is our own fault.
    if (session.closing) return session.closing;
    throw error;
  } finally {
    session.abandon();
    engagement.authorization = undefined;
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
