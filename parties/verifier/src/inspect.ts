/**
 * The inspection of an answer: every check of `@tegata/mdoc`, against our own session and our own list of roots.
 * @module
 */
import {
  type DeviceResponseReport,
  type ItemsRequest,
  MdocError,
  MNC_DOCTYPE,
  NS_ISO,
  parseDeviceResponse,
  verifyDeviceResponse,
} from '@tegata/mdoc';
import { itemsRequest, type Question } from './request.ts';
import type { Answer } from './session.ts';

/** Inspects an answer to a question. Never throws for what the phone sent. */
export function inspectAnswer(options: {
  answer: Answer;
  question: Question;
  /** IACA roots (DER). */
  trust: readonly Uint8Array[];
  now: Date;
}): DeviceResponseReport {
  const { answer, question } = options;
  return verifyDeviceResponse({
    response: answer.response,
    sessionTranscript: answer.sessionTranscript,
    eReaderKey: answer.eReaderKey,
    trustAnchors: options.trust.map((certificate) => ({ certificate, docTypes: [MNC_DOCTYPE] })),
    now: options.now,
    requested: expected(question, answer.response),
  });
}

/**
 * What may come back. A wallet whose record attests no fitting age may answer with `age_in_years` (Apple's documented fallback): only then
 * is that element an answer; beside an `age_over_NN` it stays an extra that nobody asked for.
 */
function expected(question: Question, response: Uint8Array): ItemsRequest {
  const asked = itemsRequest(question);
  if (question.kind !== 'age') return asked;
  const returned = elementNames(response);
  const fallsBack = returned.includes('age_in_years') && !returned.some((name) => name.startsWith('age_over_'));
  return fallsBack ? { docType: asked.docType, nameSpaces: { [NS_ISO]: { age_in_years: false } } } : asked;
}

/** Names alone, of an answer that is not verified yet. */
function elementNames(response: Uint8Array): string[] {
  try {
    return parseDeviceResponse(response).documents.flatMap(({ nameSpaces }) =>
      [...nameSpaces.values()].flatMap((items) => items.map(({ elementIdentifier }) => elementIdentifier)),
    );
  } catch (error) {
    if (error instanceof MdocError) return [];
    throw error;
  }
}
