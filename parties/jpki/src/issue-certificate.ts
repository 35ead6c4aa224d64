import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { Random } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { buildJpkiAuth, buildJpkiSign, type JpkiCa, randomSerial, X509BuildError } from '@tegata/x509-build';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { JpkiAuthority } from './authority.ts';
import { JpkiError } from './error.ts';
import type { Tables } from './schema.ts';

const place = {
  /** `YYYYMMDD`, unknown parts 0. */
  birthDate: z.string(),
  /** Romanised: `Tokyo-to`, `Chiyoda-ku`, and the five digits `13101`. */
  prefecture: z.string(),
  municipality: z.string(),
  municipalityCode: z.string(),
  cardExpires: z.string().optional(),
};
const shared = {
  /** base64 of the DER of SubjectPublicKeyInfo. */
  publicKey: z.base64().max(2000),
  device: z.enum(['card', 'phone']).optional(),
  oids: z.enum(['own', 'jpki-test']).optional(),
};

/** Body of `POST /certificates`. */
export const certificateRequest = z.discriminatedUnion('profile', [
  z.strictObject({
    profile: z.literal('sign'),
    ...shared,
    holder: z.strictObject({
      ...place,
      name: z.string(),
      address: z.string(),
      sex: z.enum(['1', '2', '9']),
      nameSubstitutes: z.string().optional(),
      addressSubstitutes: z.string().optional(),
    }),
  }),
  z.strictObject({ profile: z.literal('auth'), ...shared, holder: z.strictObject(place) }),
]);

/** A certificate that was issued. */
export interface IssuedCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Upper-case hex. */
  readonly serial: string;
}

/**
 * Issues a certificate: the serial number is taken in a row first, then the certificate is signed, and its fingerprint is in
 * the row before it is handed out. A crash in between wastes a number and nothing else.
 * @throws {JpkiError} `bad-request`; `context.member` says which
 */
export async function issueCertificate(
  options: {
    readonly db: Kysely<Tables>;
    readonly authority: JpkiAuthority;
    readonly clock: Clock;
    readonly random: Random;
  },
  request: z.infer<typeof certificateRequest>,
): Promise<IssuedCertificate> {
  const { db, random } = options;
  const { certificate, signer } = options.authority[request.profile];
  const publicKey = readKey(request.publicKey);
  const at = options.clock.now();
  const serial = await takeSerial(db, request.profile, random, at);
  const input = {
    issuer: { certificate, signer },
    publicKey,
    random,
    at,
    serial,
    device: request.device,
    oids: request.oids,
  };
  let issued: Uint8Array;
  try {
    issued =
      request.profile === 'sign'
        ? await buildJpkiSign({ ...input, holder: request.holder })
        : await buildJpkiAuth({ ...input, holder: request.holder });
  } catch (error) {
    if (!(error instanceof X509BuildError)) throw error;
    throw new JpkiError('bad-request', error.message, { member: `holder.${error.context['field'] ?? ''}` });
  }
  const { serialHex, notAfter } = parseCertificate(issued);
  await db
    .updateTable('jpki.certificate')
    .set({ fingerprint: createHash('sha256').update(issued).digest('hex'), not_after: notAfter })
    .where('ca', '=', request.profile)
    .where('serial', '=', serialHex)
    .execute();
  return { certificate: issued, serial: serialHex };
}

function readKey(base64: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
  } catch {
    // Refused below, like a key of another kind.
  }
  const details = key?.asymmetricKeyDetails;
  const rsa = key?.asymmetricKeyType === 'rsa' && details?.modulusLength === 2048 && details.publicExponent === 65537n;
  // The next card has P-384 keys.
  if (!key || !(rsa || details?.namedCurve === 'secp384r1')) {
    throw new JpkiError('bad-request', 'The public key must be RSA-2048 with exponent 65537, or P-384.', {
      member: 'publicKey',
    });
  }
  return key;
}

/** Takes a number that no certificate of this CA has; four random octets collide now and then. */
async function takeSerial(db: Kysely<Tables>, ca: JpkiCa, random: Random, at: Date): Promise<Uint8Array> {
  for (;;) {
    const serial = randomSerial(random, 4);
    const row = { ca, serial: Buffer.from(serial).toString('hex').toUpperCase(), reserved_at: at };
    const taken = await db
      .insertInto('jpki.certificate')
      .values({ ...row, fingerprint: null, not_after: null, revoked_at: null, reason: null })
      .onConflict((conflict) => conflict.columns(['ca', 'serial']).doNothing())
      .returning('serial')
      .executeTakeFirst();
    if (taken) return serial;
  }
}
