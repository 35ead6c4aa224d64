import { bilevelToPng } from '@tegata/jpeg2000';

// 5 × 9 dots in a cell of 6 × 12, row by row.
const DIGITS = [
  '01110 10001 10001 10011 10101 11001 10001 10001 01110',
  '00100 01100 00100 00100 00100 00100 00100 00100 01110',
  '01110 10001 00001 00001 00010 00100 01000 10000 11111',
  '01110 10001 00001 00001 00110 00001 00001 10001 01110',
  '00010 00110 01010 01010 10010 10010 11111 00010 00010',
  '11111 10000 10000 11110 10001 00001 00001 10001 01110',
  '00110 01000 10000 10000 11110 10001 10001 10001 01110',
  '11111 00001 00010 00010 00100 00100 01000 01000 01000',
  '01110 10001 10001 10001 01110 10001 10001 10001 01110',
  '01110 10001 10001 10001 01111 00001 00001 00010 01100',
].map((digit) => digit.split(' '));

/** Digits as a 1-bit PNG of 6 × 12 dots each: the security code is 24 × 12, the My Number 72 × 12 (card.md §8). */
export function digitsImage(text: string): Uint8Array {
  const width = 6 * text.length;
  const pixels = new Uint8Array(width * 12).fill(255);
  for (const [i, digit] of [...text].entries()) {
    for (const [y, row] of DIGITS[Number(digit)]!.entries()) {
      for (const [x, dot] of [...row].entries()) if (dot === '1') pixels[(y + 1) * width + 6 * i + x] = 0;
    }
  }
  return bilevelToPng(pixels, width, 12);
}
