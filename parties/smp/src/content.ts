import type { ApplicationRow } from './schema.ts';
import type { Smp } from './smp.ts';

/** The opened data key of a live application. */
export function dataKeyOf(smp: Smp, row: ApplicationRow): Uint8Array {
  if (row.data_key === null) throw new Error('the data of this application has been destroyed');
  return smp.sealer.unwrap(row.id, row.data_key);
}

/** The signed application as it was received. Personal data: it must not leave the step that opens it. */
export function signedApplicationOf(smp: Smp, row: ApplicationRow): Uint8Array {
  if (row.content === null) throw new Error('the data of this application has been destroyed');
  return smp.sealer.open(row.id, 'application.content', dataKeyOf(smp, row), row.content);
}
