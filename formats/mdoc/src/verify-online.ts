import { readStatusReference, StatusListError, type StatusReference } from '@tegata/status-list';
import { parseCertificate } from '@tegata/x509';
import { parseIssuerSigned } from './issuer-signed.ts';
import { BoundedFetcher, type FetchLimits, type RevocationFetcher } from './revocation/fetch.ts';
import { type OpenDocument, withMissingData } from './revocation/missing-data.ts';
import {
  type DeviceResponseReport,
  type VerifyDeviceResponseOptions,
  verifyDeviceResponse,
} from './verify-device-response.ts';
import { type IssuerSignedReport, type VerifyIssuerSignedOptions, verifyIssuerSigned } from './verify-issuer-signed.ts';

/** The way to the network, and how much of it is used. */
export interface OnlineOptions {
  readonly fetchRevocation: RevocationFetcher;
  readonly limits?: FetchLimits;
}

/**
 * As {@link verifyDeviceResponse}, and fetches the CRLs and status tokens that are still missing: for documents alone that passed every other
 * check, so that no forgery makes anybody call anywhere. With `revocationPolicy` `off` nothing is fetched.
 * @throws {X509Error} when a trust anchor cannot be read; a fetch that fails leaves the status undetermined
 * @example await verifyDeviceResponseOnline({ ...options, revocationPolicy: 'hard', fetchRevocation: ({ uri, signal }) => get(uri, signal) })
 */
export async function verifyDeviceResponseOnline(
  options: VerifyDeviceResponseOptions & OnlineOptions,
): Promise<DeviceResponseReport> {
  const { revocationPolicy } = options;
  if (revocationPolicy === 'off') return verifyDeviceResponse(options);
  // What is open must not fail before it was asked for.
  const first = verifyDeviceResponse({ ...options, revocationPolicy: 'soft' });
  const open = first.documents.flatMap((document): OpenDocument[] => {
    if (document.result === 'failed') return [];
    const certificate = parseCertificate(document.issuerCertificate);
    return [{ checks: document.checks, certificate, ...referenceOf(() => document.statusReference) }];
  });
  const more = await withMissingData(options, open, new BoundedFetcher(options.fetchRevocation, options.limits));
  if (more) return verifyDeviceResponse(more);
  return revocationPolicy === 'hard' ? verifyDeviceResponse(options) : first;
}

/**
 * As {@link verifyIssuerSigned}, and fetches the CRL and the status token that are still missing, once every other check has passed.
 * @throws {X509Error} when a trust anchor cannot be read; a fetch that fails leaves the status undetermined
 * @example await verifyIssuerSignedOnline({ issuerSigned, trustAnchors: [iaca], now: clock.now(), fetchRevocation })
 */
export async function verifyIssuerSignedOnline(
  options: VerifyIssuerSignedOptions & OnlineOptions,
): Promise<IssuerSignedReport> {
  const { revocationPolicy } = options;
  if (revocationPolicy === 'off') return verifyIssuerSigned(options);
  const first = verifyIssuerSigned({ ...options, revocationPolicy: 'soft' });
  if (first.result === 'passed') {
    const { certificates, mso } = parseIssuerSigned(
      options.issuerSigned,
      options.profileMode === 'interop' ? { tag: 'allow' } : {},
    );
    const { status } = mso;
    const certificate = parseCertificate(certificates[0] as Uint8Array);
    const reference = status === undefined ? {} : referenceOf(() => readStatusReference(status));
    const open = [{ checks: first.checks, certificate, ...reference }];
    const more = await withMissingData(options, open, new BoundedFetcher(options.fetchRevocation, options.limits));
    if (more) return verifyIssuerSigned(more);
  }
  return revocationPolicy === 'hard' ? verifyIssuerSigned(options) : first;
}

/** A reference that cannot be read leads nowhere; the check says so. */
function referenceOf(read: () => StatusReference | undefined): { reference?: StatusReference } {
  try {
    const reference = read();
    return reference ? { reference } : {};
  } catch (error) {
    if (!(error instanceof StatusListError)) throw error;
    return {};
  }
}
