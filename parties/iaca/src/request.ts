/**
 * What goes over the IACA's wires: forms and sizes. One file, so that the other end can be written from it.
 * @module
 */
import type { KeyObject } from 'node:crypto';
import { CborError, type CborMap, type CborValue, DateTime, decode, encode } from '@tegata/cbor';
import { CoseError, decodeCoseKey } from '@tegata/cose';
import { z } from 'zod';
import { IacaError } from './error.ts';

/** `PUT /issuances/:id`: a portrait of 30 KiB and what stands around it. */
export const MAX_ISSUANCE_BODY = 49_152;
/** `POST /issuances/:id/signature`. */
export const MAX_TOKEN_BODY = 256;
/** The media type of every body here. */
export const CBOR_TYPE = 'application/cbor';

/** The id of an issuance is that of its application. */
export const issuanceId = z.uuid();

/** What a card says about its holder. Forms only are checked here; `record.ts` has the rules. */
const attributes = z.strictObject({
  name: z.string(),
  address: z.string(),
  /** `YYYYMMDD`, Gregorian. */
  birthDate: z.string(),
  /** JIS X 0303: 1 male, 2 female, 0 not known, 9 not applicable. */
  sex: z.string(),
  /** 12 digits. */
  myNumber: z.string(),
  /** 5 digits (市町村コード). */
  municipalityCode: z.string(),
});

const bytes = z.instanceof(Uint8Array);

const request = z.strictObject({
  attributes,
  portrait: bytes,
  deviceKey: z.instanceof(Map),
  platform: z.enum(['ios', 'android']),
});

/** The attributes of a card. */
export type Attributes = Readonly<z.infer<typeof attributes>>;

/** What the SMP asks to be issued. */
export interface IssuanceRequest {
  readonly attributes: Attributes;
  /** The card's photo (JP2), as the card holds it. */
  readonly portrait: Uint8Array;
  /** The phone's public key, its point validated. */
  readonly deviceKey: KeyObject;
  readonly platform: 'ios' | 'android';
}

/**
 * Reads the body of `PUT /issuances/:id` strictly: no member more, none less.
 * @throws {IacaError} `bad-request` with the member's name
 */
export function decodeIssuanceRequest(body: Uint8Array): IssuanceRequest {
  const map = decoded(body, { maxBytes: MAX_ISSUANCE_BODY, maxDepth: 3, maxItems: 64 });
  const result = request.safeParse(objectOf(map, 1));
  if (!result.success) throw badRequest(result.error.issues[0]?.path.join('.') ?? '');
  const { data } = result;
  return { ...data, deviceKey: deviceKeyOf(data.deviceKey as CborMap) };
}

function deviceKeyOf(map: CborMap): KeyObject {
  let key: KeyObject;
  try {
    key = decodeCoseKey(map);
  } catch (error) {
    if (error instanceof CoseError) throw badRequest('deviceKey');
    throw error;
  }
  // The only curve that every reader of the record must know.
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw badRequest('deviceKey');
  return key;
}

/** Reads the body of `POST /issuances/:id/signature`. @throws {IacaError} `bad-request` */
export function decodeTokenRequest(body: Uint8Array): Uint8Array {
  const map = decoded(body, { maxBytes: MAX_TOKEN_BODY, maxDepth: 1, maxItems: 4 });
  const result = z.strictObject({ token: bytes.refine((token) => token.length === 32) }).safeParse(objectOf(map, 0));
  if (!result.success) throw badRequest(result.error.issues[0]?.path.join('.') ?? '');
  return result.data.token;
}

/** A plan, as the SMP is told of it: what redeems it, and what will be signed. No personal data is in it. */
export interface PlanAnswer {
  /** 32 bytes; redeems the plan once. */
  readonly token: Uint8Array;
  /** SHA-256 of the MSO. */
  readonly digest: Uint8Array;
  readonly serial: string;
  readonly validUntil: Date;
}

/** Encodes the answer to `PUT /issuances/:id`. */
export function encodePlanAnswer({ token, digest, serial, validUntil }: PlanAnswer): Uint8Array {
  return encode({ token, digest, serial, validUntil: DateTime.from(validUntil) });
}

/** Encodes the answer to `POST /issuances/:id/signature`: the mdoc, and of which plan it is. */
export function encodeIssuedAnswer(issued: {
  issuerSigned: Uint8Array;
  serial: string;
  digest: Uint8Array;
}): Uint8Array {
  const { issuerSigned, serial, digest } = issued;
  return encode({ issuerSigned, serial, digest });
}

function decoded(body: Uint8Array, limits: { maxBytes: number; maxDepth: number; maxItems: number }): CborMap {
  try {
    const value = decode(body, limits);
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  throw badRequest('');
}

/** Maps with text keys as plain objects, `depth` levels below the first; deeper maps stay as they are. A COSE_Key has none but numbers. */
function objectOf(map: CborMap, depth: number): Record<string, CborValue | object> {
  const entries: [string, CborValue | object][] = [];
  for (const [key, value] of map) {
    if (typeof key !== 'string') throw badRequest('');
    const inner = depth > 0 && value instanceof Map && [...value.keys()].every((name) => typeof name === 'string');
    entries.push([key, inner ? objectOf(value, depth - 1) : value]);
  }
  return Object.fromEntries(entries);
}

function badRequest(member: string): IacaError {
  return new IacaError('bad-request', 'The request does not have its form. Compare it with request.ts.', { member });
}
