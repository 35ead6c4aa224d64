/**
 * What goes over the SMP's wires: paths, sizes, forms. One file, so that the other end can be written from it.
 * @module
 */
import type { CardAttributes } from '@tegata/card-files';
import { CborError, type CborMap, decode, encode } from '@tegata/cbor';
import { z } from 'zod';
import { SmpError } from './error.ts';

/** `POST /applications`: content of 96 KiB and what CMS adds. */
export const MAX_APPLICATION_BODY = 114_688;
/** `POST /pin-resets`: a few hundred bytes and what CMS adds. */
export const MAX_PIN_RESET_BODY = 16_384;
/** Every JSON body. */
export const MAX_JSON_BODY = 2_048;
/** The header that names the session of an application. */
export const SESSION_HEADER = 'tegata-session';
/** The content type of a signed application (RFC 5652 over RFC 8551). */
export const APPLICATION_MEDIA_TYPE = 'application/pkcs7-mime';

/** `POST /sessions`. */
export const sessionRequest = z.strictObject({ platform: z.enum(['ios', 'android']) });

/**
 * `POST /receipts/:delivery`. `digest` is base64url(SHA-256): for `fetched` of the JWE's text, which the wallet provider sees; for
 * `stored` of IssuerSigned, or of everything that was delivered where certificates are in it, which only the phone can know.
 */
export const receiptRequest = z.strictObject({
  event: z.enum(['fetched', 'stored']),
  digest: z.string().regex(/^[\w-]{43}$/),
});

/** A receipt as sent. */
export type Receipt = z.infer<typeof receiptRequest>;

/** The id of a delivery. */
export const deliveryId = z.uuid();

/**
 * Reads a JSON body by its form.
 * @throws {SmpError} `bad-request` with the member's name
 */
export function readJson<T>(schema: z.ZodType<T>, body: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new SmpError('bad-request', 'The body must be JSON.');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new SmpError('bad-request', 'The body does not have its form.', {
    member: result.error.issues[0]?.path.join('.') ?? '',
  });
}

/** What the IACA is asked to issue. */
export interface IssuanceRequest {
  readonly attributes: CardAttributes;
  readonly deviceKey: CborMap;
  readonly platform: string;
}

/** `PUT /issuances/:id`: deterministic, so that asking again is asking the same. */
export function encodeIssuanceRequest({ attributes, deviceKey, platform }: IssuanceRequest): Uint8Array {
  const { name, address, birthDate, sex, myNumber, municipalityCode, portrait } = attributes;
  return encode({
    attributes: { name, address, birthDate, sex, myNumber, municipalityCode },
    portrait,
    deviceKey,
    platform,
  });
}

/** The IACA's plan: stored there, not signed yet. */
export interface IssuancePlan {
  readonly token: Uint8Array;
  /** SHA-256 of the MSO to be signed, hex. */
  readonly digest: string;
  readonly serial: string;
}

