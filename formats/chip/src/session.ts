import type { Command } from '@tegata/apdu';
import { encodeResponse, SW } from '@tegata/apdu';
import type { Random } from '@tegata/random';
import type { Access, Application, ElementaryFile } from './application.ts';
import type { CounterStore } from './counter-store.ts';
import type { SecretStore } from './secret-store.ts';

/** Where cards are known to differ; the first value of each is the default. */
export interface AnswerVariants {
  /** The retry query of a blocked key: `63C0`, or `6984`. */
  readonly blockedQuery?: 0x63c0 | 0x6984;
  /** The retry query of a key that is verified: `63Cx` as ever, or `9000`. */
  readonly verifiedQuery?: 'tries' | 0x9000;
  /** READ BINARY that reaches the end before Le: `9000`, or `6282`. */
  readonly endOfFile?: 0x9000 | 0x6282;
}

/** A session of secure messaging: the AES-128 key, and the number of the next command. */
export interface SecureChannel {
  readonly key: Uint8Array;
  counter: number;
}

/** What the chip remembers between two commands. */
export interface Session {
  readonly applications: readonly Application[];
  readonly counters: CounterStore;
  readonly secrets: SecretStore;
  readonly variants: AnswerVariants;
  readonly random: Random;
  /** The selected application. */
  application: Application | undefined;
  /** The current EF of it. */
  fileId: number | undefined;
  /** The secret EFs verified since the application was selected. */
  readonly verified: Set<number>;
  /** Secure messaging, while there is a session of it. */
  channel: SecureChannel | undefined;
}

/** Ends what belongs to the selected application: current EF, verified secrets, secure messaging. */
export function forget(session: Session): void {
  session.fileId = undefined;
  session.verified.clear();
  session.channel = undefined;
}

/** One instruction: answers a command of its own class. */
export interface Instruction {
  /** CLA without channel and secure messaging. */
  readonly cla: number;
  readonly ins: number;
  readonly run: (session: Session, command: Command) => Uint8Array;
}

const NOTHING = new Uint8Array(0);
const READY = new Map<number, Uint8Array>();

/** A response that is only a status word. */
export function status(sw: number): Uint8Array {
  let bytes = READY.get(sw);
  if (!bytes) {
    bytes = encodeResponse(NOTHING, sw);
    READY.set(sw, bytes);
  }
  // A copy, since whoever receives it may keep or change it.
  return bytes.slice();
}

/** Data and 9000. */
export function success(data: Uint8Array): Uint8Array {
  return encodeResponse(data, SW.ok);
}

/** Whether the access rule lets this session through. */
export function allowed(session: Session, access: Access): boolean {
  if (access === 'anyone') return true;
  if (access === 'nobody') return false;
  return access.some((id) => session.verified.has(id));
}

/** A file that P2 names: its id and itself, or the status word that says why not. */
export type Reference = { readonly id: number; readonly file: ElementaryFile } | number;

/**
 * The file that P2 means in VERIFY, COMPUTE DIGITAL SIGNATURE and INTERNAL AUTHENTICATE: `80` the current EF, `80 | SFI` the one of that id,
 * which then becomes current.
 */
export function referenced(session: Session, p2: number): Reference {
  if ((p2 & 0xe0) !== 0x80) return SW.wrongParameters;
  const sfi = p2 & 0x1f;
  const id = sfi === 0 ? session.fileId : sfi;
  if (id === undefined) return SW.noCurrentFile;
  const file = session.application?.files.get(id);
  if (!file) return SW.referencedDataNotFound;
  session.fileId = id;
  return { id, file };
}
