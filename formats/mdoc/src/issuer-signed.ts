import { CborCursor, type CborValue, type DecodeOptions, Encoded, KnownNames } from '@tegata/cbor';
import { CoseError, type CoseMessage, parseSign1, type TagRule, x5chain } from '@tegata/cose';
import { MdocError } from './error.ts';
import { type MobileSecurityObject, parseMso } from './mobile-security-object.ts';
import { empty, missing, nextName, readStructure } from './read-structure.ts';
import { ReceivedItem, type Salt } from './received-item.ts';

/** Bytes of the `random` that we issue; a reader accepts 16 (ISO/IEC 18013-5 §9.1.2.5). */
export const SALT_BYTES = 32;

/** One element with its salt. `encoded.bytes` are what the digest covers. */
export interface IssuerSignedItem {
  readonly encoded: Encoded;
  readonly digestID: number;
  readonly random: Uint8Array;
  readonly elementIdentifier: string;
  readonly elementValue: CborValue;
}

/** Items by namespace, in the order in which they came. */
export type IssuerNameSpaces = ReadonlyMap<string, readonly IssuerSignedItem[]>;

/** Issuer-signed data, taken apart. **Nothing in it has been verified.** */
export interface IssuerSigned {
  readonly nameSpaces: IssuerNameSpaces;
  /** The COSE_Sign1, decoded. */
  readonly issuerAuth: CborValue;
  readonly message: CoseMessage;
  readonly mso: MobileSecurityObject;
  /** Certificates that the sender attached, signer first (DER). */
  readonly certificates: readonly Uint8Array[];
}

/** The outer structure: the signature stays as it is, for the checks that name what is wrong with it. */
export interface IssuerSignedParts {
  readonly nameSpaces: IssuerNameSpaces;
  readonly issuerAuth: CborValue;
}

/**
 * Takes IssuerSigned apart, keeping the bytes that are hashed and signed (ISO/IEC 18013-5 §8.3.2.1.2.2).
 * @param options.tag whether the signature may carry a CBOR tag, as some issuers write it against the standard
 * @throws {MdocError} `structure`, `issuer-auth`, `mso-structure`
 * @example parseIssuerSigned(bytes).mso.docType
 */
export function parseIssuerSigned(bytes: Uint8Array, { tag }: { readonly tag?: TagRule } = {}): IssuerSigned {
  const { nameSpaces, issuerAuth } = parseIssuerSignedParts(bytes);
  try {
    const message = parseSign1(issuerAuth, tag);
    const certificates = x5chain(message);
    if (message.payload === null) throw new MdocError('issuer-auth', 'The issuer’s signature carries no payload.');
    return { nameSpaces, issuerAuth, message, certificates, mso: parseMso(message.payload) };
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('issuer-auth', `The issuer’s signature: ${error.message}`, { rule: error.code }, error);
  }
}

/** Takes only the outer structure apart. @throws {MdocError} `structure` with path and rule */
export function parseIssuerSignedParts(bytes: Uint8Array, options?: DecodeOptions): IssuerSignedParts {
  return readStructure('structure', 'issuerSigned', bytes, options, (cursor) => readIssuerSigned(cursor, options));
}

const ISSUER_SIGNED = new KnownNames('nameSpaces', 'issuerAuth');

/** Reads IssuerSigned where the cursor stands. */
export function readIssuerSigned(cursor: CborCursor, options?: DecodeOptions): IssuerSignedParts {
  const start = cursor.position;
  let nameSpaces = new Map<string, IssuerSignedItem[]>();
  let issuerAuth: CborValue;
  let signed = false;
  let unknown = false;
  cursor.openMap();
  for (let key = cursor.nextKey(ISSUER_SIGNED); key !== undefined; key = cursor.nextKey(ISSUER_SIGNED)) {
    if (key === 'nameSpaces') nameSpaces = readNameSpaces(cursor, options);
    else if (key === 'issuerAuth') {
      issuerAuth = cursor.value();
      signed = true;
    } else {
      unknown = true;
      cursor.skip();
    }
  }
  if (!signed) missing(start, 'issuerAuth');
  // To show nothing is allowed. Something else in the place of what is shown is damage: nobody has signed the name of this member.
  if (unknown && nameSpaces.size === 0) missing(start, 'nameSpaces');
  return { nameSpaces, issuerAuth };
}

function readNameSpaces(cursor: CborCursor, options?: DecodeOptions): Map<string, IssuerSignedItem[]> {
  const start = cursor.position;
  const nameSpaces = new Map<string, IssuerSignedItem[]>();
  cursor.openMap();
  for (let name = nextName(cursor); name !== undefined; name = nextName(cursor)) {
    const from = cursor.position;
    const items: IssuerSignedItem[] = [];
    cursor.openArray();
    while (cursor.nextItem()) items.push(readEncodedItem(cursor, options));
    if (items.length === 0) empty(from);
    nameSpaces.set(name, items);
  }
  if (nameSpaces.size === 0) empty(start);
  return nameSpaces;
}

function readEncodedItem(cursor: CborCursor, options?: DecodeOptions): IssuerSignedItem {
  const start = cursor.position;
  if (cursor.openEmbedded()) return readItem(cursor, start, undefined);
  const encoded = cursor.encoded();
  const inner = new CborCursor(encoded.content, options);
  const item = readItem(inner, 0, encoded);
  inner.end();
  return item;
}

const ITEM = new KnownNames('digestID', 'random', 'elementIdentifier', 'elementValue');

/** @param outside where the tag stands, if the item is read in place @param encoded the item as received, if it is not */
function readItem(cursor: CborCursor, outside: number, encoded: Encoded | undefined): IssuerSignedItem {
  const start = cursor.position;
  let digestID: number | undefined;
  let salt: Salt | undefined;
  let elementIdentifier: string | undefined;
  let elementValue: CborValue;
  let valued = false;
  cursor.openMap();
  for (let key = cursor.nextKey(ITEM); key !== undefined; key = cursor.nextKey(ITEM)) {
    switch (key) {
      case 'digestID':
        // Its range is a matter of the MSO, which the digest must be found in.
        digestID = cursor.unsigned();
        break;
      case 'random':
        salt = readSalt(cursor);
        break;
      case 'elementIdentifier':
        elementIdentifier = cursor.name();
        break;
      case 'elementValue':
        elementValue = cursor.value();
        valued = true;
        break;
      default:
        cursor.skip();
    }
  }
  if (digestID === undefined) return missing(start, 'digestID');
  if (salt === undefined) return missing(start, 'random');
  if (elementIdentifier === undefined) return missing(start, 'elementIdentifier');
  if (!valued) return missing(start, 'elementValue');
  if (!encoded) cursor.closeEmbedded();
  const received = encoded ?? Encoded.received(cursor.since(outside));
  return new ReceivedItem(received, digestID, elementIdentifier, elementValue, salt);
}

function readSalt(cursor: CborCursor): Salt {
  const from = cursor.passBytes();
  if (from !== undefined) return { input: cursor.input, from, to: cursor.position };
  const input = cursor.bytes();
  return { input, from: 0, to: input.length };
}
