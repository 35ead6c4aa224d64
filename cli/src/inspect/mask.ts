const STAR = 0x2a;
const DIGITS = 12;
const MASKED_NUMBER = '*'.repeat(DIGITS);

/** Stands for a value that is not shown. */
export const MASKED = '****';

// Alternatives in this order: words of hexadecimal digits (UUIDs, digests) and base64url words, which may hold twelve decimal digits in a row by
// chance; then what has the form of a My Number: twelve digits, together or 4-4-4, half or full width.
const WORDS =
  /(?<![0-9A-Za-z_-])(?:[0-9A-Fa-f-]{20,}|[0-9A-Za-z_-]{40,})(?![0-9A-Za-z_-])|(?<![0-9０-９])[0-9０-９]{4}([ \u3000-]?)[0-9０-９]{4}\1[0-9０-９]{4}(?![0-9０-９])/g;

// A long word without a letter is no digest but a row of numbers.
const IN_A_ROW = /(?<!\d)\d{4}(-?)\d{4}\1\d{4}(?!\d)/g;

/** Replaces everything that has the form of a My Number. */
export function maskText(text: string): string {
  return text.replace(WORDS, (word) => {
    if (word.length <= 14) return MASKED_NUMBER;
    return /[A-Za-z]/.test(word) ? word : word.replace(IN_A_ROW, MASKED_NUMBER);
  });
}

/** The bare numbers of printed notation, where text strings are masked already. */
export function maskBareNumbers(printed: string): string {
  return printed.replace(/(?<![0-9A-Za-z_'*.-])[0-9]{12}(?![0-9A-Za-z_'.])/g, MASKED_NUMBER);
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

// UTCTime and GeneralizedTime of DER: their digits are a date.
function isTime(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[end] !== 0x5a || bytes[start - 1] !== end - start + 1) return false;
  return (end - start === 12 && bytes[start - 2] === 0x17) || (end - start === 14 && bytes[start - 2] === 0x18);
}

/**
 * Replaces, in place, each run of at least `atLeast` ASCII digits by `2A`. The byte before a number may be a digit by chance (a length of 48 to
 * 57), so that longer runs count as well.
 */
export function maskBytesInPlace(bytes: Uint8Array, atLeast = DIGITS): void {
  for (let start = 0; start < bytes.length; start++) {
    if (!isDigit(bytes[start])) continue;
    let end = start + 1;
    while (isDigit(bytes[end])) end++;
    if (end - start >= atLeast && !isTime(bytes, start, end)) bytes.fill(STAR, start, end);
    start = end;
  }
}

/** A copy in which numbers of twelve digits and more are `2A`. */
export function maskBytes(bytes: Uint8Array, atLeast = DIGITS): Uint8Array {
  const copy = Uint8Array.from(bytes);
  maskBytesInPlace(copy, atLeast);
  return copy;
}

/** A copy of the same length with nothing left in it. */
export const maskWhole = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.length).fill(STAR);

const SECRET_NAMES = new Set([
  'pin',
  'new_pin',
  'phonepin',
  'textpin',
  'authpin',
  'auth_pin',
  'resetkey',
  'reset_key',
  'password',
  'signaturepassword',
  'signature_password',
  'secret',
  'passphrase',
  'mynumber',
  'my_number',
  'individualnumber',
  'individual_number',
  'individual_number_unicode',
]);

/** Whether a member or element of this name holds a secret or a My Number, whatever its value looks like. */
export const isSecretName = (name: string): boolean => SECRET_NAMES.has(name.toLowerCase().replaceAll('-', '_'));
