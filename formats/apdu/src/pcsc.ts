import { setTimeout as sleep } from 'node:timers/promises';
import { ApduError } from './error.ts';
import type { CardSession } from './listen-for-card.ts';
import { loadPcscMini, type PcscMini, type PcscMiniCard, type PcscMiniReader } from './pcsc-mini.ts';

/** A reader that the system knows. */
export interface PcscReader {
  readonly name: string;
  /** Whether a card is in it that can be used. */
  readonly present: boolean;
}

/** How to come to a card. */
export interface PcscCardOptions {
  /** The reader's name, or a part of it that no other has; any reader with a card when absent. */
  readonly reader?: string;
  /** How long a person may take to put the card on, milliseconds (default 30 s). */
  readonly timeoutMs?: number;
}

/** The card readers of this machine. */
export interface Pcsc {
  /** The readers and whether a card is in them. */
  readers(): Promise<PcscReader[]>;
  /**
   * Waits for a card and takes it for itself until `close`, which resets it: no other program gets between, nor finds a PIN verified.
   * @throws {ApduError} `reader-unknown`, `reader-ambiguous`, `no-card`, `card-removed`; from `transmit` also `card-timeout`
   */
  card(options?: PcscCardOptions): Promise<CardSession>;
  close(): void;
}

/** What opening needs. */
export interface OpenPcscOptions {
  /** Gives `pcsc-mini` (default: from where this house is installed). */
  readonly load?: () => Promise<PcscMini>;
  /** How long the service may take to name its first reader, milliseconds (default 1,000). */
  readonly settleMs?: number;
  /** How long one command may take (default 10 s). */
  readonly commandTimeoutMs?: number;
}

// PC/SC's own numbers, the same on every system.
const PRESENT = 0x20;
const MUTE_OR_TAKEN = 0x200 | 0x80;
const SHARED = 2;
const RESET = 1;
/** The longest answer of an extended Le, and its status word; with less room the command fails. */
const ROOM = 65_538;
const GONE = new Set([
  'RemovedCard',
  'NoSmartCard',
  'ResetCard',
  'UnpoweredCard',
  'UnresponsiveCard',
  'ReaderUnavailable',
  'UnknownReader',
]);
const STEP_MS = 20;

/**
 * Opens the system's PC/SC service. The package for it is loaded now, not before.
 * @throws {ApduError} `pcsc-missing` with the command that installs it; `pcsc-unavailable` when no service answers
 * @example
 * const pcsc = await openPcsc();
 * const card = await pcsc.card({ reader: 'Virtual PCD 00 00' });
 */
export async function openPcsc(options: OpenPcscOptions = {}): Promise<Pcsc> {
  const { load = loadPcscMini, settleMs = 1000, commandTimeoutMs = 10_000 } = options;
  const { Client } = await load();
  const known = new Map<string, { reader: PcscMiniReader; status: number }>();
  let failed = false;
  const client = new Client();
  client.on('error', () => {
    failed = true;
  });
  client.on('reader', (reader) => {
    const entry = { reader, status: 0 };
    known.set(reader.name(), entry);
    // The answer to reset that comes along is overwritten by the time that it arrives: the card itself is asked for it.
    reader.on('change', (status) => {
      entry.status = status.raw;
    });
    reader.on('disconnect', () => {
      if (known.get(reader.name()) === entry) known.delete(reader.name());
    });
  });
  try {
    client.start();
  } catch {
    throw unavailable();
  }

  const has = (status: number) => (status & PRESENT) !== 0 && (status & MUTE_OR_TAKEN) === 0;
  // The service names its readers one by one and never says that it is done.
  const settled = async () => {
    for (let waited = 0; known.size === 0 && waited < settleMs; waited += STEP_MS) {
      if (failed) throw unavailable();
      await sleep(STEP_MS);
    }
    await sleep(STEP_MS);
    if (failed) throw unavailable();
  };
  const pick = (wanted: string | undefined) => {
    const names = [...known.keys()];
    const fitting =
      wanted === undefined ? names : names.includes(wanted) ? [wanted] : names.filter((name) => name.includes(wanted));
    if (wanted !== undefined && fitting.length === 0) throw unknown(names.length);
    if (wanted !== undefined && fitting.length > 1) throw ambiguous(fitting.length);
    const ready = fitting.filter((name) => has(known.get(name)?.status ?? 0));
    if (ready.length > 1) throw ambiguous(ready.length);
    return ready[0] === undefined ? undefined : known.get(ready[0]);
  };

  return {
    async readers() {
      await settled();
      return [...known.values()].map(({ reader, status }) => ({ name: reader.name(), present: has(status) }));
    },
    async card({ reader: wanted, timeoutMs = 30_000 } = {}) {
      await settled();
      for (let waited = 0; ; waited += STEP_MS) {
        if (failed) throw unavailable();
        const found = pick(wanted);
        if (found) return sessionWith(await connected(found.reader), commandTimeoutMs);
        if (waited >= timeoutMs)
          throw new ApduError('no-card', 'No card was put on a reader. Put it on and try again.');
        await sleep(STEP_MS);
      }
    },
    close() {
      client.stop();
    },
  };
}

async function connected(reader: PcscMiniReader): Promise<PcscMiniCard> {
  try {
    return await reader.connect(SHARED);
  } catch (error) {
    throw asApduError(error);
  }
}

async function sessionWith(card: PcscMiniCard, timeoutMs: number): Promise<CardSession> {
  const [ours, atr] = await begin(card).catch((error: unknown) => {
    throw asApduError(error);
  });
  const room = new ArrayBuffer(ROOM);
  let open = true;
  return {
    atr,
    async transmit(command) {
      if (!open) throw new ApduError('card-removed', 'This session with the card has ended. Put the card on again.');
      // The answer lies in the room, which the next one overwrites.
      return Uint8Array.from(await inTime(card.transmit(command, room), timeoutMs));
    },
    async close() {
      if (!open) return;
      open = false;
      // A card that has left cannot be reset, and need not be.
      await ours.end(RESET).catch(() => {});
      await card.disconnect(RESET).catch(() => {});
    },
  };
}

async function inTime(answer: Promise<Uint8Array>, timeoutMs: number): Promise<Uint8Array> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(new ApduError('card-timeout', 'The card did not answer in time. Put it on again.', { ms: timeoutMs })),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw asApduError(error);
  } finally {
    clearTimeout(timer);
  }
}

async function begin(card: PcscMiniCard) {
  const ours = await card.transaction();
  const { atr } = await card.state();
  return [ours, Uint8Array.from(atr)] as const;
}

/** What the service says, in our words; its own text may name the command. */
function asApduError(error: unknown): ApduError {
  if (error instanceof ApduError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (GONE.has(code)) {
    return new ApduError('card-removed', 'The card left the reader. Hold it still until the reading has ended.');
  }
  return new ApduError('pcsc-unavailable', 'The PC/SC service refused. Is another program using the card?', {
    reason: code.slice(0, 40),
  });
}

function unavailable(): ApduError {
  return new ApduError('pcsc-unavailable', 'No PC/SC service answers. On Linux install and start pcscd.');
}

function unknown(readers: number): ApduError {
  return new ApduError('reader-unknown', 'No card reader has this name. "tegata card readers" lists them.', {
    readers,
  });
}

function ambiguous(readers: number): ApduError {
  return new ApduError('reader-ambiguous', 'More than one card reader fits. Name one with --reader.', { readers });
}
