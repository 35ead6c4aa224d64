import { timingSafeEqual } from 'node:crypto';
import { SW } from '@tegata/apdu';
import { failpointSync } from '@tegata/failpoints';
import type { SecretFile } from './application.ts';
import { type Instruction, referenced, type Session, status } from './session.ts';

const MAX_LENGTH = 16;

/**
 * VERIFY (card.md §3, §5.1). The counter is decremented and stored before anything is compared: cutting the power after a wrong guess
 * does not give the guess back. Without data it is the retry query, which costs nothing.
 */
export const verify: Instruction = {
  cla: 0x00,
  ins: 0x20,
  run(session, { p1, p2, data, le, extended }) {
    if (extended || le !== undefined || data.length > MAX_LENGTH) return status(SW.wrongLength);
    if (p1 !== 0x00) return status(SW.wrongParameters);
    const found = referenced(session, p2);
    if (typeof found === 'number') return status(found);
    if (found.file.kind !== 'secret') return status(SW.wrongFileStructure);
    return data.length === 0 ? query(session, found.id, found.file) : attempt(session, found.id, found.file, data);
  },
};

function query(session: Session, id: number, secret: SecretFile): Uint8Array {
  const { blockedQuery = 0x63c0, verifiedQuery } = session.variants;
  if (verifiedQuery === SW.ok && session.verified.has(id)) return status(SW.ok);
  if (secret.tries === 'unlimited') return status(SW.verificationFailed);
  const left = triesLeft(session, id, secret.tries);
  return status(left === 0 ? blockedQuery : 0x63c0 | left);
}

function attempt(session: Session, id: number, secret: SecretFile, value: Uint8Array): Uint8Array {
  session.verified.delete(id);
  const { tries } = secret;
  if (tries === 'unlimited') {
    if (!equal(value, currentValue(session, id, secret))) return status(SW.verificationFailed);
  } else {
    const left = triesLeft(session, id, tries);
    if (left === 0) return status(SW.keyBlocked);
    const counter = counterName(session, id);
    session.counters.write(counter, left - 1);
    failpointSync('chip.tries-stored');
    if (!equal(value, currentValue(session, id, secret))) return status(0x63c0 | (left - 1));
    session.counters.write(counter, tries);
  }
  session.verified.add(id);
  return status(SW.ok);
}

/** The attempts left for a secret EF of the selected application that has `tries` at most. */
export function triesLeft(session: Session, id: number, tries: number): number {
  return Math.min(session.counters.read(counterName(session, id)) ?? tries, tries);
}

function currentValue(session: Session, id: number, secret: SecretFile): Uint8Array {
  return session.secrets.read(counterName(session, id)) ?? secret.value;
}

/** The name under which counter and changed value of a secret EF of the selected application are stored. */
export function counterName(session: Session, id: number): string {
  return counterOf(session.application?.name ?? '', id);
}

/** The name under which a counter is stored, e.g. `text/0011`. */
export function counterOf(application: string, id: number): string {
  return `${application}/${id.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Takes the same time for every value of at most 16 bytes, the length included. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(padded(a), padded(b)) && a.length === b.length;
}

function padded(value: Uint8Array): Uint8Array {
  const out = new Uint8Array(MAX_LENGTH);
  out.set(value);
  return out;
}
