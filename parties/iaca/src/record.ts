/**
 * From what a card says to the elements of the record.
 * @module
 */
import { isMyNumber } from '@tegata/card-files';
import { FullDate } from '@tegata/cbor';
import type { CalendarDay } from '@tegata/clock';
import { Jpeg2000Error, readJp2Header } from '@tegata/jpeg2000';
import { type Elements, NS_ISO, NS_JP } from '@tegata/mdoc';
import { ageInYears } from './age.ts';
import { refused } from './error.ts';
import { type IssuerProfile, SEX_WORDS } from './profile.ts';
import type { Attributes } from './request.ts';

const OLDEST = 150;

/**
 * The elements of both namespaces, in the order in which they are issued (`reference/mdoc.md` §2). The portrait stays as the card has it.
 * @param at the instant for which the ages are told
 * @throws {IacaError} `refused-by-issuer` with the rule that is broken
 */
export function recordElements(options: {
  attributes: Attributes;
  portrait: Uint8Array;
  profile: IssuerProfile;
  at: Date;
}): Elements {
  const { attributes, portrait, profile, at } = options;
  checkText('name', attributes.name, profile);
  checkText('address', attributes.address, profile);
  if (!/^\d{5}$/.test(attributes.municipalityCode)) throw refused('municipality-code');
  if (!isMyNumber(attributes.myNumber)) throw refused('my-number');
  if (!/^[0129]$/.test(attributes.sex)) throw refused('sex');
  checkPortrait(portrait, profile);
  const birth = birthDay(attributes.birthDate);
  const age = ageInYears(birth, at);
  if (age < 0 || age > OLDEST) throw refused('birth-date');
  const sexWord = SEX_WORDS[attributes.sex];
  return {
    [NS_JP]: {
      full_name_unicode: attributes.name,
      resident_address_unicode: attributes.address,
      local_gov_code_unicode: attributes.municipalityCode,
      individual_number_unicode: attributes.myNumber,
      portrait,
      // There is no word for "not known" and "not applicable": the element is left out.
      ...(sexWord === undefined ? {} : { sex_unicode: sexWord }),
      birth_date_unicode: `${birth.year}年${birth.month}月${birth.day}日`,
    },
    [NS_ISO]: {
      sex: Number(attributes.sex),
      ...Object.fromEntries(profile.ageOver.map((years) => [`age_over_${years}`, age >= years])),
      ...(profile.ageInYears ? { age_in_years: age } : {}),
      birth_date: new FullDate(
        `${birth.year}-${String(birth.month).padStart(2, '0')}-${String(birth.day).padStart(2, '0')}`,
      ),
    },
  };
}

/**
 * Reads `YYYYMMDD`. A date with unknown parts (written as 0) says no age, and the record must say one: it is refused.
 * @throws {IacaError} `refused-by-issuer`, rule `birth-date`
 */
export function birthDay(text: string): CalendarDay {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (!parts) throw refused('birth-date');
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1800 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw refused('birth-date');
  return { year, month, day };
}

function checkText(rule: 'name' | 'address', text: string, profile: IssuerProfile): void {
  const count = [...text].length;
  // Controls, line and paragraph separators, and overrides of the writing direction have no place in a register's text.
  const bad = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text);
  if (count < 1 || count > profile.maxCharacters || bad || text.trim() !== text) throw refused(rule);
}

function checkPortrait(portrait: Uint8Array, profile: IssuerProfile): void {
  if (portrait.length > profile.maxPortraitBytes) throw refused('portrait-size');
  try {
    readJp2Header(portrait, { maxBytes: profile.maxPortraitBytes });
  } catch (error) {
    if (error instanceof Jpeg2000Error) throw refused('portrait');
    throw error;
  }
}
