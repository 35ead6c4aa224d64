import { ApduError, type StatusErrorCode } from './error.ts';
import type { Response } from './response.ts';
import { describeStatus, SW, triesLeft } from './status-word.ts';

const again = 'Take the card away, hold it again and start from the beginning.';
const program = 'The program asked for something that this card does not have: report it as a fault of the program.';

// What to do next, by the code of the error.
const CODES = new Map<number, readonly [StatusErrorCode, string]>([
  [SW.endOfFile, ['end-of-file', program]],
  [SW.verificationFailed, ['verification-failed', 'Check the value and enter it again.']],
  [SW.wrongLength, ['wrong-length', program]],
  [SW.securityEnvironmentMissing, ['security-environment-missing', program]],
  [SW.channelNotSupported, ['channel-not-supported', program]],
  [SW.secureMessagingNotSupported, ['secure-messaging-not-supported', program]],
  [SW.wrongFileStructure, ['wrong-file-structure', program]],
  [SW.securityStatusNotSatisfied, ['security-status-not-satisfied', 'Verify the PIN of this application first.']],
  [SW.keyBlocked, ['key-blocked', 'Have it reset at the municipal office.']],
  [SW.conditionsNotSatisfied, ['conditions-not-satisfied', program]],
  [SW.noCurrentFile, ['no-current-file', program]],
  [SW.secureMessagingObjectsMissing, ['secure-messaging-objects-missing', again]],
  [SW.secureMessagingObjectsWrong, ['secure-messaging-objects-wrong', again]],
  [SW.noSecureMessagingSession, ['no-secure-messaging-session', again]],
  [SW.wrongData, ['wrong-data', program]],
  [SW.fileNotFound, ['file-not-found', 'Use a My Number Card, or another reader if it is one.']],
  [SW.recordNotFound, ['record-not-found', program]],
  [SW.wrongParameters, ['wrong-parameters', program]],
  [SW.referencedDataNotFound, ['referenced-data-not-found', program]],
  [SW.offsetPastEnd, ['offset-past-end', program]],
  [SW.instructionUnknown, ['instruction-unknown', program]],
  [SW.classUnknown, ['class-unknown', program]],
  [SW.internalError, ['card-internal-error', again]],
]);

/**
 * The error that a status word other than 9000 is, by name. `context` has `sw` in hexadecimal and, where the card tells it, `triesLeft`.
 * @example
 * statusError(0x6982).code; // 'security-status-not-satisfied'
 * statusError(0x63c2).context; // { sw: '63C2', triesLeft: 2 }
 */
export function statusError(sw: number): ApduError {
  const left = triesLeft(sw);
  const [code, next] =
    left === undefined || sw === SW.keyBlocked
      ? (CODES.get(sw) ?? (['status-unknown', again] as const))
      : left === 0
        ? (['key-blocked', 'Have it reset at the municipal office.'] as const)
        : (['verification-failed', 'Check the value: each wrong one uses up a try.'] as const);
  const context = { sw: describeStatus(sw).slice(0, 4), ...(left === undefined ? {} : { triesLeft: left }) };
  return new ApduError(code, `The card answered ${describeStatus(sw)}. ${next}`, context);
}

/**
 * The data of a response that ended with 9000.
 * @throws {ApduError} the error of any other status word
 */
export function expectOk({ data, sw }: Response): Uint8Array {
  if (sw !== SW.ok) throw statusError(sw);
  return data;
}
