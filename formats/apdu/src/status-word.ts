/** The status words that a My Number Card gives, by name. */
export const SW = {
  ok: 0x9000,
  endOfFile: 0x6282,
  verificationFailed: 0x6300,
  wrongLength: 0x6700,
  securityEnvironmentMissing: 0x66f1,
  channelNotSupported: 0x6881,
  secureMessagingNotSupported: 0x6882,
  wrongFileStructure: 0x6981,
  securityStatusNotSatisfied: 0x6982,
  keyBlocked: 0x6984,
  conditionsNotSatisfied: 0x6985,
  noCurrentFile: 0x6986,
  secureMessagingObjectsMissing: 0x6987,
  secureMessagingObjectsWrong: 0x6988,
  noSecureMessagingSession: 0x69fc,
  wrongData: 0x6a80,
  fileNotFound: 0x6a82,
  recordNotFound: 0x6a83,
  wrongParameters: 0x6a86,
  referencedDataNotFound: 0x6a88,
  offsetPastEnd: 0x6b00,
  instructionUnknown: 0x6d00,
  classUnknown: 0x6e00,
  internalError: 0x6f00,
} as const;

const WORDS = new Map<number, string>([
  [SW.ok, 'success'],
  [SW.endOfFile, 'end of file before Le'],
  [SW.verificationFailed, 'verification failed, no limit of attempts'],
  [SW.wrongLength, 'wrong length'],
  [SW.securityEnvironmentMissing, 'security environment missing'],
  [SW.channelNotSupported, 'logical channel not supported'],
  [SW.secureMessagingNotSupported, 'secure messaging not supported'],
  [SW.wrongFileStructure, 'wrong file structure'],
  [SW.securityStatusNotSatisfied, 'security status not satisfied: a PIN is needed'],
  [SW.keyBlocked, 'key blocked'],
  [SW.conditionsNotSatisfied, 'conditions of use not satisfied'],
  [SW.noCurrentFile, 'no current file'],
  [SW.secureMessagingObjectsMissing, 'secure messaging data objects missing'],
  [SW.secureMessagingObjectsWrong, 'secure messaging data objects wrong'],
  [SW.noSecureMessagingSession, 'no secure messaging session'],
  [SW.wrongData, 'wrong data field'],
  [SW.fileNotFound, 'file not found'],
  [SW.recordNotFound, 'record not found'],
  [SW.wrongParameters, 'wrong P1-P2'],
  [SW.referencedDataNotFound, 'referenced data not found'],
  [SW.offsetPastEnd, 'offset past the end'],
  [SW.instructionUnknown, 'instruction unknown'],
  [SW.classUnknown, 'class unknown'],
  [SW.internalError, 'internal error'],
]);

/**
 * A status word in English (ISO/IEC 7816-4 §5.6 and what these cards add).
 * @example
 * describeStatus(0x63c2); // '63C2 verification failed, 2 attempts left'
 */
export function describeStatus(sw: number): string {
  return `${sw.toString(16).toUpperCase().padStart(4, '0')} ${meaning(sw)}`;
}

function meaning(sw: number): string {
  const tries = triesLeft(sw);
  if (tries !== undefined && sw !== SW.keyBlocked) return `verification failed, ${tries} attempts left`;
  if (sw >> 8 === 0x61) return `success, ${sw & 255 || 256} more bytes`;
  if (sw >> 8 === 0x6c) return `wrong Le, ${sw & 255 || 256} bytes are there`;
  return WORDS.get(sw) ?? 'unknown status word';
}

/** The attempts left that a `63Cx` or `6984` tells, else `undefined`. */
export function triesLeft(sw: number): number | undefined {
  if ((sw & 0xfff0) === 0x63c0) return sw & 15;
  return sw === SW.keyBlocked ? 0 : undefined;
}
