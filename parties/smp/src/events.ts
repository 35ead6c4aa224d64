import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { SmpError } from './error.ts';
import type { ApplicationRow, EventRow, EvidenceRow, Tables } from './schema.ts';
import { mayFollow, type State } from './states.ts';

/** A transaction over the SMP's rows. */
export type Tx = Transaction<Tables>;

/** Who caused an event. */
export type Actor = 'applicant-app' | 'smp' | 'iaca' | 'jpki' | 'wallet-provider' | 'operator';

/** One check as it is kept: what was asked, of whom, what the answer was. Ids and codes only. */
export interface Evidence {
  readonly check: string;
  readonly result: 'passed' | 'failed' | 'warning' | 'not_performed';
  readonly code?: string;
  /** Who answered; this party itself where nobody else was needed. */
  readonly asked: 'smp' | 'jpki';
  /** What it was about: a certificate's or a key's digest. */
  readonly subject?: string;
  readonly at: Date;
  /** The signed answer of another party, as received. */
  readonly answer?: Uint8Array;
}

/** Something that happened to an application. */
export interface Happening {
  readonly name: string;
  /** Where there is one: the state that it leads to. */
  readonly to?: State;
  readonly actor: Actor;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
  readonly evidence?: readonly Evidence[];
}

/** What stands before the first event of every application. */
export const GENESIS = new Uint8Array(32);

/** JSON with sorted names: one meaning, one spelling. */
export function canonicalDetail(detail: Readonly<Record<string, string | number | boolean>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** SHA-256(previous ‖ the row as a JSON array): whoever changes, removes or reorders a row breaks the chain from there on. */
export function eventHash(event: Omit<EventRow, 'hash'>): Uint8Array {
  const row = JSON.stringify([
    event.application,
    event.sequence,
    event.name,
    event.from_state,
    event.to_state,
    event.actor,
    event.detail,
    event.at.toISOString(),
  ]);
  return new Uint8Array(createHash('sha256').update(event.previous).update(row).digest());
}

/** SHA-256 over the evidence of one event; the event's detail holds it, so that the chain covers the evidence too. */
export function evidenceDigest(rows: readonly EvidenceRow[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    const answer = row.answer ? createHash('sha256').update(row.answer).digest('hex') : null;
    hash.update(
      `${JSON.stringify([
        row.application,
        row.sequence,
        row.position,
        row.check_id,
        row.result,
        row.code,
        row.asked,
        row.subject,
        row.at.toISOString(),
        answer,
      ])}\n`,
    );
  }
  return hash.digest('hex');
}

/** Where the chain of an application stands. */
export interface Head {
  readonly id: string;
  readonly state: State | null;
  readonly sequence: number;
  readonly head: Uint8Array;
}

/** The head of an application's row. */
export const headOf = (row: ApplicationRow): Head => row;

/**
 * Appends events to the chain of an application whose row the transaction has locked or just inserted. The caller writes the head
 * that comes back into the row, in the same transaction.
 * @throws {SmpError} `transition-forbidden` when the table of states does not allow a move
 */
export async function appendEvents(tx: Tx, start: Head, happenings: readonly Happening[], at: Date): Promise<Head> {
  const { id } = start;
  let { state, sequence, head } = start;
  for (const happening of happenings) {
    const { to } = happening;
    if (to !== undefined && !(state === null ? to === 'received' : mayFollow(state, to))) {
      throw new SmpError('transition-forbidden', `An application that is ${state} cannot become ${to}.`, {
        from: String(state),
        to,
      });
    }
    sequence += 1;
    const evidence = (happening.evidence ?? []).map((item, position) => evidenceRow(id, sequence, position, item));
    const detail = { ...happening.detail, ...(evidence.length > 0 ? { evidence: evidenceDigest(evidence) } : {}) };
    const event = {
      application: id,
      sequence,
      name: happening.name,
      from_state: to === undefined ? null : state,
      to_state: to ?? null,
      actor: happening.actor,
      detail: canonicalDetail(detail),
      at,
      previous: head,
    };
    const hash = eventHash(event);
    await tx
      .insertInto('smp.event')
      .values({ ...event, hash })
      .execute();
    if (evidence.length > 0) await tx.insertInto('smp.evidence').values(evidence).execute();
    head = hash;
    state = to ?? state;
  }
  return { id, state, sequence, head };
}

function evidenceRow(application: string, sequence: number, position: number, item: Evidence): EvidenceRow {
  return {
    application,
    sequence,
    position,
    check_id: item.check,
    result: item.result,
    code: item.code ?? null,
    asked: item.asked,
    subject: item.subject ?? null,
    at: item.at,
    answer: item.answer ?? null,
  };
}
