import {
  asCertificate,
  type Certificate,
  type CrlChecker,
  createCrlChecker,
  parseForeignRoot,
  pemToCertificates,
  X509Error,
} from '@tegata/x509';
import { pemBlocks } from '../inspect/text-form.ts';
import { ArgumentError } from './argument-error.ts';
import type { GivenFiles } from './given-file.ts';

/**
 * Reads certificates: PEM with any number of them, or one in DER.
 * @param interop reads roots that deviate from DER in known ways
 * @throws {ArgumentError} `certificate-unreadable`
 */
export function readCertificates(
  files: GivenFiles,
  option: string,
  given: readonly string[],
  interop: boolean,
): readonly Certificate[] {
  return given.flatMap((file) => {
    const { text, bytes } = files.read(option, file);
    try {
      const found = text?.includes('-----BEGIN ') ? pemToCertificates(text) : [bytes];
      if (found.length === 0) throw new X509Error('pem-malformed', 'There is no certificate in the PEM text.');
      return found.map((der) => (interop ? parseForeignRoot(der) : asCertificate(der)));
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      const message = `--${option} holds no certificate that can be read: ${error.message}`;
      throw new ArgumentError('certificate-unreadable', message, { option });
    }
  });
}

const MAX_CRLS = 64;

/**
 * A checker over CRLs in DER or PEM. What cannot be read decides nothing, and is told when a certificate is asked for.
 * @param interop leaves out what ISO/IEC 18013-5 Annex B asks of a CRL beyond RFC 5280
 */
export function readCrls(
  files: GivenFiles,
  given: readonly string[],
  issuers: readonly Certificate[],
  interop: boolean,
): CrlChecker {
  const crls = given.flatMap((file) => {
    const { text, bytes } = files.read('crl', file);
    return text?.includes('-----BEGIN ') ? pemBlocks(text).map((block) => block.bytes) : [bytes];
  });
  if (crls.length > MAX_CRLS) {
    throw new ArgumentError('input-too-large', `--crl: more than ${MAX_CRLS} CRLs are given.`, { option: 'crl' });
  }
  return createCrlChecker({ crls, issuers, profile: interop ? 'rfc5280' : 'mdoc' });
}
