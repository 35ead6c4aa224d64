/**
 * Makes certificates, CRLs and OCSP answers for test authorities. The one place where an ASN.1 library writes: what it makes
 * is read back by the house's own strict reader.
 * @module
 */

export { buildCertificate, type CertificateInput } from './certificate.ts';
export { buildCrl, type CrlEntry, type CrlInput } from './crl.ts';
export { buildCsr, type Csr, readCsr } from './csr.ts';
export { X509BuildError, type X509BuildErrorCode } from './error.ts';
export { type ExtensionSpec, extension, type GeneralNameSpec, keyIdentifier } from './extension.ts';
export { buildIacaLink } from './iaca-link.ts';
export {
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  checkJpkiHolder,
  type Issuer,
  JPKI_ARC,
  JPKI_OCSP_URL,
  type JpkiCa,
  type JpkiHolder,
  type JpkiIssue,
  type JpkiOptions,
  type JpkiSignHolder,
  jpkiCaName,
  jpkiDistributionPoint,
  jpkiUniqueName,
} from './jpki.ts';
export { jpkiCrlPath } from './jpki-crl-path.ts';
export { jpkiBirthDate, jpkiNotAfter } from './jpki-dates.ts';
export { buildAttestationRoot, buildAttestationSigner } from './key-attestation.ts';
export { buildDocumentSigner, buildIaca, DS_MAX_VALIDITY, iacaName, type MdocOptions } from './mdoc.ts';
export {
  buildReaderAuth,
  buildReaderRoot,
  buildVicalSigner,
  READER_MAX_VALIDITY,
  type ReaderInput,
} from './mdoc-reader.ts';
export { type NameParts, nameDer } from './name.ts';
export { buildOcspError, buildOcspResponder, buildOcspResponse, type OcspResponseInput } from './ocsp.ts';
export { signOcspRequest } from './ocsp-sign-request.ts';
export {
  type OcspAnswer,
  type OcspContent,
  type OcspStatus,
  ocspWriter,
  type RevocationReason,
  revocationReasons,
} from './ocsp-writer.ts';
export { randomSerial } from './serial.ts';
