import { z } from 'zod';
import { eventNames } from './revocation-triggers.ts';

/** An id that the caller gives a request: the same request under the same id gets the same answer. */
const request = z.string().regex(/^[A-Za-z0-9._:-]{1,100}$/);

const place = {
  /** `YYYYMMDD`, unknown parts 0. */
  birthDate: z.string(),
  /** Romanised: `Tokyo-to`, `Chiyoda-ku`, and the five digits `13101`. */
  prefecture: z.string(),
  municipality: z.string(),
  municipalityCode: z.string(),
  cardExpires: z.string().optional(),
};

/** What the certificates of a card share. */
const card = {
  request: request.optional(),
  /** base64 of the DER of SubjectPublicKeyInfo. */
  publicKey: z.base64().max(2000),
  oids: z.enum(['own', 'jpki-test']).optional(),
  /** The person of an earlier answer; left out, it is somebody new. */
  person: z.uuid().optional(),
  /** Time of issue (default now): test cards may have been issued years ago, or begin to hold in future. */
  issuedAt: z.iso.datetime().optional(),
};

/** What the certificates of a phone share. */
const phone = {
  request,
  /** The application: both certificates of a phone come under one. */
  phone: z.uuid(),
  platform: z.enum(['ios', 'android']),
  /** base64 of a certification request (PKCS#10), signed with the phone's key. */
  csr: z.base64().max(6000),
  /** base64 of the signature certificate of the card that signed the application: what it says of the person is taken over. */
  cardCertificate: z.base64().max(6000),
};

/** Body of `POST /certificates`. */
export const certificateRequest = z.discriminatedUnion('profile', [
  z.strictObject({
    profile: z.literal('sign'),
    ...card,
    holder: z.strictObject({
      ...place,
      name: z.string(),
      address: z.string(),
      sex: z.enum(['1', '2', '9']),
      nameSubstitutes: z.string().optional(),
      addressSubstitutes: z.string().optional(),
    }),
  }),
  z.strictObject({ profile: z.literal('auth'), ...card, holder: z.strictObject(place) }),
  z.strictObject({ profile: z.literal('phone-sign'), ...phone }),
  z.strictObject({ profile: z.literal('phone-auth'), ...phone }),
]);

/** A `POST /certificates` that was read. */
export type CertificateRequest = z.infer<typeof certificateRequest>;
/** One for a phone. */
export type PhoneRequest = Extract<CertificateRequest, { phone: string }>;
/** One for a card. */
export type CardRequest = Exclude<CertificateRequest, { phone: string }>;

const ca = z.enum(['sign', 'auth']);
/** Hex of the serial number. */
const serial = z.string().regex(/^([0-9A-Fa-f]{2}){1,20}$/);

/** Whom something happened to: a person, a phone, or who holds a certificate. */
const subject = z.union([
  z.strictObject({ person: z.uuid() }),
  z.strictObject({ phone: z.uuid() }),
  z.strictObject({ ca, serial }),
]);

/** Whom something happened to. */
export type Subject = z.infer<typeof subject>;

/** Body of `POST /revocations`: one certificate for a reason, or what happened to somebody. */
export const revocationRequest = z.union([
  z.strictObject({
    request: request.optional(),
    ca,
    serial,
    /** keyCompromise; affiliationChanged = a change of the four attributes; cessationOfOperation = death, emigration, wish. */
    reason: z.enum(['keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation']),
  }),
  z.strictObject({ request, event: z.enum(eventNames), of: subject, only: ca.optional() }),
]);

/** A `POST /revocations` that was read. */
export type RevocationRequest = z.infer<typeof revocationRequest>;

/** Body of `POST /suspensions` and of `POST /resumptions`: a card's certificates, or a phone's. */
export const suspensionRequest = z.strictObject({
  request,
  of: subject,
  device: z.enum(['card', 'phone']),
});

/** A `POST /suspensions` or `POST /resumptions` that was read. */
export type SuspensionRequest = z.infer<typeof suspensionRequest>;
