import type { KeyObject } from 'node:crypto';
import type { Deviation } from '@tegata/cbor';
import type { Report } from '@tegata/x509';
import { MdocError } from './error.ts';
import {
  type CheckId,
  CheckList,
  type CheckSet,
  checkSet,
  failureCode,
  inspectEncoding,
  type MdocCheck,
} from './inspection/check-list.ts';
import { inspectDeviceKey } from './inspection/device.ts';
import { inspectTypes } from './inspection/elements.ts';
import { inspectIssuer, inspectSignature } from './inspection/issuer.ts';
import type { IssuerTrust } from './inspection/issuer-trust.ts';
import { withCrlChecker } from './inspection/revocation.ts';
import { inspectStatus } from './inspection/status.ts';
import { type IssuerSignedParts, parseIssuerSignedParts } from './issuer-signed.ts';

/** Issuer-signed data and what its receiver expects of it. */
export interface VerifyIssuerSignedOptions extends IssuerTrust {
  /** The encoded IssuerSigned. */
  readonly issuerSigned: Uint8Array;
  /** The key that the mdoc must be bound to. */
  readonly deviceKey?: KeyObject;
  /** The document type that it must have. */
  readonly docType?: string;
}

/** What the inspection came to. */
export interface IssuerSignedReport extends Report {
  readonly checks: readonly MdocCheck[];
}

const ALWAYS: readonly CheckId[] = [
  'cbor-structure',
  'version',
  'issuer-chain',
  'issuer-signature',
  'mso-structure',
  'digest-algorithm',
  'digest',
  'duplicate-element',
  'validity',
  'device-key',
];
const REQUIRED = checkSet(ALWAYS);
const REQUIRED_WITH_TYPE = checkSet([...ALWAYS, 'doctype']);
const LISTED = checkSet([...ALWAYS, 'doctype', 'issuing-country', 'status-list', 'element-type']);

/**
 * Inspects issuer-signed data outside of a presentation, as a wallet does before it stores an mdoc.
 * @throws {X509Error} when a trust anchor cannot be read
 * @example verifyIssuerSigned({ issuerSigned, trustAnchors: [iaca], now: clock.now(), deviceKey }).result
 */
export function verifyIssuerSigned(options: VerifyIssuerSignedOptions): IssuerSignedReport {
  const list = new CheckList();
  const required = options.docType === undefined ? REQUIRED : REQUIRED_WITH_TYPE;
  inspect(list, withCrlChecker(options), required);
  const checks = list.finish(LISTED);
  if (list.holds(required)) return { result: 'passed', checks };
  return { result: 'failed', code: failureCode(checks), checks };
}

function inspect(list: CheckList, options: VerifyIssuerSignedOptions, required: CheckSet): void {
  let document: IssuerSignedParts;
  try {
    let deviation: Deviation | undefined;
    document = parseIssuerSignedParts(options.issuerSigned, { onDeviation: (found) => (deviation ??= found) });
    inspectEncoding(list, 'cbor-structure', deviation);
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    list.fail('cbor-structure', String(error.context['rule'] ?? error.code), error.message);
    return;
  }
  const inspected = inspectIssuer(list, document, options);
  inspectSignature(list, inspected);
  const { mso } = inspected;
  if (!mso) return;
  if (options.docType === undefined) list.skip('doctype', 'no-expectation', 'No document type was expected.');
  else if (options.docType === mso.docType) list.pass('doctype');
  else list.fail('doctype', 'doctype-mismatch', 'The mdoc is of another document type.');
  const deviceKey = inspectDeviceKey(list, mso);
  if (deviceKey && options.deviceKey && !deviceKey.equals(options.deviceKey)) {
    list.fail('device-key', 'device-key-mismatch', 'The mdoc is bound to another key than that of this phone.');
  }
  inspectTypes(list, mso.docType, document.nameSpaces);
  const { docType, status } = mso;
  const { certificate } = inspected;
  if (status === undefined) list.skip('status-list', 'no-status', 'The mdoc refers to no status list.');
  else if (certificate && list.holds(required)) inspectStatus(list, { docType, status, certificate }, options);
}
