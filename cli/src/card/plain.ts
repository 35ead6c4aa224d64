// Names come from a card: nothing of theirs may steer the terminal.
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text from a card for a terminal. */
export const plain = (text: string): string => text.replace(STEERING, '\uFFFD');

/** `YYYYMMDD` of a card as `YYYY-MM-DD`; anything else as it is. */
export const day = (text: string): string => plain(text).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
