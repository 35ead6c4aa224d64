import { lockCertificates } from './change-status.ts';
import { JpkiError } from './error.ts';
import { lockPerson } from './persons.ts';
import type { Tx } from './requests.ts';
import type { CertificateRow } from './schema.ts';
import type { Subject } from './wire.ts';

/**
 * Finds who is meant and locks the person and all their certificates.
 * @throws {JpkiError} `not-found`
 */
export async function lockSubject(tx: Tx, of: Subject): Promise<CertificateRow[]> {
  if ('ca' in of) {
    const where = { ca: of.ca, serial: of.serial.toUpperCase() };
    const row = await tx
      .selectFrom('jpki.certificate')
      .selectAll()
      .where('ca', '=', where.ca)
      .where('serial', '=', where.serial)
      .executeTakeFirst();
    if (!row) throw new JpkiError('not-found', 'This CA has issued no certificate with this serial number.');
    // A row from before there were persons stands for itself.
    return row.person === null ? lockCertificates(tx, where) : ofPerson(tx, row.person);
  }
  if ('person' in of) return ofPerson(tx, of.person);
  const phone = await tx.selectFrom('jpki.phone').select('person').where('id', '=', of.phone).executeTakeFirst();
  if (!phone) throw new JpkiError('not-found', 'There is no such phone. Take the id that the application had.');
  return ofPerson(tx, phone.person);
}

async function ofPerson(tx: Tx, person: string): Promise<CertificateRow[]> {
  await lockPerson(tx, person);
  return lockCertificates(tx, { person });
}
