import { type Chip, type Command, parseCommand, SW } from '@tegata/apdu';
import type { Random } from '@tegata/random';
import type { Application } from './application.ts';
import { changeKey, changeReferenceData } from './change-secret.ts';
import { computeDigitalSignature } from './compute-digital-signature.ts';
import type { CounterStore } from './counter-store.ts';
import { getChallenge } from './get-challenge.ts';
import { getData } from './get-data.ts';
import { internalAuthenticate } from './internal-authenticate.ts';
import { lastCommandIndicator } from './last-command-indicator.ts';
import { readBinary } from './read-binary.ts';
import { readRecord } from './read-record.ts';
import { memorySecrets, type SecretStore } from './secret-store.ts';
import { answerSecurely } from './secure-messaging.ts';
import { select } from './select.ts';
import { type AnswerVariants, forget, type Instruction, type Session, status } from './session.ts';
import { setPublicIcKey } from './set-public-ic-key.ts';
import { setSessionKey } from './set-session-key.ts';
import { verify } from './verify.ts';

/** Every instruction of the card: one row here, one file beside. */
const INSTRUCTIONS: readonly Instruction[] = [
  select,
  readBinary,
  readRecord,
  verify,
  changeReferenceData,
  changeKey,
  computeDigitalSignature,
  internalAuthenticate,
  getChallenge,
  getData,
  setSessionKey,
  setPublicIcKey,
  lastCommandIndicator,
];

const BY_INS: (Instruction | undefined)[] = [];
for (const instruction of INSTRUCTIONS) BY_INS[instruction.ins] = instruction;

/** What a chip is made of. */
export interface ChipParts {
  /** In the order in which an AID prefix is looked up. */
  readonly applications: readonly Application[];
  readonly counters: CounterStore;
  /** Keeps changed PINs; without it they end with the process. */
  readonly secrets?: SecretStore;
  readonly random: Random;
  readonly variants?: AnswerVariants;
}

/** A chip that answers at once. */
export interface SoftwareChip extends Chip {
  transmit(command: Uint8Array): Uint8Array;
}

/**
 * The chip: a table of applications and files, and one file of code per instruction. It answers any bytes with a status word and never throws.
 * @example
 * makeChip({ applications, counters: memoryCounters(), random }).transmit(Uint8Array.of(0x00, 0x84, 0x00, 0x00, 0x08));
 */
export function makeChip(parts: ChipParts): SoftwareChip {
  const { applications, counters, secrets = memorySecrets(), random, variants = {} } = parts;
  const session: Session = {
    applications,
    counters,
    secrets,
    random,
    variants,
    application: undefined,
    fileId: undefined,
    verified: new Set(),
    channel: undefined,
  };
  return {
    transmit(bytes) {
      let command: Command;
      try {
        command = parseCommand(bytes);
      } catch {
        return status(SW.wrongLength);
      }
      try {
        return answer(session, command);
      } catch {
        // A full disk under the counters, say. Nothing was compared or signed.
        return status(SW.internalError);
      }
    },
    reset() {
      session.application = undefined;
      forget(session);
    },
  };
}

function answer(session: Session, command: Command): Uint8Array {
  const { cla, ins } = command;
  if (cla & 0x60) return status(SW.classUnknown);
  if (cla & 0x03) return status(SW.channelNotSupported);
  if (cla & 0x10) return status(SW.classUnknown);
  const instruction = BY_INS[ins];
  if (!instruction) return status(SW.instructionUnknown);
  if (cla & 0x0c) return answerSecurely(session, instruction, command);
  if (cla !== instruction.cla) return status(SW.classUnknown);
  return instruction.run(session, command);
}
