/** Every place where a drill may break a party, in the order in which an application passes them. */
export const failpoints = [
  'smp.before-receive',
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
  'smp.before-deliver',
  'smp.after-deliver-answer',
  'smp.after-offered',
  'smp.before-receipt',
  'smp.after-receipt',
] as const;

/** The name of one of them. */
export type Failpoint = (typeof failpoints)[number];
