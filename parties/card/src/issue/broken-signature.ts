import { readFileObject } from '@tegata/apdu';
import { parseFaceFile } from '@tegata/card-files';
import type { Application } from '@tegata/chip';
import { CardError } from '../error.ts';

/** What is signed on a card: the files by application and EF, and the two certificates of the card level. */
export const SIGNED_RECORDS = [
  'jpki-0001',
  'jpki-000A',
  'text-0003',
  'text-0004',
  'text-0007',
  'surface-0001',
  'surface-0002',
  'surface-0004',
  'surface-0005',
  'card-00F8',
  'card-7F21',
] as const;

/** The name of one of them. */
export type SignedRecord = (typeof SIGNED_RECORDS)[number];

/**
 * Turns the last bit of a record's signature, so that exactly this signature fails.
 * @throws {CardError} `persona-malformed` when the card has no such record
 */
export function withBrokenSignature(
  applications: readonly Application[],
  record: SignedRecord,
): readonly Application[] {
  const [name, number = ''] = record.split('-') as [string, string];
  const id = Number.parseInt(number, 16);
  if (!applications.some((application) => application.name === name)) throw missing(record);
  return applications.map((application) => {
    if (application.name !== name) return application;
    if (name === 'card') {
      const objects = new Map(application.dataObjects);
      const object = objects.get(id);
      if (!object) throw missing(record);
      return { ...application, dataObjects: objects.set(id, turned(object, object.length - 1)) };
    }
    const file = application.files.get(id);
    if (file?.kind !== 'transparent' || (file.content[0] === 0xff && file.content[1] === 0xff)) throw missing(record);
    const content = turned(file.content, lastOfSignature(record, file.content));
    return { ...application, files: new Map(application.files).set(id, { ...file, content }) };
  });
}

// Everywhere the signature ends the object; on the face only expiry and security code stand behind it.
function lastOfSignature(record: SignedRecord, content: Uint8Array): number {
  if (record !== 'surface-0002') return readFileObject(content).end - 1;
  const { signature } = parseFaceFile(content);
  return Buffer.from(content).indexOf(signature) + signature.length - 1;
}

function turned(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

function missing(record: string): CardError {
  return new CardError('persona-malformed', 'The card has no such record to break the signature of.', { record });
}
