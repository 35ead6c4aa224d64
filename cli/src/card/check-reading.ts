import type { CardFiles } from '@tegata/application';
import {
  type CardCheck,
  CardFilesError,
  type CertificateAvailability,
  checkCardFiles,
  parseFaceFile,
  parseMyNumberFile,
  parseTextFiles,
} from '@tegata/card-files';
import { asCertificate, compareAttributes, jpkiAttributes, verifyPath, X509Error } from '@tegata/x509';
import { type CertificateSummary, summarise } from './certificate-summary.ts';
import type { CardTrust } from './trust-folder.ts';

/** What was read from a card. */
export interface Reading {
  readonly files: CardFiles;
  readonly challenge: Uint8Array;
  readonly available: CertificateAvailability;
  readonly auth: Uint8Array | undefined;
  readonly authCa: Uint8Array | undefined;
  readonly signCa: Uint8Array | undefined;
  /** Read with its password only. */
  readonly sign: Uint8Array | undefined;
}

/** A named check of the reading: those of the card's files, and of the certificates. */
export interface ReadingCheck {
  readonly id: CardCheck['id'] | 'auth-certificate' | 'sign-certificate' | 'certificate-agrees-with-card';
  readonly result: CardCheck['result'];
  readonly code?: string;
  readonly detail?: string;
  readonly clause?: string;
}

/** What the card says about its holder, whether or not the checks passed. */
export interface ReadAttributes {
  readonly name: string;
  readonly address: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly expiry?: string;
}

/** A reading and what came of its checks. */
export interface ReadingReport {
  /** Every check passed. */
  readonly valid: boolean;
  readonly attributes: ReadAttributes | undefined;
  readonly myNumber: string | undefined;
  readonly portrait: Uint8Array | undefined;
  readonly certificates: readonly CertificateSummary[];
  readonly checks: readonly ReadingCheck[];
}

/** Checks everything that was read. Whether a certificate was revoked is not looked at: that takes the network. */
export function checkReading(reading: Reading, trust: CardTrust, at: Date): ReadingReport {
  const { files, challenge, available } = reading;
  const { checks: fileChecks } = checkCardFiles({
    ...files,
    challenge,
    textAnchors: trust.textCvc,
    surfaceAnchors: trust.surfaceCvc,
    at,
  });
  const checks: ReadingCheck[] = [...fileChecks];
  const attributes = orNothing(() => parseTextFiles(files.text).attributes);
  const face = orNothing(() => parseFaceFile(files.surface[2]));
  if (reading.auth) checks.push(certificateCheck('auth', reading.auth, trust.jpkiAuth, at));
  if (reading.sign) {
    checks.push(certificateCheck('sign', reading.sign, trust.jpkiSign, at));
    if (attributes) checks.push(agreement(reading.sign, attributes));
  }
  return {
    valid: checks.every(({ result }) => result === 'passed' || result === 'warning'),
    attributes: attributes && {
      name: attributes.name,
      address: attributes.address,
      birthDate: attributes.birthDate,
      sex: attributes.sex,
      ...(face ? { expiry: face.expiry } : {}),
    },
    myNumber: orNothing(() => parseMyNumberFile(files.text[1])),
    portrait: face?.portrait,
    certificates: [
      summarise('auth', reading.auth, at),
      summarise('sign', reading.sign, at, available.sign ? 'needs-pin' : 'absent'),
      summarise('authCa', reading.authCa, at),
      summarise('signCa', reading.signCa, at),
    ],
    checks,
  };
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CardFilesError) return undefined;
    throw error;
  }
}

function certificateCheck(
  which: 'auth' | 'sign',
  leaf: Uint8Array,
  anchors: readonly Uint8Array[],
  at: Date,
): ReadingCheck {
  const id = `${which}-certificate` as const;
  const clause = 'RFC 5280 §6.1';
  if (anchors.length === 0) {
    return {
      id,
      result: 'not_performed',
      code: 'unknown-issuer',
      detail: 'No CA certificate was given to trust.',
      clause,
    };
  }
  const { result, code } = verifyPath({ leaf, anchors, at, profile: `jpki-${which}` });
  return { id, result, ...(code === undefined ? {} : { code }), clause };
}

function agreement(sign: Uint8Array, card: Parameters<typeof compareAttributes>[1]): ReadingCheck {
  const id = 'certificate-agrees-with-card' as const;
  const clause = 'jpki §9';
  try {
    const { result, code } = compareAttributes(jpkiAttributes(asCertificate(sign)), card);
    return { id, result, ...(code === undefined ? {} : { code }), clause };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { id, result: 'failed', code: error.code, clause };
  }
}
