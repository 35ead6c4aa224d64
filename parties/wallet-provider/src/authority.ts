import type { Clock } from '@tegata/clock';
import type { KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { buildAttestationRoot, buildAttestationSigner } from '@tegata/x509-build';

/** What the wallet provider signs key attestations with. */
export interface WalletProviderAuthority {
  /** The attestation root, DER: the trust anchor of the SMP. */
  readonly root: Uint8Array;
  /** Certificates for x5c, leaf first, without the root. */
  readonly chain: readonly Uint8Array[];
  readonly signer: Signer;
}

/**
 * Makes the attestation root and the signer below it. The keys keep their names in the key store; certificates are made anew
 * over the same keys at each start, so that none is close to its end.
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 */
export async function makeAuthority(options: {
  clock: Clock;
  random: Random;
  keys: KeyStore;
}): Promise<WalletProviderAuthority> {
  const { random, keys } = options;
  const notBefore = new Date(Math.floor(options.clock.now().getTime() / 1000) * 1000);
  const rootSigner = await keys.signerOrNew('wallet-provider-root', 'P-256');
  const signer = await keys.signerOrNew('wallet-provider-attestation', 'P-256');
  const root = await buildAttestationRoot({ signer: rootSigner, random, notBefore });
  const leaf = await buildAttestationSigner({
    issuer: { certificate: root, signer: rootSigner },
    publicKey: signer.publicKey,
    random,
    notBefore,
  });
  return { root, chain: [leaf], signer };
}
