import type { CardReader } from '@tegata/apdu';
import { encodePinReset, PIN_RESET_CONTENT_TYPE } from '@tegata/application';
import type { Clock } from '@tegata/clock';
import { prepareSignedData } from '@tegata/cms';
import { unlockKey } from './card/signing-key.ts';
import type { PhonePins, Wire } from './wire.ts';

/** What resetting needs. */
export interface Resetting {
  readonly wire: Wire;
  readonly reader: CardReader;
  readonly clock: Clock;
  readonly cardWaitMs: number;
}

/**
 * Sets new PINs for the phone's certificates, for who has forgotten them or used up their tries: the card signs the wish with its
 * signature key, the SMP permits it, and the wallet sets the PINs. They go to the wallet on the same phone alone.
 * @throws {ApplicantAppError} as `unlockKey`; `smp-unreachable`, `wallet-unreachable`
 * @throws {RefusedByPeer} with the code of SMP or wallet
 */
export async function resetPins(
  { wire, reader, clock, cardWaitMs }: Resetting,
  request: {
    /** Of the card, ASCII in capitals. */
    readonly signaturePassword: Uint8Array;
    readonly confirmLastTry: boolean;
    readonly pins: Partial<PhonePins>;
  },
): Promise<void> {
  const { reference, nonce } = await wire.beginPinReset();
  const { session, challenge } = await wire.openSession('ios');
  const card = await reader.waitForCard({ timeoutMs: cardWaitMs });
  let signed: Uint8Array;
  try {
    const { confirmLastTry, signaturePassword: secret } = request;
    const key = await unlockKey({ card, key: 'sign', secret, confirmLastTry });
    const prepared = prepareSignedData({
      content: encodePinReset({ version: 1, session, challenge, reference, nonce }),
      eContentType: PIN_RESET_CONTENT_TYPE,
      certificate: key.certificate,
      signingTime: new Date(Math.floor(clock.now().getTime() / 1000) * 1000),
    });
    signed = prepared.finish(await key.sign(prepared.toBeSigned));
  } finally {
    await card.close();
  }
  await wire.finishPinReset(await wire.permitPinReset(session, signed), request.pins);
}
