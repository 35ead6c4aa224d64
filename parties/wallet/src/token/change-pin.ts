import { encodeCommand, parseResponse, SW, triesLeft } from '@tegata/apdu';
import { JPKI_AID } from '@tegata/card-files';
import type { SoftwareChip } from '@tegata/chip';
import { WalletError } from '../error.ts';

/** Which PIN: of the authentication certificate, or the password of the signature certificate. */
export type PinName = 'auth' | 'signature';

const KEY_FILE: Readonly<Record<PinName, number>> = { auth: 0x18, signature: 0x1b };
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/**
 * Changes a PIN as any program would do it: VERIFY of the old one, then CHANGE, on the chip itself, so that its counter guards
 * this way in too.
 * @throws {WalletError} `wrong-certificate-pin` with the tries left, `certificate-pin-locked`
 */
export function changePin(
  chip: SoftwareChip,
  name: PinName,
  pins: { readonly old: string; readonly new: string },
): void {
  const send = (ins: number, p1: number, p2: number, data: Uint8Array) =>
    parseResponse(chip.transmit(encodeCommand({ cla: 0, ins, p1, p2, data }))).sw;
  const unexpected = (sw: number) => new Error(`the phone's own chip answered ${sw.toString(16)}`);
  try {
    const selected = send(0xa4, 0x04, 0x0c, JPKI_AID);
    if (selected !== SW.ok) throw unexpected(selected);
    const verified = send(0x20, 0, 0x80 | KEY_FILE[name], bytes(pins.old));
    if (verified !== SW.ok) {
      const left = triesLeft(verified);
      if (left === undefined) throw unexpected(verified);
      if (left > 0) throw new WalletError('wrong-certificate-pin', 'The PIN is wrong.', { triesLeft: left });
      throw new WalletError('certificate-pin-locked', 'The PIN is locked: reset it with your card.', { triesLeft: 0 });
    }
    const changed = send(0x24, 0x01, 0x80, bytes(pins.new));
    if (changed !== SW.ok) throw unexpected(changed);
  } finally {
    chip.reset();
  }
}
