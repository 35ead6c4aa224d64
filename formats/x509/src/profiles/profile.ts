import type { Rule } from '../rules/rule.ts';

/** The rules of a use. */
export interface Profile {
  readonly rules: readonly Rule[];
  /** Rules for the anchor at the end of the path; none where the certificate is itself the anchor. */
  readonly anchor?: readonly Rule[];
  /** The certificate is itself one of the trusted ones. */
  readonly end?: true;
  /** The certificate may be itself one of the trusted ones. */
  readonly pinnable?: true;
  /** Rules for what stands between leaf and anchor where only a link from a new root to the old one may. */
  readonly link?: readonly Rule[];
  /** Certificates allowed between leaf and anchor. */
  readonly maxIntermediates: number;
  /** Whether `interop` loosens the rules for the certificate itself too, and not for its anchor alone. */
  readonly foreign?: true;
  /**
   * Certificates above are asked for no more than RFC 5280 §6.1.4 asks: a keyUsage that is missing allows everything, and basicConstraints need not
   * be marked critical.
   */
  readonly rfc5280?: true;
  /** Issuer and subject are compared octet for octet (ISO/IEC 18013-5), not by RFC 5280 §7.1. */
  readonly binaryNames?: true;
  /** Policies that are accepted under an arc; checked only where present. */
  readonly policies?: (arc: string) => readonly string[];
  /** Policies of the hierarchy in which the operators of JPKI test. */
  readonly testPolicies?: readonly string[];
}
