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
import type { WalletFile } from './wallet-file.ts';
import { type Delivery, decodeDelivery } from './wire.ts';

/** What storing needs. */
export interface Storing {
  readonly file: WalletFile;
  readonly element: SecureElement;
  /** The issuers that this phone trusts, DER. */
  readonly trustAnchors: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: Random;
}

/** A delivery that lies in the wallet. */
export interface Stored {
  /** base64url(SHA-256(IssuerSigned)): what the receipt says. */
  readonly digest: string;
  /** Absent when it was stored before. */
  readonly reference?: string;
}

/**
 * Step 8: opens a delivery with the response key of its application, checks it as a reader would (issuer, digests, validity) and
 * that its device key is one of that application's, and keeps it sealed, with the receipt to be sent, in one transaction.
 * A delivery that was stored before is not opened again.
 * @throws {WalletError} `phone-locked`, `delivery-unreadable` when no key of this phone opens it, `mdoc-invalid` naming the check
 */
export async function storeMdoc(parts: Storing, delivery: Delivery): Promise<Stored> {
  const known = parts.file.db.prepare('select digest from receipt where delivery = ?').get(delivery.id) as
    | { digest: string }
    | undefined;
  if (known) return { digest: known.digest };

  const { application, plaintext } = await openDelivery(parts, delivery);
  const { reference, issuerSigned } = decodeDelivery(plaintext);
  const { deviceKey, validFrom, validUntil } = accept(parts, application, issuerSigned);
  const digest = createHash('sha256').update(issuerSigned).digest('base64url');
  parts.file.transaction(() => {
    replaceMdoc(
      parts,
      { reference, delivery: delivery.id, deviceKey, docType: MNC_DOCTYPE, validFrom, validUntil },
      issuerSigned,
    );
    parts.file.db.prepare('insert into receipt (delivery, digest) values (?, ?)').run(delivery.id, digest);
    closeApplication(parts.file, parts.element, application, deviceKey);
  });
  return { digest, reference };
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
