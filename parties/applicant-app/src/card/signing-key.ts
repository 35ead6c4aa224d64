import { createHash, verify as verifySignature } from 'node:crypto';
import type { Transport } from '@tegata/apdu';
import { type Certificate, keyKind, parseCertificate, X509Error } from '@tegata/x509';
import { computeSignature, selectApplication } from '../card-commands.ts';
import { ApplicantAppError } from '../error.ts';
import { PIN_PLACES, showPin, stopBeforeLastTry } from './pins.ts';
import { readCertificate, readToken } from './read-certificates.ts';

/** A key of the card that the holder has unlocked. */
export interface UnlockedKey {
  readonly certificate: Certificate;
  /** What the card signs is the hash of the data. */
  readonly digest: 'sha256' | 'sha384';
  /**
   * Has the card sign: PKCS#1 v1.5 with an RSA key, ECDSA in DER with a P-384 key.
   * @throws {ApplicantAppError} `card-hostile` when the signature is not the certificate's
   */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** What unlocking needs. */
export interface UnlockKeyOptions {
  readonly card: Transport;
  /** The key of user authentication or of signatures. */
  readonly key: 'auth' | 'sign';
  /** Its PIN or password in ASCII, see `pinBytes`. */
  readonly secret: Uint8Array;
  readonly confirmLastTry: boolean;
}

const SIGNING_KEYS = { auth: 0x97, sign: 0x9a } as const;
const GIVEN_HASH = 0x02;

/**
 * Unlocks a key of the card with its PIN or password, which is shown once.
 * @throws {ApplicantAppError} `no-signature-certificate`, `no-authentication-certificate`, `wrong-pin`, `wrong-signature-password`, `pin-locked`,
 *   `signature-password-locked`, `last-try`, `card-hostile`
 * @throws {ApduError} `card-removed`, `card-timeout`, `card-hostile`
 * @example
 * const key = await unlockKey({ card, key: 'auth', secret: pinBytes('auth', '1234'), confirmLastTry: false });
 * const signature = await key.sign(data);
 */
export async function unlockKey({ card, key, secret, confirmLastTry }: UnlockKeyOptions): Promise<UnlockedKey> {
  await selectApplication(card, 'jpki');
  const { available } = await readToken(card);
  if (!available[key]) {
    throw key === 'sign'
      ? new ApplicantAppError('no-signature-certificate', 'The card has no signature certificate.')
      : new ApplicantAppError('no-authentication-certificate', 'The card has no authentication certificate.');
  }
  const [place] = PIN_PLACES[key];
  await stopBeforeLastTry(card, place, confirmLastTry);
  await showPin(card, place, secret);
  const certificate = readable(await readCertificate(card, key));
  const digest = digestFor(certificate);
  return {
    certificate,
    digest,
    async sign(data) {
      const hash = new Uint8Array(createHash(digest).update(data).digest());
      const command = { cla: 0x80, ins: 0x2a, p1: GIVEN_HASH, p2: SIGNING_KEYS[key], data: hash, le: 256 };
      const signature = await computeSignature(card, command);
      if (verifySignature(digest, data, certificate.publicKey, signature)) return signature;
      throw new ApplicantAppError(
        'card-hostile',
        'The signature is not of the key in the certificate. Use another card.',
      );
    },
  };
}

function readable(der: Uint8Array | undefined): Certificate {
  try {
    if (der) return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
  }
  throw new ApplicantAppError('card-hostile', 'The certificate of the card cannot be read. Use another card.');
}

function digestFor(certificate: Certificate): 'sha256' | 'sha384' {
  const kind = keyKind(certificate);
  if (kind?.startsWith('RSA-')) return 'sha256';
  if (kind === 'P-384') return 'sha384';
  throw new ApplicantAppError('card-hostile', 'The certificate is of a key that no card has. Use another card.');
}
