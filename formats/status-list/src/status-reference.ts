import type { CborValue } from '@tegata/cbor';
import { StatusListError } from './error.ts';
import { isObject } from './json.ts';

/** Where the status of a credential stands. */
export type StatusReference =
  | {
      readonly kind: 'status_list';
      readonly idx: number;
      readonly uri: string;
      /** The certificate (DER) of the list's signer, where the credential names it. */
      readonly certificate?: Uint8Array;
    }
  | {
      readonly kind: 'identifier_list';
      readonly id: Uint8Array;
      readonly uri: string;
      readonly certificate?: Uint8Array;
    };

/**
 * Reads the `status` of an MSO (ISO/IEC 18013-5, 2nd edition, §12.3.6) or claim 65535 of a CWT.
 * @throws {StatusListError} `reference`
 * @example
 * readStatusReference(mso.status); // { kind: 'status_list', idx: 412, uri: 'https://…' }
 */
export function readStatusReference(status: CborValue | undefined): StatusReference {
  if (!(status instanceof Map)) throw refused();
  const list = status.get('status_list');
  const identifiers = status.get('identifier_list');
  // Two references could disagree, and none would be a credential whose status nobody can ask for.
  if ((list === undefined) === (identifiers === undefined)) throw refused();
  const reference = list ?? identifiers;
  if (!(reference instanceof Map)) throw refused();
  const uri = reference.get('uri');
  const certificate = reference.get('certificate');
  if (typeof uri !== 'string' || uri === '') throw refused();
  if (certificate !== undefined && !(certificate instanceof Uint8Array)) throw refused();
  const more = certificate ? { uri, certificate } : { uri };
  if (list !== undefined) return { kind: 'status_list', idx: readIndex(reference.get('idx')), ...more };
  const id = reference.get('id');
  if (!(id instanceof Uint8Array) || id.length === 0) throw refused();
  return { kind: 'identifier_list', id, ...more };
}

/**
 * Reads the claim `status` of a JWT, as parsed JSON.
 * @throws {StatusListError} `reference`
 */
export function readStatusClaim(status: unknown): StatusReference {
  const list = isObject(status) ? status['status_list'] : undefined;
  if (!isObject(list) || typeof list['uri'] !== 'string' || list['uri'] === '') throw refused();
  return { kind: 'status_list', idx: readIndex(list['idx']), uri: list['uri'] };
}

function readIndex(idx: unknown): number {
  if (typeof idx !== 'number' || !Number.isSafeInteger(idx) || idx < 0) throw refused();
  return idx;
}

const refused = () => new StatusListError('reference', 'The credential does not say where its status stands.');
