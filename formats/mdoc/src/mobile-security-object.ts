import type { KeyObject } from 'node:crypto';
import {
  type CborCursor,
  type CborMap,
  type CborValue,
  DateTime,
  type DecodeOptions,
  Encoded,
  encode,
  KnownNames,
} from '@tegata/cbor';
import { encodeCoseKey } from '@tegata/cose';
import { MdocError } from './error.ts';
import { empty, Fault, missing, nextName, readStructure } from './read-structure.ts';
import { ReceivedDigests } from './received-digests.ts';
import { decodeFor } from './shape.ts';

/** Digest algorithms by their names in the MSO, and in node:crypto. */
export const DIGEST_ALGORITHMS = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
/** Their names in the MSO. */
export type DigestAlgorithm = keyof typeof DIGEST_ALGORITHMS;
/** How long their digests are. */
export const DIGEST_BYTES = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const;

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
  readonly valueDigests: ReadonlyMap<string, ReceivedDigests>;
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

/** Gives the instants back when they follow each other. @throws {MdocError} `validity` */
export function checkValidity(validity: Validity): Validity {
  const { signed, validFrom, validUntil, expectedUpdate } = validity;
  // As numbers: to compare Date objects takes a detour through their methods.
  const [from, until] = [validFrom.getTime(), validUntil.getTime()];
  const updated = expectedUpdate === undefined || expectedUpdate.getTime() <= until;
  if (signed.getTime() <= from && from < until && updated) return validity;
  throw new MdocError('validity', 'signed, validFrom and validUntil must follow each other.');
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
  const { signed, validFrom, validUntil, expectedUpdate } = checkValidity(options.validity);
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
 * @param options limits, and who hears of forms that should not have been written
 * @throws {MdocError} `mso-structure` with the path and the rule
 */
export function parseMso(payload: Uint8Array, options?: DecodeOptions): MobileSecurityObject {
  return readStructure('mso-structure', 'mso', payload, options, (cursor) => {
    // Whatever is no embedded CBOR is told apart by `decode`; this is a matter of the first two bytes nearly always.
    if (payload[0] !== 0xd8 || payload[1] !== 24 || !cursor.openEmbedded())
      return parseUnusual(payload, options, cursor);
    const start = cursor.position;
    const mso = readMso(cursor);
    const bytes = cursor.since(start);
    cursor.closeEmbedded();
    return { ...mso, bytes };
  });
}

function parseUnusual(
  payload: Uint8Array,
  options: DecodeOptions | undefined,
  cursor: CborCursor,
): MobileSecurityObject {
  const outer = decodeFor('mso-structure', 'payload', payload, options);
  if (!(outer instanceof Encoded)) {
    throw new MdocError('mso-structure', 'The payload is not embedded CBOR (tag 24).', { rule: 'payload-tag' });
  }
  cursor.skip();
  const { content } = outer;
  return readStructure('mso-structure', 'mso', content, options, (inner) => ({ ...readMso(inner), bytes: content }));
}

const MSO = new KnownNames(
  'version',
  'digestAlgorithm',
  'valueDigests',
  'deviceKeyInfo',
  'docType',
  'validityInfo',
  'status',
);

function readMso(cursor: CborCursor): Omit<MobileSecurityObject, 'bytes'> {
  const start = cursor.position;
  let version: string | undefined;
  let digestAlgorithm: string | undefined;
  let valueDigests: MobileSecurityObject['valueDigests'] | undefined;
  let device: ReturnType<typeof readDeviceKeyInfo> | undefined;
  let docType: string | undefined;
  let validityInfo: MobileSecurityObject['validityInfo'] | undefined;
  let status: CborValue;
  cursor.openMap();
  for (let key = cursor.nextKey(MSO); key !== undefined; key = cursor.nextKey(MSO)) {
    switch (key) {
      case 'version':
        version = cursor.name();
        break;
      case 'digestAlgorithm':
        digestAlgorithm = cursor.name();
        break;
      case 'valueDigests':
        valueDigests = readValueDigests(cursor);
        break;
      case 'deviceKeyInfo':
        device = readDeviceKeyInfo(cursor);
        break;
      case 'docType':
        docType = cursor.name();
        break;
      case 'validityInfo':
        validityInfo = readValidityInfo(cursor);
        break;
      case 'status':
        status = cursor.value();
        break;
      default:
        cursor.skip();
    }
  }
  if (version === undefined) return missing(start, 'version');
  if (digestAlgorithm === undefined) return missing(start, 'digestAlgorithm');
  if (!valueDigests) return missing(start, 'valueDigests');
  if (!device) return missing(start, 'deviceKeyInfo');
  if (docType === undefined) return missing(start, 'docType');
  if (!validityInfo) return missing(start, 'validityInfo');
  const mso = { version, digestAlgorithm, valueDigests, ...device, docType, validityInfo };
  return status === undefined ? mso : { ...mso, status };
}

function readValueDigests(cursor: CborCursor): Map<string, ReceivedDigests> {
  const start = cursor.position;
  const namespaces = new Map<string, ReceivedDigests>();
  cursor.openMap();
  for (let name = nextName(cursor); name !== undefined; name = nextName(cursor)) {
    const from = cursor.position;
    const digests = new ReceivedDigests(cursor.input);
    cursor.openMap();
    for (
      let at = cursor.position, id = cursor.nextKey();
      id !== undefined;
      at = cursor.position, id = cursor.nextKey()
    ) {
      if (typeof id !== 'number' || id < 0 || id >= DIGEST_ID_END) {
        throw new Fault('digest-id-range', at, 'a digestID is below 2^31');
      }
      digests.read(id, cursor);
    }
    if (digests.size === 0) empty(from);
    namespaces.set(name, digests);
  }
  if (namespaces.size === 0) empty(start);
  return namespaces;
}

const DEVICE_KEY_INFO = new KnownNames('deviceKey', 'keyAuthorizations');

function readDeviceKeyInfo(cursor: CborCursor): Pick<MobileSecurityObject, 'deviceKey' | 'keyAuthorizations'> {
  const start = cursor.position;
  let deviceKey: CborValue;
  let keyAuthorizations = NO_AUTHORIZATIONS;
  cursor.openMap();
  for (let key = cursor.nextKey(DEVICE_KEY_INFO); key !== undefined; key = cursor.nextKey(DEVICE_KEY_INFO)) {
    if (key === 'deviceKey') {
      const at = cursor.position;
      deviceKey = cursor.value();
      if (!(deviceKey instanceof Map)) throw new Fault('member-type', at, 'a map is expected');
    } else if (key === 'keyAuthorizations') keyAuthorizations = readKeyAuthorizations(cursor);
    else cursor.skip();
  }
  return deviceKey === undefined ? missing(start, 'deviceKey') : { deviceKey, keyAuthorizations };
}

const NO_AUTHORIZATIONS: KeyAuthorizations = { nameSpaces: new Set(), dataElements: new Map() };

function readKeyAuthorizations(cursor: CborCursor): KeyAuthorizations {
  const start = cursor.position;
  let nameSpaces: ReadonlySet<string> = new Set();
  const dataElements = new Map<string, ReadonlySet<string>>();
  cursor.openMap();
  for (let key = cursor.nextKey(); key !== undefined; key = cursor.nextKey()) {
    if (key === 'nameSpaces') nameSpaces = readNames(cursor);
    else if (key === 'dataElements') {
      const from = cursor.position;
      cursor.openMap();
      for (let name = nextName(cursor); name !== undefined; name = nextName(cursor)) {
        dataElements.set(name, readNames(cursor));
      }
      if (dataElements.size === 0) empty(from);
    } else cursor.skip();
  }
  for (const name of dataElements.keys()) {
    if (!nameSpaces.has(name)) continue;
    // Listed whole and in part at once, nobody could say which was meant (ISO/IEC 18013-5 §9.1.2.4).
    const why = 'a namespace authorised as a whole is not listed by element';
    throw new Fault('key-authorizations-overlap', start, why);
  }
  return { nameSpaces, dataElements };
}

function readNames(cursor: CborCursor): Set<string> {
  const start = cursor.position;
  const names = new Set<string>();
  cursor.openArray();
  while (cursor.nextItem()) names.add(cursor.text());
  return names.size === 0 ? empty(start) : names;
}

const VALIDITY_INFO = new KnownNames('signed', 'validFrom', 'validUntil', 'expectedUpdate');

function readValidityInfo(cursor: CborCursor): MobileSecurityObject['validityInfo'] {
  const start = cursor.position;
  const dates: { [member: string]: DateTime } = {};
  cursor.openMap();
  for (let key = cursor.nextKey(VALIDITY_INFO); key !== undefined; key = cursor.nextKey(VALIDITY_INFO)) {
    if (key === 'signed' || key === 'validFrom' || key === 'validUntil' || key === 'expectedUpdate') {
      const at = cursor.position;
      const date = cursor.value();
      if (!(date instanceof DateTime)) throw new Fault('member-type', at, 'a date and time (tag 0) is expected');
      dates[key] = date;
    } else cursor.skip();
  }
  const { signed, validFrom, validUntil, expectedUpdate } = dates;
  if (!signed) return missing(start, 'signed');
  if (!validFrom) return missing(start, 'validFrom');
  if (!validUntil) return missing(start, 'validUntil');
  return expectedUpdate ? { signed, validFrom, validUntil, expectedUpdate } : { signed, validFrom, validUntil };
}
