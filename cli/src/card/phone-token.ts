import { createPublicKey } from 'node:crypto';
import type { Chip } from '@tegata/apdu';
import { cardDates, type Persona } from '@tegata/card';
import { jpkiApplication, type TokenProfile } from '@tegata/card-files';
import { makeChip, memoryCounters } from '@tegata/chip';
import type { Clock } from '@tegata/clock';
import { generateSoftwareKey } from '@tegata/keys';
import type { Random } from '@tegata/random';
import { z } from 'zod';
import type { LocalJpki } from './local-jpki.ts';

/** A phone that speaks the card's protocol. */
export type PhoneProfile = Exclude<TokenProfile, 'card'>;

const issued = z.object({ certificate: z.base64() });

/** The JPKI token in the phone of a persona: keys and certificates of its own, the same PINs, no other application (card.md §14). */
export async function phoneToken(options: {
  persona: Persona;
  profile: PhoneProfile;
  jpki: LocalJpki;
  clock: Clock;
  random: Random;
}): Promise<Chip> {
  const { persona, profile, jpki, clock, random } = options;
  const [authKey, signKey] = await Promise.all([generateSoftwareKey('RSA-2048'), generateSoftwareKey('RSA-2048')]);
  const { birthDate, expiry } = cardDates(persona, clock.now());
  const place = {
    birthDate,
    prefecture: persona.municipality.prefecture,
    municipality: persona.municipality.city,
    municipalityCode: persona.municipality.code,
    cardExpires: expiry,
  };
  const issue = async (kind: 'auth' | 'sign') => {
    const key = createPublicKey(kind === 'auth' ? authKey : signKey).export({ type: 'spki', format: 'der' });
    const { name, address, sex, certificate } = persona;
    const holder = kind === 'auth' ? place : { ...place, name, address, sex, ...certificate };
    const json = { profile: kind, device: 'phone', publicKey: key.toString('base64'), holder };
    const answer = await jpki.peer.request('POST', '/certificates', { json });
    return new Uint8Array(Buffer.from(issued.parse(answer.json()).certificate, 'base64'));
  };
  const application = jpkiApplication({
    profile,
    certificates: {
      auth: await issue('auth'),
      authCa: jpki.auth,
      sign: persona.pins.signature === null ? undefined : await issue('sign'),
      signCa: jpki.sign,
    },
    authKey,
    signKey,
    authPin: persona.pins.auth,
    signaturePassword: persona.pins.signature,
    serialNumber: `900000000001${persona.securityCode}`,
  });
  return makeChip({ applications: [application], counters: memoryCounters(), random });
}
