import { type CborValue, decodeRecord, Encoded } from '@tegata/cbor';
import { CoseError, type CoseMessage, parseSign1, x5chain } from '@tegata/cose';
import { MdocError } from './error.ts';
import { type MobileSecurityObject, parseMso } from './mobile-security-object.ts';
import { Shape } from './shape.ts';

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

/**
 * Takes IssuerSigned apart, keeping the bytes that are hashed and signed (ISO/IEC 18013-5 §8.3.2.1.2.2).
 * @throws {MdocError} `structure`, `issuer-auth`, `mso-structure`
 * @example parseIssuerSigned(bytes).mso.docType
 */
export function parseIssuerSigned(bytes: Uint8Array): IssuerSigned {
  const { nameSpaces, issuerAuth } = readIssuerSigned(Shape.of('structure', 'issuerSigned', bytes));
  try {
    const message = parseSign1(issuerAuth);
    const certificates = x5chain(message);
    if (message.payload === null) throw new MdocError('issuer-auth', 'The issuer’s signature carries no payload.');
    return { nameSpaces, issuerAuth, message, certificates, mso: parseMso(message.payload) };
  } catch (error) {
    if (!(error instanceof CoseError)) throw error;
    throw new MdocError('issuer-auth', `The issuer’s signature: ${error.message}`, { rule: error.code }, error);
  }
}

/** The outer structure only; the signature stays as it is, for the checks that name what is wrong with it. */
export function readIssuerSigned(shape: Shape): { nameSpaces: IssuerNameSpaces; issuerAuth: CborValue } {
  const nameSpaces = new Map<string, IssuerSignedItem[]>();
  for (const [namespace, items] of shape.optional('nameSpaces')?.textEntries() ?? []) {
    nameSpaces.set(namespace, items.each(readUsualItem, readItem));
  }
  return { nameSpaces, issuerAuth: shape.get('issuerAuth').raw() };
}

const ITEM = ['digestID', 'random', 'elementIdentifier', 'elementValue'] as const;

/** Items come by the dozen: one of the usual form is read without a map in between. */
function readUsualItem(encoded: CborValue): IssuerSignedItem | undefined {
  const values = encoded instanceof Encoded ? decodeRecord(encoded, ITEM) : undefined;
  if (!values) return undefined;
  const [digestID, random, elementIdentifier, elementValue] = values;
  return typeof digestID === 'number' &&
    digestID >= 0 &&
    random instanceof Uint8Array &&
    typeof elementIdentifier === 'string'
    ? { encoded: encoded as Encoded, digestID, random, elementIdentifier, elementValue }
    : undefined;
}

/** Any other is read, and judged, member by member. */
function readItem(shape: Shape): IssuerSignedItem {
  const item = shape.inside();
  return {
    encoded: shape.encoded(),
    // Its range is a matter of the MSO, which the digest must be found in.
    digestID: item.get('digestID').unsigned(),
    random: item.get('random').bytes(),
    elementIdentifier: item.get('elementIdentifier').text(),
    elementValue: item.get('elementValue').raw(),
  };
}
