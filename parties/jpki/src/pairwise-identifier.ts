import { createHash, createHmac, timingSafeEqual, verify } from 'node:crypto';
import {
  ApplicationError,
  type LoginChallenge,
  MAX_LOGIN_CHALLENGE_BYTES,
  parseLoginChallenge,
} from '@tegata/application';
import type { Clock } from '@tegata/clock';
import { HttpError, readBody } from '@tegata/http';
import type { Log } from '@tegata/log';
import { type Certificate, keyKind, parseCertificate, X509Error } from '@tegata/x509';
import { Hono } from 'hono';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { isUsable } from './certificate-state.ts';
import { JpkiError } from './error.ts';
import type { Tables } from './schema.ts';

/** Who may ask, and the secret from which identifiers are made. */
export interface Pairwise {
  /** 32 bytes, never in the database: whoever has it could tell that two identifiers are of one person. */
  readonly key: Uint8Array;
  /** Enrolled relying parties, each under its own web origin. */
  readonly relyingParties: readonly { readonly origin: string; readonly secret: string }[];
}

/** Body of `POST /pairwise-identifiers`: a login challenge, and who signed it. */
const identifierRequest = z.strictObject({
  text: z.string().max(MAX_LOGIN_CHALLENGE_BYTES),
  /** base64 of the authentication certificate. */
  certificate: z.base64().max(6_000),
  signature: z.base64().max(800),
});

const MAX_BODY = 16 * 1024;
/** How far the clocks of a relying party and of this service may lie apart. */
const SKEW_MS = 60_000;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** `POST /pairwise-identifiers`, for enrolled relying parties. */
export function pairwiseRoutes(options: {
  readonly pairwise: Pairwise;
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly log: Log;
}): Hono {
  const { pairwise, log } = options;
  const enrolled = pairwise.relyingParties.map(({ origin, secret }) => ({
    origin,
    expected: digest(`Bearer ${secret}`),
  }));
  const app = new Hono();
  app.post('/pairwise-identifiers', async (c) => {
    const shown = digest(c.req.header('authorization') ?? '');
    // Each is compared, so that the time says nothing of which one it was.
    const [caller] = enrolled.filter(({ expected }) => timingSafeEqual(shown, expected));
    if (!caller) throw new HttpError('unauthorized', 'This call needs the secret of an enrolled relying party.');
    const request = readRequest(await readBody(c, MAX_BODY));
    const identifier = await pairwiseIdentifier(options, caller.origin, request);
    log.info('identifier-given', { origin: caller.origin });
    return c.json({ identifier });
  });
  return app;
}

/**
 * Who logged in, in a form that only one relying party can use: HMAC-SHA-256 over its origin and the person. It stays the same when
 * the person gets a new card, a new phone or new certificates, and says nothing to another relying party. It is given for a fresh
 * login at that very relying party, proven by the person's signature.
 * @returns base64url, 43 characters
 * @throws {JpkiError} `proof-invalid`, `certificate-unusable`
 */
async function pairwiseIdentifier(
  { db, clock, pairwise }: { readonly db: Kysely<Tables>; readonly clock: Clock; readonly pairwise: Pairwise },
  origin: string,
  { text, certificate: der, signature }: { text: string; certificate: Uint8Array; signature: Uint8Array },
): Promise<string> {
  const at = clock.now();
  const challenge = readChallenge(text);
  const fresh =
    challenge.issued.getTime() <= at.getTime() + SKEW_MS && at.getTime() <= challenge.expires.getTime() + SKEW_MS;
  if (challenge.origin !== origin || !fresh) throw notProven('The login was at another place, or is over.');
  const certificate = readCertificate(der);
  if (!isSigned(certificate, text, signature)) throw notProven('The signature is not over this text.');
  const row = await db
    .selectFrom('jpki.certificate')
    .selectAll()
    .where('ca', '=', 'auth')
    .where('serial', '=', certificate.serialHex)
    .where('fingerprint', '=', createHash('sha256').update(der).digest('hex'))
    .executeTakeFirst();
  if (!row || row.person === null || !isUsable(row, at)) {
    throw new JpkiError('certificate-unusable', 'The certificate is not one of ours that stands. Log in with another.');
  }
  return createHmac('sha256', pairwise.key)
    .update(`tegata pairwise identifier 1\n${origin}\n${row.person}`)
    .digest('base64url');
}

const notProven = (message: string) => new JpkiError('proof-invalid', `${message} Let the person log in again.`);

function readRequest(body: Uint8Array) {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new JpkiError('bad-request', 'The request is not JSON.');
  }
  const { data, error } = identifierRequest.safeParse(value);
  if (!data) {
    const member = error.issues[0]?.path.join('.') ?? '';
    throw new JpkiError('bad-request', 'The request does not have its form.', { member });
  }
  const octets = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  return { text: data.text, certificate: octets(data.certificate), signature: octets(data.signature) };
}

function readChallenge(text: string): LoginChallenge {
  try {
    return parseLoginChallenge(text);
  } catch (error) {
    if (error instanceof ApplicationError) throw notProven('The text is no login challenge.');
    throw error;
  }
}

function readCertificate(der: Uint8Array): Certificate {
  try {
    const certificate = parseCertificate(der);
    void certificate.publicKey;
    return certificate;
  } catch (error) {
    if (error instanceof X509Error) throw notProven('The certificate cannot be read.');
    throw error;
  }
}

/** As a relying party verifies it: PKCS#1 v1.5 with SHA-256, or ECDSA with SHA-384 as DER or as r‖s. */
function isSigned(certificate: Certificate, text: string, signature: Uint8Array): boolean {
  const { publicKey: key } = certificate;
  if (keyKind(certificate) === 'RSA-2048') return verify('sha256', Buffer.from(text), key, signature);
  const raw = { key, dsaEncoding: 'ieee-p1363' } as const;
  return (
    keyKind(certificate) === 'P-384' &&
    (verify('sha384', Buffer.from(text), key, signature) ||
      (signature.length === 96 && verify('sha384', Buffer.from(text), raw, signature)))
  );
}
