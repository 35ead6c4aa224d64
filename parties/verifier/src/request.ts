/**
 * The one question of a check: as little as answers it, and never to be kept.
 * @module
 */
import {
  buildDeviceRequest,
  type ItemsRequest,
  MdocError,
  MNC_DOCTYPE,
  MY_NUMBER_ELEMENT,
  NS_ISO,
  NS_JP,
} from '@tegata/mdoc';
import { VerifierError } from './error.ts';

/** A question: whether somebody is of an age, or the My Number, which only the law opens. */
export type Question =
  | { readonly kind: 'age'; readonly years: number; readonly element: string }
  | { readonly kind: 'my-number'; readonly element: typeof MY_NUMBER_ELEMENT };

/**
 * Reads what is to be asked: `age_over_01` to `age_over_99`, or `individual_number_unicode`.
 * @throws {VerifierError} `bad-request`
 */
export function questionOf(ask: string): Question {
  if (ask === MY_NUMBER_ELEMENT) return { kind: 'my-number', element: ask };
  const years = Number(/^age_over_(\d{2})$/.exec(ask)?.[1] ?? 0);
  if (years < 1) {
    throw new VerifierError('bad-request', 'Ask for age_over_NN: nothing else is asked in a shop.', { member: 'ask' });
  }
  return { kind: 'age', years, element: ask };
}

/** The elements that are asked for. IntentToRetain is false: nothing of the answer is kept. */
export function itemsRequest(question: Question): ItemsRequest {
  const namespace = question.kind === 'age' ? NS_ISO : NS_JP;
  return { docType: MNC_DOCTYPE, nameSpaces: { [namespace]: { [question.element]: false } } };
}

/**
 * Encodes the DeviceRequest (ISO/IEC 18013-5 §8.3.2.1.2.1).
 * @param legalBasis names the law under which the My Number may be asked for; without it such a request is not even built (番号法)
 * @throws {VerifierError} `legal-basis-required`
 */
export function deviceRequest(question: Question, legalBasis: string | undefined): Uint8Array {
  try {
    return buildDeviceRequest(itemsRequest(question), legalBasis === undefined ? {} : { legalBasis });
  } catch (error) {
    if (error instanceof MdocError && error.code === 'legal-basis-required') {
      throw new VerifierError('legal-basis-required', error.message);
    }
    throw error;
  }
}
