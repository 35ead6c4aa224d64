import type { Clock } from '@tegata/clock';
import type { KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { type Certificate, parseCertificate, sameBytes } from '@tegata/x509';
import { buildJpkiCa, buildOcspResponder, type JpkiCa, jpkiCaName } from '@tegata/x509-build';
import { JpkiError } from './error.ts';

/** One of the two CAs. */
export interface CertificationAuthority {
  /** The CA's certificate, DER: the trust anchor of those who verify. */
  readonly ca: Uint8Array;
  /** The same, read. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** The responder that the CA delegates OCSP to; its certificate is made anew when less than 30 days of it are left. */
  responder(): Promise<OcspResponder>;
}

/** A delegated OCSP responder. */
export interface OcspResponder {
  readonly certificate: Uint8Array;
  readonly signer: Signer;
}

/** Both CAs, apart: a verifier keeps their anchors in two stores. */
export interface JpkiAuthority {
  readonly sign: CertificationAuthority;
  readonly auth: CertificationAuthority;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Makes both CAs and their responders. Keys and CA certificates keep their names in the key store, so that an authority is the
 * same after a restart.
 * @throws {JpkiError} `ca-certificate-mismatch` when a kept certificate is of another key
 * @example
 * const authority = await makeAuthority({ clock, random, keys });
 * const trust = { jpkiSign: [authority.sign.ca], jpkiAuth: [authority.auth.ca] };
 */
export async function makeAuthority(options: {
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyStore;
}): Promise<JpkiAuthority> {
  const make = async (ca: JpkiCa): Promise<CertificationAuthority> => {
    const [signer, responderSigner] = await Promise.all([
      options.keys.signerOrNew(`jpki-${ca}-ca`, 'RSA-2048'),
      options.keys.signerOrNew(`jpki-${ca}-ocsp`, 'RSA-2048'),
    ]);
    const notBefore = options.clock.now();
    const der = await options.keys.certificateOrNew(`jpki-${ca}-ca`, () =>
      buildJpkiCa({ ca, signer, random: options.random, notBefore }),
    );
    const certificate = parseCertificate(der);
    if (!sameBytes(certificate.spki.raw, signer.publicKey.export({ type: 'spki', format: 'der' }))) {
      throw new JpkiError(
        'ca-certificate-mismatch',
        'The kept CA certificate does not belong to the key in the key store.',
        {
          ca,
        },
      );
    }
    return {
      ca: der,
      certificate,
      signer,
      responder: responders({ ...options, ca, certificate, signer, responderSigner }),
    };
  };
  const [sign, auth] = await Promise.all([make('sign'), make('auth')]);
  return { sign, auth };
}

/** Hands out the current responder certificate, and makes the next one in time. */
function responders(options: {
  readonly ca: JpkiCa;
  readonly clock: Clock;
  readonly random: Random;
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly responderSigner: Signer;
}): () => Promise<OcspResponder> {
  const { ca, certificate, signer, responderSigner, random } = options;
  let current: { readonly from: number; readonly until: number; readonly made: Promise<OcspResponder> } | undefined;
  const make = async (notBefore: Date, notAfter: Date): Promise<OcspResponder> => ({
    signer: responderSigner,
    certificate: await buildOcspResponder({
      issuer: { certificate, signer },
      publicKey: responderSigner.publicKey,
      random,
      notBefore,
      notAfter,
      subject: [...jpkiCaName(ca), ['CN', 'TEST OCSP responder']],
    }),
  });
  return () => {
    const now = options.clock.now().getTime();
    if (!current || now < current.from || now > current.until - 30 * DAY) {
      const until = now + 90 * DAY;
      current = { from: now, until, made: make(new Date(now), new Date(until)) };
    }
    return current.made;
  };
}
