import { type Certificate, type CrlChecker, type CrlProfile, createCrlChecker } from '@tegata/x509';
import { pemBlocks } from '../inspect/text-form.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';

/** What one CRL that the caller gives may hold: that of a nation with a million entries has some 40 to 55 MB. */
const MAX_CRL_BYTES = 128 * 1024 * 1024;
const MAX_CRLS = 64;

/**
 * A checker over the CRLs that the caller gives, in DER or PEM. What cannot be read decides nothing, and is told when a certificate is
 * asked for.
 * @throws {ArgumentError} `input-too-large`
 */
export function givenCrls(
  files: GivenFiles,
  given: readonly string[],
  issuers: readonly Certificate[],
  profile: CrlProfile,
): CrlChecker {
  const crls = given.flatMap((file) => {
    const { text, bytes } = files.read('crl', file, MAX_CRL_BYTES);
    return text?.includes('-----BEGIN ') ? pemBlocks(text).map((block) => block.bytes) : [bytes];
  });
  if (crls.length > MAX_CRLS) {
    throw new ArgumentError('input-too-large', `--crl: more than ${MAX_CRLS} CRLs are given.`, { option: 'crl' });
  }
  return createCrlChecker({ crls, issuers, profile });
}

/** The rules for the CRL of a certificate: those of an mdoc say so by a purpose of ISO/IEC 18013-5, which asks more of a CRL. */
export function crlProfileOf({ extKeyUsage = [] }: Certificate): CrlProfile {
  return extKeyUsage.some((purpose) => purpose.startsWith('1.0.18013.5.1.')) ? 'mdoc' : 'rfc5280';
}
