import type { Clock } from '@tegata/clock';
import type { KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildAttestationRoot, buildAttestationSigner } from '@tegata/x509-build';

/** What the wallet provider signs key attestations with. */
export interface WalletProviderAuthority {
  /** The attestation root, DER: the trust anchor of the SMP. */
  readonly root: Uint8Array;
  /** Certificates for x5c, leaf first, without the root. */
  readonly chain: readonly Uint8Array[];
  readonly signer: Signer;
}

const DAY = 24 * 60 * 60 * 1000;
/** A signer's certificate with less left than this is followed by a new one over the same key. */
const REST = 30 * DAY;

/**
 * Makes the attestation root and the signer below it. Keys and certificates keep their names in the key store, so that an SMP
 * that trusts the root goes on trusting it after a restart; the signer's certificate is made anew before it ends.
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 */
export async function makeAuthority(options: {
  clock: Clock;
  random: Random;
  keys: KeyStore;
}): Promise<WalletProviderAuthority> {
  const { clock, random, keys } = options;
  const notBefore = new Date(Math.floor(clock.now().getTime() / 1000) * 1000);
  const lasts = (der: Uint8Array) => parseCertificate(der).notAfter.getTime() - clock.now().getTime() > REST;
  const rootSigner = await keys.signerOrNew('wallet-provider/root', 'P-256');
  const signer = await keys.signerOrNew('wallet-provider/attestation', 'P-256');
  const root = await keys.certificateOrNew('wallet-provider/root', () =>
    buildAttestationRoot({ signer: rootSigner, random, notBefore }),
  );
  const leaf = await keys.certificateOrNew(
    'wallet-provider/attestation',
    () =>
      buildAttestationSigner({
        issuer: { certificate: root, signer: rootSigner },
        publicKey: signer.publicKey,
        random,
        notBefore,
      }),
    lasts,
  );
  return { root, chain: [leaf], signer };
}
