import type { Case } from './case.ts';
import { answerCases } from './cases-answer.ts';
import { chainAlgorithmCases, chainProfileCases } from './cases-chain-profile.ts';
import { chainRootCases, chainTimeCases } from './cases-chain-root.ts';
import { chainEncodingCases, chainTrustCases } from './cases-chain-trust.ts';
import { crlCases } from './cases-crl.ts';
import { deviceFormCases, deviceSignatureCases } from './cases-device-form.ts';
import { deviceKeyCases, keyAuthorizationCases } from './cases-device-key.ts';
import { deviceMacCases } from './cases-device-mac.ts';
import { deviceSessionCases, deviceStructureCases } from './cases-device-session.ts';
import { digestCases } from './cases-digest.ts';
import { docTypeCases } from './cases-doctype.ts';
import { digestIdCases, msoAuthorizationCases, msoMemberCases, msoStructureCases } from './cases-mso-structure.ts';
import { readerCases } from './cases-reader.ts';
import { signatureCases } from './cases-signature.ts';
import { statusCases } from './cases-status.ts';
import { structureCases } from './cases-structure.ts';
import { validAnswerCases } from './cases-valid-answer.ts';
import { validDeviceCases } from './cases-valid-device.ts';
import { validEncodingCases } from './cases-valid-encoding.ts';
import { validIssuerCases } from './cases-valid-issuer.ts';
import { validityCases } from './cases-validity.ts';
import { versionCases } from './cases-version.ts';

/** Every list of cases, in the order of the manifest. */
const LISTS: readonly (() => Case[])[] = [
  validIssuerCases,
  validEncodingCases,
  validDeviceCases,
  validAnswerCases,
  structureCases,
  chainTrustCases,
  chainProfileCases,
  chainTimeCases,
  chainRootCases,
  chainAlgorithmCases,
  chainEncodingCases,
  signatureCases,
  msoStructureCases,
  msoMemberCases,
  digestIdCases,
  msoAuthorizationCases,
  versionCases,
  docTypeCases,
  validityCases,
  digestCases,
  deviceFormCases,
  deviceSignatureCases,
  deviceStructureCases,
  deviceSessionCases,
  deviceMacCases,
  deviceKeyCases,
  keyAuthorizationCases,
  answerCases,
  crlCases,
  statusCases,
  readerCases,
];

/** Every case. */
export function allCases(): Case[] {
  return LISTS.flatMap((list) => list());
}