function mapOf(body: Uint8Array, maxBytes: number): CborMap {
  try {
    const value = decode(body, { maxBytes, maxDepth: 4, maxItems: 64 });
    if (value instanceof Map) return value;
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  throw new SmpError('iaca-unavailable', 'The IACA gave an answer that is not its form.');
}

const hex = (value: unknown): string | undefined =>
  value instanceof Uint8Array && value.length > 0 && value.length <= 64
    ? Buffer.from(value).toString('hex')
    : typeof value === 'string' && /^[\w-]{1,128}$/.test(value)
      ? value
      : undefined;

/**
 * Reads the answer to `PUT /issuances/:id`.
 * @throws {SmpError} `iaca-unavailable` when it has another form: nothing is decided on it
 */
export function decodeIssuancePlan(body: Uint8Array): IssuancePlan {
  const map = mapOf(body, 8_192);
  const digest = hex(map.get('digest'));
  const serial = hex(map.get('serial'));
  if (!map.has('token') || digest === undefined || serial === undefined) {
    throw new SmpError('iaca-unavailable', 'The IACA gave a plan without token, digest or serial.');
  }
  // Kept as the CBOR item that it is: the token is the IACA's, and is sent back as it came.
  return { token: encode(map.get('token')), digest, serial };
}

/** `POST /issuances/:id/signature`. */
export function encodeSignatureRequest(token: Uint8Array): Uint8Array {
  return encode(new Map([['token', decode(token)]]));
}

/** A signed mdoc, and of which plan it is: the IACA may have had to make another than the one it told first. */
export interface Issued extends Omit<IssuancePlan, 'token'> {
  readonly issuerSigned: Uint8Array;
}

/**
 * Reads the answer to `POST /issuances/:id/signature`.
 * @throws {SmpError} `iaca-unavailable`
 */
export function decodeIssued(body: Uint8Array): Issued {
  const map = mapOf(body, 262_144);
  const issuerSigned = map.get('issuerSigned');
  const digest = hex(map.get('digest'));
  const serial = hex(map.get('serial'));
  if (!(issuerSigned instanceof Uint8Array) || digest === undefined || serial === undefined) {
    throw new SmpError('iaca-unavailable', 'The IACA gave no IssuerSigned, or did not say of which plan.');
  }
  return { issuerSigned, digest, serial };
}

/** `POST /certificates` of JPKI: one of the two certificates of a phone. Deterministic: asking again is asking the same. */
export function encodeCertificateRequest(asked: {
  readonly application: string;
  readonly platform: string;
  readonly use: 'auth' | 'sign';
  readonly csr: Uint8Array;
  /** DER of the card's signature certificate. */
  readonly signer: Uint8Array;
}) {
  const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');
  return {
    profile: `phone-${asked.use}`,
    request: `${asked.application}:${asked.use}`,
    phone: asked.application,
    platform: asked.platform,
    csr: base64(asked.csr),
    cardCertificate: base64(asked.signer),
  };
}

const certificateAnswer = z.object({ certificate: z.base64().min(1).max(12_000) });

/**
 * Reads the answer to `POST /certificates`.
 * @returns DER
 * @throws {SmpError} `jpki-unavailable` when it has another form
 */
export function decodeCertificateAnswer(body: Uint8Array): Uint8Array {
  try {
    const answer = certificateAnswer.parse(readJson(certificateAnswer, body));
    return new Uint8Array(Buffer.from(answer.certificate, 'base64'));
  } catch (error) {
    if (!(error instanceof SmpError)) throw error;
    throw new SmpError('jpki-unavailable', 'JPKI gave an answer that is not its form.');
  }
}

/** The certificates of a phone and those of their CAs, DER. */
export interface PhoneCertificates {
  readonly auth: Uint8Array;
  readonly authCa: Uint8Array;
  readonly sign: Uint8Array;
  readonly signCa: Uint8Array;
}

/** As they are kept, and as they are delivered. */
export function encodePhoneCertificates({ auth, authCa, sign, signCa }: PhoneCertificates): Uint8Array {
  return encode({ auth, authCa, sign, signCa });
}

/** What is inside the JWE for the phone: a card, certificates, or both. */
export interface DeliveryContent {
  readonly reference: string;
  readonly issuerSigned?: Uint8Array;
  /** As `encodePhoneCertificates` made them, with the secret that resets PINs. */
  readonly certificates?: { readonly encoded: Uint8Array; readonly resetKey: Uint8Array };
}

/** Encodes it; the wallet's `decodeDelivery` is the other end. */
export function encodeDelivery({ reference, issuerSigned, certificates }: DeliveryContent): Uint8Array {
  return encode({
    reference,
    ...(issuerSigned ? { issuerSigned } : {}),
    ...(certificates ? { certificates: decode(certificates.encoded), resetKey: certificates.resetKey } : {}),
  });
}
