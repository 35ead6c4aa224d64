/**
 * The files of the My Number Card: writers, parsers and checks of the text AP, the surface AP and the card-verifiable certificates.
 * @module
 */
export {
  type CardInformation,
  parseCardInformation,
  parseKeyReference,
  writeCardInformation,
  writeKeyReference,
} from './card-level/card-information.ts';
export { CARD_OBJECT, type CardLevelFields, writeCardObjects } from './card-level/data-objects.ts';
export { type CardAttributes, type CardReport, type CheckCardFiles, checkCardFiles } from './check-card-files.ts';
export { checkCodeB, eraBirthDate } from './check-code-b.ts';
export {
  checkSurfaceFiles,
  type ParsedSurfaceFiles,
  parseSurfaceFiles,
  type SurfaceFiles,
} from './check-surface-files.ts';
export {
  type CheckTextFiles,
  checkTextFiles,
  type ParsedTextFiles,
  parseTextFiles,
  type TextFiles,
} from './check-text-files.ts';
export { type Cvc, type CvcAnchor, type CvcFields, parseCvc, verifyCvc, writeCvc } from './cvc.ts';
export { CardFilesError, type CardFilesErrorCode } from './error.ts';
export { EMPTY_FILE, withFiller } from './filler.ts';
export { JPKI_AID, type JpkiApplicationFields, type JpkiCertificates, jpkiApplication } from './jpki/application.ts';
export {
  type CertificateAvailability,
  parseAvailabilityFile,
  writeAvailabilityFile,
} from './jpki/availability-file.ts';
export { parseTokenInfo, type TokenInfo, type TokenProfile, writeTokenInfo } from './jpki/token-info.ts';
export {
  formatKeyId,
  keyId,
  municipalityOf,
  TEST_CARD_AUTHORITY,
  TEST_SURFACE_AUTHORITY,
  TEST_TEXT_AUTHORITY,
} from './key-id.ts';
export { isMyNumber, myNumberCheckDigit } from './my-number.ts';
export { isPresenceProof, presenceCommand } from './presence.ts';
export { type CardCheck, type CardCheckCode, type CardCheckId, firstRefusal } from './report.ts';
export { decodeRsaKey, encodeRsaKey } from './rsa-key.ts';
export { digestInfoSigner, isSha256Signature, isSignatureOf, type SignDigestInfo } from './rsa-signature.ts';
export { type AgeFile, parseAgeFile, writeAgeFile } from './surface/age-file.ts';
export { type Face, type FaceFile, isFaceSignature, parseFaceFile, writeFaceFile } from './surface/face-file.ts';
export { type IssuerFile, parseIssuerFile, writeIssuerFile } from './surface/issuer-file.ts';
export {
  type MyNumberImageFile,
  parseMyNumberImageFile,
  writeMyNumberImageFile,
} from './surface/my-number-image-file.ts';
export {
  type AttributesFile,
  type FourAttributes,
  parseAttributesFile,
  type Sex,
  writeAttributesFile,
} from './text/attributes-file.ts';
export { type CardKeyFile, parseCardKeyFile, writeCardKeyFile } from './text/card-key-file.ts';
export { type IntegrityFile, parseIntegrityFile, writeIntegrityFile } from './text/integrity-file.ts';
export { parseMyNumberFile, writeMyNumberFile } from './text/my-number-file.ts';
export { writeSessionKeyFile, writeTextInformationFile } from './text/session-files.ts';
