// VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER (ISO/IEC 7816-4 §7.5) and JICSAP CHANGE KEY carry PINs, or the My Number as check code A.
const SECRET_INSTRUCTIONS = new Set([0x20, 0x24, 0x2c, 0x32]);
const STAR = 0x2a;

/**
 * The command for a display: every byte of a PIN, password or check code is replaced by `2A` (`*`). Other commands come back unchanged.
 * @example
 * maskCommand(hex('00 20 00 91 04 31 32 33 34')); // 00 20 00 91 04 2A 2A 2A 2A
 */
export function maskCommand(command: Uint8Array): Uint8Array {
  if (!isSecretCommand(command)) return command;
  const masked = Uint8Array.from(command);
  // The whole rest: whether the last byte is data or Le does not matter to a display. Bytes that only look like a long Lc are hidden too.
  const extended = command[4] === 0 && ((command[5]! << 8) | command[6]!) + 7 <= command.length;
  masked.fill(STAR, extended ? 7 : 5);
  return masked;
}

/** Whether the command carries a secret: its bytes belong on no screen and in no log. */
export function isSecretCommand(command: Uint8Array): boolean {
  return command.length > 5 && SECRET_INSTRUCTIONS.has(command[1]!);
}

const NAMES = new Map<number, string>([
  [0x20, 'VERIFY'],
  [0x24, 'CHANGE REFERENCE DATA'],
  [0x2a, 'COMPUTE DIGITAL SIGNATURE'],
  [0x32, 'CHANGE KEY'],
  [0x84, 'GET CHALLENGE'],
  [0x88, 'INTERNAL AUTHENTICATE'],
  [0xa2, 'SET PUBLIC IC KEY'],
  [0xa4, 'SELECT'],
  [0xae, 'SET SESSION KEY'],
  [0xb0, 'READ BINARY'],
  [0xb2, 'READ RECORD'],
  [0xc0, 'GET RESPONSE'],
  [0xca, 'GET DATA'],
  [0xfc, 'LAST COMMAND INDICATOR'],
]);

/** The name of a command's instruction in the standard's words, e.g. `READ BINARY`. */
export function commandName(command: Uint8Array): string {
  const ins = command[1] ?? 0;
  return NAMES.get(ins) ?? `INS ${ins.toString(16).toUpperCase().padStart(2, '0')}`;
}
