import type { JpkiAttributes } from './jpki-attributes.ts';
import { type Check, type Report, report } from './report.ts';

/** The four basic attributes as the card's text application stores them (EF 0002). Personal data: never log it. */
export interface CardAttributes {
  readonly name: string;
  readonly address: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  /** JIS X 0303: `1` `2` `0` `9`. */
  readonly sex: string;
}

/**
 * Compares the attributes of a signature certificate with those of the card: name and address by code point except where a
 * substitute flag is 1 (hyphens U+2212, U+FF0D and U+002D are one), the birth date by its last eight digits, the sex by
 * meaning. The report's details never quote a value.
 *
 * Failure codes: `name` `address` `birth-date` `sex`.
 * @example
 * compareAttributes(jpkiAttributes(certificate), card).result; // 'passed'
 */
export function compareAttributes(certificate: JpkiAttributes, card: CardAttributes): Report {
  return report([
    check('name', sameText(certificate.name, certificate.nameSubstitutes, card.name)),
    check('birth-date', certificate.birthDate.length === 9 && certificate.birthDate.slice(1) === card.birthDate),
    check('sex', sexOf(certificate.sex) === sexOf(card.sex)),
    check('address', sameText(certificate.address, certificate.addressSubstitutes, card.address)),
  ]);
}

function check(id: string, equal: boolean): Check {
  const clause = 'jpki §9';
  return equal
    ? { id, result: 'passed', clause }
    : { id, result: 'failed', code: id, detail: 'Certificate and card do not agree.', clause };
}

function sameText(certificate: string, flags: string, card: string): boolean {
  const ours = [...certificate];
  const theirs = [...card];
  if (ours.length !== theirs.length || flags.length !== ours.length) return false;
  return ours.every((character, at) => flags[at] === '1' || folded(character) === folded(theirs[at] as string));
}

function folded(character: string): string {
  return character === '\u2212' || character === '\uff0d' ? '-' : character;
}

// The certificate writes "neither or unknown" as 0, 3 or 9 by its source, the card as 0 or 9 (JIS X 0303).
function sexOf(code: string): string {
  return code === '1' || code === '2' ? code : ['0', '3', '9'].includes(code) ? 'other' : `unread ${code}`;
}
