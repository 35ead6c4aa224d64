import { z } from 'zod';
import type { Persona } from '../persona.ts';
import { SIGNED_RECORDS } from './broken-signature.ts';

/**
 * What can be wrong with a card in the hand (card.md §15): some of it is personalised into the card, some happens on the way to the reader. In a
 * persona's data file, or for one holding.
 */
export const handoverFaults = z.strictObject({
  /** No attempt is left. `card` is the PIN of common AP and resident AP. */
  lockedPins: z
    .array(z.enum(['text', 'auth', 'signature', 'card']))
    .max(4)
    .optional(),
  /** EF 0008 is `00 8F 00`, and nobody set a password. */
  noSignatureCertificate: z.literal(true).optional(),
  /** The card ended yesterday. */
  expired: z.literal(true).optional(),
  /** These signatures are other ones by one bit. */
  brokenSignatures: z.array(z.enum(SIGNED_RECORDS)).max(SIGNED_RECORDS.length).optional(),
  /** The data object `7F21` is missing, as on older cards. */
  withoutCardCertificate: z.literal(true).optional(),
  /** No card but a phone: the JPKI-AP only, in the phone's form. */
  profile: z.enum(['android', 'ios']).optional(),
  /** Each answer comes so many milliseconds late. */
  slowMs: z.int().min(1).max(10_000).optional(),
  /** After so many commands the card is out of the field. */
  pulledAfter: z.int().min(0).max(100_000).optional(),
  /** Answers come in pieces of at most so many bytes, with `61xx`, as over T=0. */
  pieces: z.int().min(1).max(256).optional(),
});

/** What is wrong with a card in the hand. */
export type HandoverFaults = z.infer<typeof handoverFaults>;

/** The person whose card has these faults too: what can be said in a persona's data is said there. */
export function personaWith(persona: Persona, faults: HandoverFaults): Persona {
  const all = { ...persona.faults, ...faults };
  const locked = Object.fromEntries((all.lockedPins ?? []).map((name) => [name, 0]));
  return {
    ...persona,
    faults: all,
    triesLeft: { ...persona.triesLeft, ...locked },
    ...(all.noSignatureCertificate ? { pins: { ...persona.pins, signature: null } } : {}),
    card: {
      ...persona.card,
      ...(all.expired ? { expiresInDays: -1 } : {}),
      ...(all.withoutCardCertificate ? { withoutCardCertificate: true } : {}),
    },
  };
}
