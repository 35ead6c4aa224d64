import { type Command, SW } from '@tegata/apdu';
import type { Application, SecretForm } from './application.ts';
import { type Instruction, referenced, type Session, status } from './session.ts';
import { counterName, triesLeft } from './verify.ts';

const FORMS: Readonly<Record<SecretForm, { readonly min: number; readonly max: number; readonly rule: RegExp }>> = {
  'four-digits': { min: 4, max: 4, rule: /^[0-9]+$/ },
  password: { min: 6, max: 16, rule: /^[A-Z0-9]+$/ },
};

const CURRENT_FILE = 0x80;

/** CHANGE REFERENCE DATA `00 24 01 80 <Lc> <new>`, in JPKI-AP and text AP (card.md §3). */
export const changeReferenceData: Instruction = {
  cla: 0x00,
  ins: 0x24,
  run: (session, command) => change(session, command, 'change-reference-data', 0x01),
};

/** CHANGE KEY of JICSAP, `80 32 00 80 <Lc> <new>`, in common AP and resident AP (card.md §3). */
export const changeKey: Instruction = {
  cla: 0x80,
  ins: 0x32,
  run: (session, command) => change(session, command, 'change-key', 0x00),
};

// Only the new value travels: the old one was verified on the same EF since the application was selected.
function change(session: Session, command: Command, name: Application['change'], expectedP1: number): Uint8Array {
  const { p1, p2, data, le, extended } = command;
  if (session.application?.change !== name) return status(SW.instructionUnknown);
  if (extended || le !== undefined) return status(SW.wrongLength);
  if (p1 !== expectedP1 || p2 !== CURRENT_FILE) return status(SW.wrongParameters);
  const found = referenced(session, p2);
  if (typeof found === 'number') return status(found);
  const { id, file } = found;
  if (file.kind !== 'secret') return status(SW.wrongFileStructure);
  if (!file.change) return status(SW.conditionsNotSatisfied);
  if (file.tries !== 'unlimited' && triesLeft(session, id, file.tries) === 0) return status(SW.keyBlocked);
  if (!session.verified.has(id)) return status(SW.securityStatusNotSatisfied);
  const { min, max, rule } = FORMS[file.change];
  if (data.length < min || data.length > max) return status(SW.wrongLength);
  if (!rule.test(String.fromCharCode(...data))) return status(SW.wrongData);
  session.secrets.write(counterName(session, id), Uint8Array.from(data));
  return status(SW.ok);
}
