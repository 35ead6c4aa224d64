import { createHash } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import { decodeCoseKey } from '@tegata/cose';
import { decrypt, JoseError } from '@tegata/jose';
import { MdocError, MNC_DOCTYPE, parseIssuerSigned, verifyIssuerSigned } from '@tegata/mdoc';
import type { Random } from '@tegata/random';
import { closeApplication, type OpenApplication, openApplications } from './application-keys.ts';
import { WalletError } from './error.ts';
import { replaceMdoc } from './mdoc-store.ts';
import type { SecureElement } from './secure-element/secure-element.ts';
import { acceptCertificates, type TokenTrust } from './token/token-certificates.ts';
import type { TokenStore } from './token/token-store.ts';
import type { WalletFile } from './wallet-file.ts';
import { type Delivered, type Delivery, decodeDelivery } from './wire.ts';

/** What storing needs. */
export interface Storing {
  readonly file: WalletFile;
  readonly element: SecureElement;
  readonly tokens: TokenStore;
  /** The issuers that this phone trusts, DER. */
  readonly trustAnchors: readonly Uint8Array[];
  /** The CAs of e-certificates that this phone trusts. */
  readonly tokenTrust: TokenTrust;
  readonly clock: Clock;
  readonly random: Random;
}

/** A delivery that lies in the wallet. */
export interface Stored {
  /**
   * What the receipt says, base64url: SHA-256 of IssuerSigned, or of everything that was delivered where certificates are in it.
   */
  readonly digest: string;
  /** Absent when it was stored before. */
  readonly reference?: string;
}

/**
 * Step 8: opens a delivery with the response key of its application, checks it as a reader would (issuer, digests, validity) and
 * that its device key is one of that application's, and keeps it sealed, with the receipt to be sent, in one transaction. The
 * phone's certificates come with it or alone, and are stored with it or not at all.
 * A delivery that was stored before is not opened again.
 * @throws {WalletError} `phone-locked`, `delivery-unreadable` when no key of this phone opens it, `mdoc-invalid` and
 * `certificates-invalid` naming the check
 */
export async function storeMdoc(parts: Storing, delivery: Delivery): Promise<Stored> {
  const known = parts.file.db.prepare('select digest from receipt where delivery = ?').get(delivery.id) as
    | { digest: string }
    | undefined;
  if (known) return { digest: known.digest };

  const { application, plaintext } = await openDelivery(parts, delivery);
  const delivered = decodeDelivery(plaintext);
  const { reference, issuerSigned } = delivered;
  const mdoc = issuerSigned && { ...accept(parts, application, issuerSigned), issuerSigned };
  const token = delivered.certificates && acceptToken(parts, application, delivered.certificates);
  const covered = issuerSigned && !token ? issuerSigned : plaintext;
  const digest = createHash('sha256').update(covered).digest('base64url');
  parts.file.transaction(() => {
    if (mdoc) {
      const { deviceKey, validFrom, validUntil } = mdoc;
      replaceMdoc(
        parts,
        { reference, delivery: delivery.id, deviceKey, docType: MNC_DOCTYPE, validFrom, validUntil },
        mdoc.issuerSigned,
      );
    }
    if (token) parts.tokens.activate(token.id, { reference, ...token });
    parts.file.db.prepare('insert into receipt (delivery, digest) values (?, ?)').run(delivery.id, digest);
    closeApplication(parts, application, mdoc?.deviceKey);
  });
  return { digest, reference };
}

function acceptToken(
  { tokens, tokenTrust, clock }: Storing,
  application: OpenApplication,
  delivered: NonNullable<Delivered['certificates']>,
) {
  const requested = tokens.requestedIn(application.attestation);
  if (!requested)
    throw new WalletError('certificates-invalid', 'Nobody has asked for certificates.', { check: 'asked' });
  const { id } = requested;
  const keys = { auth: tokens.publicKey(id, 'auth'), sign: tokens.publicKey(id, 'sign') };
  acceptCertificates(delivered.certificates, keys, tokenTrust, clock.now());
  return { id, ...delivered };
}

async function openDelivery(parts: Storing, delivery: Delivery) {
  for (const application of openApplications(parts.file)) {
    try {
      const { plaintext, header } = await decrypt(delivery.jwe, parts.element.responseKey(application.responseKey));
      // The id is authenticated inside: nobody on the way can pass one delivery off as another.
      if (header['tegata_delivery'] !== delivery.id) {
        throw new WalletError('delivery-unreadable', 'The delivery came under another name than it was sent.');
      }
      return { application, plaintext };
    } catch (error) {
      if (!(error instanceof JoseError)) throw error;
      if (error.code !== 'jose-decryption') break;
    }
  }
  throw new WalletError('delivery-unreadable', 'No key of this phone opens the delivery.');
}

function accept(parts: Storing, application: OpenApplication, issuerSigned: Uint8Array) {
  const invalid = (check: string) =>
    new WalletError('mdoc-invalid', 'The delivered card does not pass the checks of a reader.', { check });
  try {
    const { mso } = parseIssuerSigned(issuerSigned);
    const bound = decodeCoseKey(mso.deviceKey);
    const deviceKey = application.deviceKeys.find((id) => parts.element.publicKey(id).equals(bound));
    if (deviceKey === undefined) throw invalid('device-key');
    const report = verifyIssuerSigned({
      issuerSigned,
      trustAnchors: parts.trustAnchors,
      now: parts.clock.now(),
      deviceKey: bound,
      docType: MNC_DOCTYPE,
    });
    if (report.result === 'failed') throw invalid(report.code ?? 'checks');
    const { validFrom, validUntil } = mso.validityInfo;
    return { deviceKey, validFrom: validFrom.toDate(), validUntil: validUntil.toDate() };
  } catch (error) {
    if (error instanceof MdocError) throw invalid(error.code);
    throw error;
  }
}
