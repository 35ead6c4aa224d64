import type { CborValue } from '@tegata/cbor';
import { ageOf } from './mnc.ts';

/** Elements of one namespace by name. */
export type ElementValues = ReadonlyMap<string, CborValue> | Readonly<Record<string, CborValue>>;

/** An answer and the element that gives it. */
export interface AgeAnswer {
  readonly element: string;
  readonly answer: boolean;
}

const entriesOf = (values: ElementValues): Iterable<[string, CborValue]> =>
  values instanceof Map ? values.entries() : Object.entries(values);

/**
 * Answers "NN or over?" by the nearest attested value (ISO/IEC 18013-5:2021 §7.2.5): a true of the smallest age ≥ NN, else a false
 * of the largest age ≤ NN, else nothing.
 * @param age whole years
 * @example ageOverAnswer(19, { age_over_18: true, age_over_20: true }) // { element: 'age_over_20', answer: true }
 */
export function ageOverAnswer(age: number, available: ElementValues): AgeAnswer | undefined {
  let over: [number, string] | undefined;
  let under: [number, string] | undefined;
  for (const [element, value] of entriesOf(available)) {
    const attested = ageOf(element);
    if (attested === undefined || typeof value !== 'boolean') continue;
    if (value && attested >= age && (!over || attested < over[0])) over = [attested, element];
    if (!value && attested <= age && (!under || attested > under[0])) under = [attested, element];
  }
  if (over) return { element: over[1], answer: true };
  return under ? { element: under[1], answer: false } : undefined;
}

/**
 * What a verifier takes as an answer: the nearest `age_over_NN`, else `age_in_years`, which some wallets send instead.
 * @example ageAnswer(20, { age_in_years: 37 }) // { element: 'age_in_years', answer: true }
 */
export function ageAnswer(age: number, returned: ElementValues): AgeAnswer | undefined {
  const nearest = ageOverAnswer(age, returned);
  if (nearest) return nearest;
  for (const [element, value] of entriesOf(returned)) {
    if (element === 'age_in_years' && typeof value === 'number') return { element, answer: value >= age };
  }
  return undefined;
}
