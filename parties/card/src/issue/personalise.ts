import { checkCodeB, jpkiApplication, keyId } from '@tegata/card-files';
import type { Application } from '@tegata/chip';
import { dayInJapan } from '@tegata/clock';
import { type Random, seededRandom } from '@tegata/random';
import type { Persona } from '../persona.ts';
import { birthDateOf, cardExpiry, dayAfter } from '../persona-dates.ts';
import type { CardAuthority } from './authority.ts';
import { type SignedRecord, withBrokenSignature } from './broken-signature.ts';
import { cardLevelApplication } from './card-level.ts';
import type { CardCertificates } from './certificates.ts';
import { commonApplication, residentApplication } from './common-application.ts';
import { BROKEN_BY, portraitWith, withCopiedKey } from './faults.ts';
import { surfaceApplication } from './surface-application.ts';
import { textApplication } from './text-application.ts';

/** The dates of a card, fixed when it is personalised. */
export interface CardDates {
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  /** `YYYYMMDD`, the last day. */
  readonly expiry: string;
}

/** The dates of a persona's card that is made at this instant. */
export function cardDates(persona: Persona, at: Date): CardDates {
  const birthDate = birthDateOf(persona, { now: () => at });
  const today = dayInJapan(at);
  const days = persona.card?.expiresInDays;
  return { birthDate, expiry: days === undefined ? cardExpiry(birthDate, today) : dayAfter(today, days) };
}

/**
 * Personalises a card: every file of its five applications and the data objects of the card level, signed by the municipality's issuer keys. The
 * same persona, dates, certificates and authority give the same card. A persona with the profile of a phone gives the JPKI-AP alone.
 */
export async function personalise(options: {
  persona: Persona;
  dates: CardDates;
  certificates: CardCertificates;
  authority: CardAuthority;
}): Promise<readonly Application[]> {
  const { persona, dates, certificates, authority } = options;
  const keys = persona.keys();
  const fault = persona.card?.fault;
  // What nobody knows the meaning of stays the same from one start to the next.
  const random: Random = seededRandom(`tegata/card/${persona.id}`);
  const municipalityCode = persona.municipality.code;
  const codeB = checkCodeB({ ...dates, securityCode: persona.securityCode });
  const jpki = jpkiApplication({
    profile: persona.faults?.profile ?? 'card',
    certificates,
    authKey: keys['jpki-auth'],
    signKey: keys['jpki-sign'],
    authPin: persona.pins.auth,
    signaturePassword: persona.pins.signature,
    serialNumber: `900000000000${persona.securityCode}`,
  });
  const broken = persona.faults?.brokenSignatures ?? [];
  if (persona.faults?.profile) return withBroken([jpki], broken);
  const text = await textApplication({
    attributes: { name: persona.name, address: persona.address, birthDate: dates.birthDate, sex: persona.sex },
    myNumber: persona.myNumber,
    pin: persona.pins.text,
    codeB,
    municipalityCode,
    cardKey: keys.text,
    sessionKey: keys['text-session'],
    issuer: authority.text,
    random,
  });
  const surface = await surfaceApplication({
    ...dates,
    sex: persona.sex,
    ...persona.card?.surface,
    myNumber: persona.myNumber,
    codeB,
    securityCode: persona.securityCode,
    municipalityCode,
    portrait: portraitWith(fault, persona.image('portrait.jp2')),
    nameImage: persona.image('name.png'),
    addressImage: persona.image('address.png'),
    cardKey: keys.surface,
    issuer: authority.surface,
    random,
  });
  // The 15 digits by which a card is known differ from person to person, and stay from one start to the next.
  const serial = `9${[...seededRandom(`tegata/card/serial/${persona.id}`).bytes(14)].map((byte) => byte % 10).join('')}`;
  const information = { serial, municipalityCode, expiry: dates.expiry };
  const shared = { keyReference: keyId('9000034', '001'), pin: persona.pins.card ?? persona.pins.text };
  const common = commonApplication({ ...shared, information, authenticationKey: keys.common });
  const resident = residentApplication(shared);
  const cardLevel = await cardLevelApplication({
    information,
    chain: authority.chain,
    cardKey: keys.text,
    withoutCardCertificate: persona.card?.withoutCardCertificate ?? false,
  });
  const applications = withCopiedKey([jpki, text, surface, common, resident, cardLevel], fault, keys['text-session']);
  const brokenByFault = fault && BROKEN_BY[fault];
  return withBroken(applications, brokenByFault ? [brokenByFault, ...broken] : broken);
}

// Each once: a bit that is turned twice is right again.
function withBroken(applications: readonly Application[], records: readonly SignedRecord[]): readonly Application[] {
  return [...new Set(records)].reduce(withBrokenSignature, applications);
}
