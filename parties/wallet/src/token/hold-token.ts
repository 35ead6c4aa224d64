import { ApduError, connectCard, type HeldCard } from '@tegata/apdu';
import type { SoftwareChip } from '@tegata/chip';
import { WalletError } from '../error.ts';

/** What a contactless reader answers for a phone: it invents an ATR without historical bytes (PC/SC part 3). */
export const PHONE_ATR = Uint8Array.from([0x3b, 0x80, 0x80, 0x01, 0x01]);

/** The phone at a reader. */
export interface TokenInField {
  readonly held: boolean;
  /** @throws {WalletError} `reader-unreachable` */
  hold(chip: SoftwareChip, port: number): Promise<void>;
  remove(): Promise<void>;
}

/** Holds the phone's JPKI-AP to readers of this machine, one at a time: ours, or the vpcd of a pcscd. */
export function tokenInField(): TokenInField {
  let card: HeldCard | undefined;
  const remove = async () => {
    const leaving = card;
    card = undefined;
    leaving?.remove();
    await leaving?.gone;
  };
  return {
    get held() {
      return card !== undefined;
    },
    async hold(chip, port) {
      await remove();
      const held = await connectCard({ host: '127.0.0.1', port, atr: PHONE_ATR, chip }).catch((error: unknown) => {
        if (!(error instanceof ApduError)) throw error;
        throw new WalletError('reader-unreachable', 'No reader listens there. Start the reader, then hold the phone.', {
          port,
        });
      });
      card = held;
      void held.gone.then(() => {
        if (card === held) card = undefined;
      });
    },
    remove,
  };
}
