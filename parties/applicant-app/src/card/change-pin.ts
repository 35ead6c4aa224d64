import { SW, type Transport } from '@tegata/apdu';
import { hasApplication, selectFile, send, unexpected } from '../card-commands.ts';
import { ApplicantAppError } from '../error.ts';
import { PIN_PLACES, type PinKind, type PinPlace, showPin, stopBeforeLastTry } from './pins.ts';

/** What a change needs. */
export interface ChangePinOptions {
  readonly card: Transport;
  readonly kind: PinKind;
  /** ASCII, see `pinBytes`. */
  readonly current: Uint8Array;
  readonly next: Uint8Array;
  readonly confirmLastTry: boolean;
}

const SELECTED = 0x80;

/**
 * Changes a PIN or password: the old one is shown, then the new one is set (card.md §3). The card PIN lies in two applications: both are tried
 * with the old value before either is changed.
 * @throws {ApplicantAppError} `pin-not-on-card`, `pin-locked`, `signature-password-locked`, `last-try`, `wrong-pin`, `wrong-signature-password`,
 *   `card-hostile`
 * @throws {ApduError} `card-removed`, `card-timeout`, `card-hostile`
 */
export async function changePin({ card, kind, current, next, confirmLastTry }: ChangePinOptions): Promise<void> {
  const places: PinPlace[] = [];
  for (const place of PIN_PLACES[kind]) if (await hasApplication(card, place.application)) places.push(place);
  if (places.length === 0) {
    throw new ApplicantAppError('pin-not-on-card', 'This card has no such PIN.', { pin: kind });
  }
  if (places.length > 1) {
    for (const place of places) await unlock(card, place, current, confirmLastTry);
  }
  for (const place of places) {
    await unlock(card, place, current, confirmLastTry);
    // The value belongs to the file that VERIFY was for, so that file is the selected one.
    await selectFile(card, place.file);
    const jicsap = place.application === 'common' || place.application === 'resident';
    const header = jicsap ? { cla: 0x80, ins: 0x32, p1: 0x00 } : { cla: 0x00, ins: 0x24, p1: 0x01 };
    const { sw } = await send(card, { ...header, p2: SELECTED, data: next });
    if (sw !== SW.ok) throw unexpected('change of a PIN', sw);
  }
}

async function unlock(card: Transport, place: PinPlace, current: Uint8Array, confirmLastTry: boolean): Promise<void> {
  await hasApplication(card, place.application);
  await stopBeforeLastTry(card, place, confirmLastTry);
  await showPin(card, place, current);
}
