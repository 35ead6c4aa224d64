import type { KeyObject } from 'node:crypto';

/** What a token says of its signer. These are claims of whoever sent it. */
export interface SignerHint {
  readonly form: 'cwt' | 'jwt';
  /** Certificates (DER), signer first; empty where the token carries none. */
  readonly x5chain: readonly Uint8Array[];
  readonly kid?: Uint8Array | string;
}

/**
 * The caller's trust: gives the key by which the token has to be signed, after it has validated the chain to its own anchors, or
 * undefined when the signer is not trusted. Where a token carries no certificate, that is the key that signed the credential. A
 * secret key is for tokens that are authenticated by a COSE_Mac0.
 */
export type TrustedSigner = (hint: SignerHint) => KeyObject | undefined;
