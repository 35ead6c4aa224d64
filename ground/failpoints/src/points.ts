/** Every place where a drill may break a party, in the order in which an application passes them. */
export const failpoints = [
  'smp.before-receive',
  'smp.receive-uncommitted',
  'smp.after-receive',
  'smp.before-verify',
  'smp.after-ocsp',
  'smp.after-verify',
  'smp.before-plan',
  'smp.after-plan-answer',
  'smp.after-prepared',
  'smp.before-signature',
  'smp.after-signature-answer',
  'smp.after-signed',
  'smp.before-certificates',
  'smp.after-certificates-answer',
  'smp.after-certified',
  'smp.before-deliver',
  'smp.after-deliver-answer',
  'smp.after-offered',
  'smp.before-receipt',
  'smp.receipt-uncommitted',
  'smp.after-receipt',
  'smp.before-tell-jpki',
  'smp.after-tell-jpki-answer',
  'smp.before-destroy',
  'smp.after-destroy-answer',
  // Not of the SMP: in the chip of a card, between the stored counter and the comparison.
  'chip.tries-stored',
] as const;

/** The name of one of them. */
export type Failpoint = (typeof failpoints)[number];
