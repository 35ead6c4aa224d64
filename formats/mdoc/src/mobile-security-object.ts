import type { KeyObject } from 'node:crypto';
import { type CborMap, type CborValue, DateTime, type DecodeOptions, Encoded, encode } from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { MdocError } from './error.ts';
import { decodeFor, Shape } from './shape.ts';

/** Digest algorithms by their names in the MSO, and in node:crypto. */
export const DIGEST_ALGORITHMS = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
export type DigestAlgorithm = keyof typeof DIGEST_ALGORITHMS;

/** A digest identifier is below this: readers hold it in 31 bits (ISO/IEC 18013-5 2nd ed. §12.3.4). */
export const DIGEST_ID_END = 2 ** 31;

/** When an mdoc is valid; cut down to whole seconds when written. */
export interface Validity {
  readonly signed: Date;
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly expectedUpdate?: Date;
}

/** What device-signed elements the device key may sign. */
export interface KeyAuthorizations {
  readonly nameSpaces: ReadonlySet<string>;
  readonly dataElements: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The MobileSecurityObject: what the issuer signs. */
export interface MobileSecurityObject {
  /** The encoded map (inside of tag 24). */
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly digestAlgorithm: string;
  readonly valueDigests: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;
  /** A COSE_Key, not validated yet. */
  readonly deviceKey: CborValue;
  readonly keyAuthorizations: KeyAuthorizations;
  readonly docType: string;
  readonly validityInfo: {
    readonly signed: DateTime;
    readonly validFrom: DateTime;
    readonly validUntil: DateTime;
    readonly expectedUpdate?: DateTime;
  };
  readonly status?: CborValue;
}

/** Encodes an MSO of version 1.0. @throws {MdocError} `validity` when the instants contradict each other */
export function encodeMso(options: {
  docType: string;
  digestAlgorithm: DigestAlgorithm;
  valueDigests: Map<string, CborMap>;
  deviceKey: KeyObject;
  validity: Validity;
  status?: CborValue;
}): Uint8Array {
  const { signed, validFrom, validUntil, expectedUpdate } = options.validity;
  if (!(signed <= validFrom && validFrom < validUntil) || (expectedUpdate && expectedUpdate > validUntil)) {
    throw new MdocError('validity', 'signed, validFrom and validUntil must follow each other.');
  }
  return encode({
    version: '1.0',
    digestAlgorithm: options.digestAlgorithm,
    valueDigests: options.valueDigests,
    deviceKeyInfo: { deviceKey: encodeCoseKey(options.deviceKey) },
    docType: options.docType,
    validityInfo: {
      signed: DateTime.from(signed),
      validFrom: DateTime.from(validFrom),
      validUntil: DateTime.from(validUntil),
      ...(expectedUpdate ? { expectedUpdate: DateTime.from(expectedUpdate) } : {}),
    },
    ...(options.status === undefined ? {} : { status: options.status }),
  });
}

/**
 * Reads the payload of issuerAuth: `#6.24(bstr .cbor MobileSecurityObject)`.
 * @throws {MdocError} `mso-structure` with the path and the rule
 */
export function parseMso(payload: Uint8Array, options?: DecodeOptions): MobileSecurityObject {
  const outer = decodeFor('mso-structure', 'payload', payload, options);
  if (!(outer instanceof Encoded)) {
    throw new MdocError('mso-structure', 'The payload is not embedded CBOR (tag 24).', { rule: 'payload-tag' });
  }
  const mso = Shape.of('mso-structure', 'mso', outer.content, options);
  const validity = mso.get('validityInfo');
  const expectedUpdate = validity.optional('expectedUpdate')?.is(DateTime, 'a date and time (tag 0)');
  const keyInfo = mso.get('deviceKeyInfo');
  const status = mso.optional('status')?.raw();
  return {
    bytes: outer.content,
    version: mso.get('version').text(),
    digestAlgorithm: mso.get('digestAlgorithm').text(),
    valueDigests: parseValueDigests(mso.get('valueDigests')),
    deviceKey: keyInfo.get('deviceKey').map(),
    keyAuthorizations: parseKeyAuthorizations(keyInfo.optional('keyAuthorizations')),
    docType: mso.get('docType').text(),
    validityInfo: {
      signed: validity.get('signed').is(DateTime, 'a date and time (tag 0)'),
      validFrom: validity.get('validFrom').is(DateTime, 'a date and time (tag 0)'),
      validUntil: validity.get('validUntil').is(DateTime, 'a date and time (tag 0)'),
      ...(expectedUpdate ? { expectedUpdate } : {}),
    },
    ...(status === undefined ? {} : { status }),
  };
}

function parseValueDigests(shape: Shape): Map<string, Map<number, Uint8Array>> {
  const namespaces = new Map<string, Map<number, Uint8Array>>();
  for (const [namespace, digests] of shape.textEntries()) {
    const byId = new Map<number, Uint8Array>();
    for (const [id, digest] of digests.map()) {
      if (typeof id !== 'number' || id < 0 || id >= DIGEST_ID_END)
        digests.fail('digest-id-range', 'a digestID is below 2^31');
      if (!(digest instanceof Uint8Array)) digests.fail('member-type', 'a digest is a byte string');
      byId.set(id as number, digest as Uint8Array);
    }
    if (byId.size === 0) digests.fail('member-empty', 'one entry at least is expected');
    namespaces.set(namespace, byId);
  }
  return namespaces;
}

function parseKeyAuthorizations(shape: Shape | undefined): KeyAuthorizations {
  const nameSpaces = new Set((shape?.optional('nameSpaces')?.array() ?? []).map((name) => name.text()));
  const dataElements = new Map<string, Set<string>>();
  for (const [namespace, elements] of shape?.optional('dataElements')?.textEntries() ?? []) {
    // Listed whole and in part at once, nobody could say which was meant (ISO/IEC 18013-5 §9.1.2.4).
    if (nameSpaces.has(namespace))
      elements.fail('key-authorizations-overlap', 'a namespace authorised as a whole is not listed by element');
    dataElements.set(namespace, new Set(elements.array().map((element) => element.text())));
  }
  return { nameSpaces, dataElements };
}
