import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectCardOptions, connectCard, type HeldCard } from './connect-card.ts';
import { ApduError } from './error.ts';

/** Where a card is: in the reader, in the hand before a reader that does not listen, or taken out. */
export type VpcdState = 'in-reader' | 'waiting' | 'out';

/** What a card at a vpcd needs. */
export interface VpcdCardOptions extends Omit<ConnectCardOptions, 'removed'> {
  /** How long to wait before the reader is tried again, milliseconds (default 500). */
  readonly retryMs?: number;
  /** Told of every change. */
  readonly changed?: (state: VpcdState) => void;
}

/** A card that is put into a reader and taken out again while both run. */
export interface VpcdCard {
  readonly state: VpcdState;
  /** Puts the card in; when the reader does not listen, or goes away, it is tried again until `remove`. */
  insert(): void;
  /** Takes the card out; settles when it is out. A command under way stays unanswered. */
  remove(): Promise<void>;
}

/**
 * A chip at a virtual reader, ours or pcscd's vpcd: any {@link Chip} can sit there, a card or a phone's applications for NFC.
 * @example
 * const card = vpcdCard({ host: '127.0.0.1', port: 35963, atr, chip });
 * card.insert();
 * await card.remove();
 */
export function vpcdCard({ retryMs = 500, changed = () => {}, ...reader }: VpcdCardOptions): VpcdCard {
  let state: VpcdState = 'out';
  let stay: { readonly out: AbortController; readonly ended: Promise<void> } | undefined;
  const become = (next: VpcdState) => {
    if (next === state) return;
    state = next;
    changed(next);
  };

  const keepIn = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const card = await holdIfListening(reader);
      if (card) {
        const leave = () => card.remove();
        if (signal.aborted) leave();
        else {
          signal.addEventListener('abort', leave, { once: true });
          become('in-reader');
        }
        await card.gone;
        signal.removeEventListener('abort', leave);
      }
      if (signal.aborted) break;
      become('waiting');
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
    become('out');
  };

  return {
    get state() {
      return state;
    },
    insert() {
      if (stay) return;
      const out = new AbortController();
      stay = { out, ended: keepIn(out.signal) };
    },
    async remove() {
      const leaving = stay;
      stay = undefined;
      leaving?.out.abort();
      await leaving?.ended;
    },
  };
}

async function holdIfListening(reader: ConnectCardOptions): Promise<HeldCard | undefined> {
  try {
    return await connectCard(reader);
  } catch (error) {
    if (error instanceof ApduError && error.code === 'no-card') return undefined;
    throw error;
  }
}
