import { outOfRange } from './error.ts';

// First day of each era, newest first (card.md §5.1): the day decides, so 1989-01-07 is still Shōwa 64.
const ERAS: readonly [firstDay: string, year: number][] = [
  ['20190501', 2019],
  ['19890108', 1989],
  ['19261225', 1926],
  ['19120730', 1912],
  ['18680125', 1868],
];

/**
 * A birth date as the birth-date key (EF 0011 of the surface AP) and check code B want it: `YYMMDD` with the year of the Japanese era.
 * @throws {CardFilesError} `value-out-of-range` when it is no 8-digit date since Meiji
 * @example
 * eraBirthDate('19800217'); // '550217', Shōwa 55
 */
export function eraBirthDate(birthDate: string): string {
  const era = /^[0-9]{8}$/.test(birthDate) && ERAS.find(([firstDay]) => birthDate >= firstDay);
  if (!era) throw outOfRange('birth date', 'YYYYMMDD since 1868-01-25');
  const year = Number(birthDate.slice(0, 4)) - era[1] + 1;
  return `${String(year).padStart(2, '0')}${birthDate.slice(4)}`;
}

/**
 * Check code B, 14 digits: era birth date ‖ Gregorian expiry year ‖ the security code on the face (card.md §5.1).
 * @throws {CardFilesError} `value-out-of-range`
 * @example
 * checkCodeB({ birthDate: '19800217', expiry: '20350217', securityCode: '2285' }); // '55021720352285'
 */
export function checkCodeB(card: { birthDate: string; expiry: string; securityCode: string }): string {
  if (!/^[0-9]{8}$/.test(card.expiry)) throw outOfRange('expiry', 'YYYYMMDD');
  if (!/^[0-9]{4}$/.test(card.securityCode)) throw outOfRange('security code', '4 digits');
  return `${eraBirthDate(card.birthDate)}${card.expiry.slice(0, 4)}${card.securityCode}`;
}
