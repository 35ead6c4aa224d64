/**
 * The check digit of a My Number over its first 11 digits: weights 2…7, 2…6 from the right, modulo 11 (card.md §7.4).
 * @throws {RangeError} when it is given anything but 11 digits
 * @example
 * myNumberCheckDigit('53768667718'); // '8'
 */
export function myNumberCheckDigit(eleven: string): string {
  if (!/^[0-9]{11}$/.test(eleven)) throw new RangeError('The check digit is computed over 11 digits.');
  let sum = 0;
  for (let n = 1; n <= 11; n++) sum += Number(eleven[11 - n]) * (n <= 6 ? n + 1 : n - 5);
  const rest = sum % 11;
  return rest <= 1 ? '0' : String(11 - rest);
}

/** Whether the text is 12 ASCII digits with the right check digit. It does not say that the number was ever given to anyone. */
export function isMyNumber(text: string): boolean {
  return /^[0-9]{12}$/.test(text) && myNumberCheckDigit(text.slice(0, 11)) === text[11];
}
