import { asCertificate, type Certificate, X509Error } from '@tegata/x509';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import { certificateOctets } from './certificates.ts';

/**
 * Reads the one certificate of an option, where a certificate that cannot be read leaves nothing to ask.
 * @throws {ArgumentError} `certificate-unreadable`
 */
export function givenCertificate(files: GivenFiles, option: string, file: string): Certificate {
  const [octets = new Uint8Array(0)] = certificateOctets(files, option, [file]);
  try {
    return asCertificate(octets);
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    const message = `--${option} holds no certificate that can be read: ${error.message}`;
    throw new ArgumentError('certificate-unreadable', message, { option });
  }
}
