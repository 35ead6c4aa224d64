import type { RevocationReason } from '@tegata/x509-build';
import type { Device } from './schema.ts';

/** A reason for which a certificate ends for good. */
export type EndReason = Exclude<RevocationReason, 'unspecified' | 'certificateHold'>;

/** What ends by an event, by device and kind; what is not named stays. */
export interface Trigger {
  readonly card: Readonly<Partial<Record<'sign' | 'auth', EndReason>>>;
  readonly phone: Readonly<Partial<Record<'sign' | 'auth', EndReason>>>;
}

const both = (reason: EndReason) => ({ sign: reason, auth: reason });

/**
 * Every event that ends certificates, what it ends and for which reason (jpki.md §8). A row that ends a card's certificate ends the
 * phone's of the same kind too; the key in the phone is not lost with the card, so that its reason may be another.
 */
export const triggers = {
  /** Name, birth date, sex or address changed: a signature certificate says them, a user-authentication certificate does not. */
  'attributes-changed': { card: { sign: 'affiliationChanged' }, phone: { sign: 'affiliationChanged' } },
  death: { card: both('cessationOfOperation'), phone: both('cessationOfOperation') },
  'moved-abroad': { card: both('cessationOfOperation'), phone: both('cessationOfOperation') },
  'card-lost': { card: both('keyCompromise'), phone: both('cessationOfOperation') },
  /** The holder's wish. */
  'card-withdrawn': { card: both('cessationOfOperation'), phone: both('cessationOfOperation') },
  'card-reissued': { card: both('superseded'), phone: both('superseded') },
  'phone-lost': { card: {}, phone: both('keyCompromise') },
  /** The holder's wish, or the phone is given away. */
  'phone-withdrawn': { card: {}, phone: both('cessationOfOperation') },
  'phone-replaced': { card: {}, phone: both('superseded') },
} as const satisfies Record<string, Trigger>;

/** The name of an event. */
export type EventName = keyof typeof triggers;
/** All of them. */
export const eventNames = Object.keys(triggers) as [EventName, ...EventName[]];

/** Events that happen to a phone and leave the card as it is. */
export function concernsPhoneOnly(event: EventName): boolean {
  return Object.keys(triggers[event].card).length === 0;
}

/** What an event ends. */
export function endsBy(event: EventName, device: Device, ca: 'sign' | 'auth'): EndReason | undefined {
  const row: Trigger = triggers[event];
  return row[device][ca];
}

/**
 * Why a phone's certificate ends when the card's certificate that it hangs on ends for a reason; undefined where it stays: who moves
 * house still is who they are.
 */
export function cascadeReason(reason: EndReason, phoneCa: 'sign' | 'auth'): EndReason | undefined {
  if (reason === 'affiliationChanged') return phoneCa === 'sign' ? reason : undefined;
  return reason === 'keyCompromise' ? 'cessationOfOperation' : reason;
}
