import type { Clock } from '@tegata/clock';
import type { KeyAlgorithm, KeyStore, Signer } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { type Certificate, parseCertificate, sameBytes } from '@tegata/x509';
import { buildJpkiCa, type JpkiCa, keyIdentifier } from '@tegata/x509-build';
import { JpkiError } from './error.ts';
import { type OcspResponder, responders } from './responder.ts';

/** What makes and keeps the generations. */
export interface Ceremony {
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyStore;
  /** The keys of generations that are made from now on (default RSA-2048; the next card has P-384). */
  readonly algorithm?: 'RSA-2048' | 'P-384';
  /** The keys of the OCSP responders that are made from now on (default P-256: they sign for everyone who asks). */
  readonly ocspAlgorithm?: KeyAlgorithm;
}

/** One generation of a CA: a key and its self-signed certificate. All generations of a CA have one name. */
export interface Generation {
  /** Counted from 1. */
  readonly number: number;
  /** The certificate, DER. */
  readonly ca: Uint8Array;
  /** The same, read. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** Hex of the key identifier: what tells the generations apart. */
  readonly keyId: string;
  /** The responder that the generation delegates OCSP to; its certificate is made anew when less than 30 days of it are left. */
  responder(): Promise<OcspResponder>;
}

/** The generation that an installation had before it had several keeps its names in the key store. */
const FIRST_NAMED = 3;
const nameOf = (ca: JpkiCa, number: number, what: 'ca' | 'ocsp') =>
  number === FIRST_NAMED ? `jpki-${ca}-${what}` : `jpki-${ca}-${what}-${number}`;

/**
 * Makes a generation, or finds it in the key store.
 * @throws {JpkiError} `ca-certificate-mismatch` when a kept certificate is of another key
 */
export async function makeGeneration(
  ceremony: Ceremony,
  ca: JpkiCa,
  number: number,
  notBefore: Date,
): Promise<Generation> {
  const { keys, random, algorithm = 'RSA-2048', ocspAlgorithm = 'P-256' } = ceremony;
  const [signer, responderSigner] = await Promise.all([
    keys.signerOrNew(nameOf(ca, number, 'ca'), algorithm),
    keys.signerOrNew(nameOf(ca, number, 'ocsp'), ocspAlgorithm),
  ]);
  const der = await keys.certificateOrNew(nameOf(ca, number, 'ca'), () =>
    buildJpkiCa({ ca, signer, random, notBefore }),
  );
  const certificate = parseCertificate(der);
  if (!sameBytes(certificate.spki.raw, signer.publicKey.export({ type: 'spki', format: 'der' }))) {
    const message = 'The kept CA certificate does not belong to the key in the key store.';
    throw new JpkiError('ca-certificate-mismatch', message, { ca, generation: String(number) });
  }
  return {
    number,
    ca: der,
    certificate,
    signer,
    keyId: Buffer.from(keyIdentifier(signer.publicKey)).toString('hex'),
    responder: responders({ ...ceremony, ca, certificate, signer, responderSigner }),
  };
}

class Absent extends Error {}

/** The certificate of a generation that the key store has; undefined where it has none. */
export async function keptGeneration(keys: KeyStore, ca: JpkiCa, number: number): Promise<Certificate | undefined> {
  try {
    const der = await keys.certificateOrNew(nameOf(ca, number, 'ca'), () => Promise.reject(new Absent()));
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof Absent) return undefined;
    throw error;
  }
}
