import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { open, seal } from '@tegata/seal';
import type { SecureElement } from './secure-element/secure-element.ts';
import type { WalletFile } from './wallet-file.ts';

/** The card in use, without its content. */
export interface StoredMdoc {
  readonly reference: string;
  readonly delivery: string;
  /** The key of the secure element to which the card is bound. */
  readonly deviceKey: string;
  readonly docType: string;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly storedAt: Date;
}

const placeOf = (reference: string) => `wallet/mdoc/${reference}`;

/** The card that is in use; a phone has one. */
export function storedMdoc(file: WalletFile): StoredMdoc | undefined {
  const row = file.db
    .prepare(
      `select reference, delivery, device_key, doc_type, valid_from, valid_until, stored_at
       from mdoc order by rowid desc limit 1`,
    )
    .get() as Record<string, string> | undefined;
  if (!row) return undefined;
  return {
    reference: row['reference'] as string,
    delivery: row['delivery'] as string,
    deviceKey: row['device_key'] as string,
    docType: row['doc_type'] as string,
    validFrom: new Date(row['valid_from'] as string),
    validUntil: new Date(row['valid_until'] as string),
    storedAt: new Date(row['stored_at'] as string),
  };
}

/** The IssuerSigned of the card. @throws {WalletError} `phone-locked` */
export function openMdoc(file: WalletFile, element: SecureElement, mdoc: StoredMdoc): Uint8Array {
  const row = file.db.prepare('select sealed from mdoc where reference = ?').get(mdoc.reference) as {
    sealed: Uint8Array;
  };
  return open(element.dataKey(), row.sealed, placeOf(mdoc.reference));
}

/** Puts a card in, in place of the one before, whose key goes too. Runs inside the caller's transaction. */
export function replaceMdoc(
  parts: { file: WalletFile; element: SecureElement; random: Random; clock: Clock },
  mdoc: Omit<StoredMdoc, 'storedAt'>,
  issuerSigned: Uint8Array,
): void {
  const { file, element } = parts;
  const before = file.db.prepare('select device_key from mdoc').all() as { device_key: string }[];
  for (const { device_key } of before) if (device_key !== mdoc.deviceKey) element.destroy(device_key);
  file.db.exec('delete from mdoc');
  file.db
    .prepare(
      `insert into mdoc (reference, delivery, device_key, doc_type, valid_from, valid_until, stored_at, sealed)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      mdoc.reference,
      mdoc.delivery,
      mdoc.deviceKey,
      mdoc.docType,
      mdoc.validFrom.toISOString(),
      mdoc.validUntil.toISOString(),
      parts.clock.now().toISOString(),
      seal(element.dataKey(), issuerSigned, placeOf(mdoc.reference), parts.random),
    );
}
