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

const issued = z.object({ certificate: z.base64(), serial: z.string() });

/**
 * Asks JPKI for the certificates of a card, and for the revocation where the persona's is revoked.
 * @throws {CardError} `issuing-failed` with JPKI's status; HttpError when it cannot be reached
 */
export async function requestCertificates(
  jpki: Peer,
  persona: Persona,
  card: { birthDate: string; expiry: string; authKey: KeyObject; signKey: KeyObject },
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
  const auth = await issue(jpki, { profile: 'auth', publicKey: spki(card.authKey), holder: place });
  await revoke(jpki, 'auth', auth, persona);
  if (persona.pins.signature === null) return { auth: auth.der, authCa, sign: undefined, signCa };
  const { name, address } = persona;
  const sign = await issue(jpki, {
    profile: 'sign',
    publicKey: spki(card.signKey),
    holder: { ...place, name, address, sex: persona.sex, ...persona.certificate },
  });
  await revoke(jpki, 'sign', sign, persona);
  return { auth: auth.der, authCa, sign: sign.der, signCa };
}

async function revoke(
  jpki: Peer,
  ca: 'sign' | 'auth',
  { serial }: { serial: string },
  persona: Persona,
): Promise<void> {
  const reason = persona.certificates?.[ca]?.revoked;
  if (reason) await asked(jpki, 'POST', '/revocations', { ca, serial, reason });
}

async function issue(jpki: Peer, json: unknown): Promise<{ der: Uint8Array; serial: string }> {
  const { data } = issued.safeParse(
    JSON.parse(Buffer.from(await asked(jpki, 'POST', '/certificates', json)).toString()),
  );
  if (!data) throw new CardError('issuing-failed', 'JPKI answered in another form than agreed.');
  return { der: new Uint8Array(Buffer.from(data.certificate, 'base64')), serial: data.serial };
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
