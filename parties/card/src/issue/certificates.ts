import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Peer } from '@tegata/http';
import { z } from 'zod';
import { CardError } from '../error.ts';
import type { Persona } from '../persona.ts';

/** The certificates that go onto a card, DER. */
export interface CardCertificates {
  readonly auth: Uint8Array;
  readonly authCa: Uint8Array;
  /** Absent for who has no signature certificate. */
  readonly sign: Uint8Array | undefined;
  readonly signCa: Uint8Array;
}

const issued = z.object({ certificate: z.base64(), serial: z.string(), person: z.uuid().optional() });
const DAY = 24 * 60 * 60 * 1000;

/**
 * Asks JPKI for the certificates of a card, and for what has happened to them since.
 * @throws {CardError} `issuing-failed` with JPKI's status; HttpError when it cannot be reached
 */
export async function requestCertificates(
  jpki: Peer,
  persona: Persona,
  card: { birthDate: string; expiry: string; authKey: KeyObject; signKey: KeyObject; at: Date },
): Promise<CardCertificates> {
  const place = {
    birthDate: card.birthDate,
    prefecture: persona.municipality.prefecture,
    municipality: persona.municipality.city,
    municipalityCode: persona.municipality.code,
    // A certificate ends no later than its card; of a card that had ended before there is nothing to keep to.
    ...((persona.card?.expiresInDays ?? 0) < 0 ? {} : { cardExpires: card.expiry }),
  };
  const [signCa, authCa] = [await caCertificate(jpki, 'sign'), await caCertificate(jpki, 'auth')];
  const issuedAt = (ca: 'sign' | 'auth') => {
    const days = persona.certificates?.[ca]?.issuedInDays;
    return days === undefined ? {} : { issuedAt: new Date(card.at.getTime() + days * DAY).toISOString() };
  };
  const authRequest = { profile: 'auth', publicKey: spki(card.authKey), holder: place, ...issuedAt('auth') };
  const auth = await issue(jpki, authRequest);
  await afterIssue(jpki, 'auth', auth, persona);
  if (persona.pins.signature === null) return { auth: auth.der, authCa, sign: undefined, signCa };
  const { name, address } = persona;
  const sign = await issue(jpki, {
    profile: 'sign',
    publicKey: spki(card.signKey),
    holder: { ...place, name, address, sex: persona.sex, ...persona.certificate },
    ...issuedAt('sign'),
    ...(auth.person === undefined ? {} : { person: auth.person }),
  });
  await afterIssue(jpki, 'sign', sign, persona);
  return { auth: auth.der, authCa, sign: sign.der, signCa };
}

async function afterIssue(
  jpki: Peer,
  ca: 'sign' | 'auth',
  { serial }: { serial: string },
  persona: Persona,
): Promise<void> {
  const { revoked, suspended } = persona.certificates?.[ca] ?? {};
  if (revoked) await asked(jpki, 'POST', '/revocations', { ca, serial, reason: revoked });
  if (suspended) {
    const json = { request: `card-hold-${ca}-${serial}`, of: { ca, serial }, device: 'card' };
    await asked(jpki, 'POST', '/suspensions', json);
  }
}

interface Issued {
  readonly der: Uint8Array;
  readonly serial: string;
  /** Under which further certificates of the same person are asked for. */
  readonly person?: string;
}

async function issue(jpki: Peer, json: unknown): Promise<Issued> {
  const { data } = issued.safeParse(
    JSON.parse(Buffer.from(await asked(jpki, 'POST', '/certificates', json)).toString()),
  );
  if (!data) throw new CardError('issuing-failed', 'JPKI answered in another form than agreed.');
  const { certificate, serial, person } = data;
  return { der: new Uint8Array(Buffer.from(certificate, 'base64')), serial, ...(person ? { person } : {}) };
}

function caCertificate(jpki: Peer, ca: 'sign' | 'auth'): Promise<Uint8Array> {
  return asked(jpki, 'GET', `/ca/${ca}.cer`);
}

async function asked(jpki: Peer, method: string, path: string, json?: unknown): Promise<Uint8Array> {
  const { status, body } = await jpki.request(method, path, json === undefined ? {} : { json });
  if (status < 200 || status > 299) {
    throw new CardError('issuing-failed', 'JPKI did not issue what the card needs. See its log.', { status });
  }
  return body;
}

function spki(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}
