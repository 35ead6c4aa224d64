import { isMyNumber } from '@tegata/card-files';
import { z } from 'zod';
import { handoverFaults } from './issue/handover-faults.ts';

/** A text of a register: 1 to `most` characters, none of them a control, a line separator or a turn of the writing direction. */
function registerText(most: number) {
  return z
    .string()
    .max(4 * most)
    .refine((text) => {
      const count = [...text].length;
      return count >= 1 && count <= most && text.trim() === text;
    }, `1 to ${most} characters, no space at either end`)
    .refine(
      (text) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u.test(text),
      'no control characters, line separators or direction overrides',
    );
}

/** How lists call the card, whose it is, and what it is good for. */
const words = z.strictObject({ title: registerText(40), name: registerText(100), note: registerText(300) });

const pin = z.string().regex(/^[0-9]{4}$/, '4 digits');
/** `YYYYMMDD`; unknown month and day are 0. */
const birthDate = z
  .string()
  .regex(/^[0-9]{8}$/, 'YYYYMMDD')
  .refine(isBirthDate, 'a day of the calendar since 1868-01-25, unknown month and day written as 00');
const days = z.int().min(-5000).max(5000);
const flags = z.string().regex(/^[01]{1,200}$/, 'one 0 or 1 per character');

/** Why a certificate was revoked (jpki.md §8). */
export const REVOCATION_REASONS = [
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
] as const;

/** What a certificate has gone through since its issue. */
const certificateState = z.strictObject({
  /** Issued so many days from the day on which the card is made: long ago it has expired by now, in future it does not hold yet. */
  issuedInDays: days.optional(),
  revoked: z.enum(REVOCATION_REASONS).optional(),
  /** On hold (certificateHold), which may be lifted. */
  suspended: z.literal(true).optional(),
});

/** What is wrong with a card, each so that exactly one check finds it. */
export const CARD_FAULTS = [
  /** The signature over the digests of My Number and attributes is another one. */
  'text-signature',
  /** The signature over the surface AP's three groups is another one. */
  'surface-signature',
  /** The certificate of the text AP's own key is another one. */
  'card-key-signature',
  /** A copy: the files of the card, and not its text AP key. */
  'text-key-copied',
  /** A copy: the files of the card, and not its surface AP key. */
  'surface-key-copied',
  /** The photo is no JPEG 2000 from its first box on. */
  'photo-header',
  /** The photo has a good header and nothing behind it that can be decoded. */
  'photo-body',
] as const;

/** The name of a card fault. */
export type CardFault = (typeof CARD_FAULTS)[number];

/** Lists of personas are shown in these parts. */
export const PERSONA_GROUPS = ['people', 'ages', 'names', 'certificates', 'pins', 'cards', 'own'] as const;

/** What stands in a persona's data file. All lengths are limited: such a file may come from anywhere. */
export const personaSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40'),
  /** As the text AP holds it. */
  name: registerText(100),
  group: z.enum(PERSONA_GROUPS),
  ja: words,
  en: words,
  /** How a journey with this card ends: green, or refused at a step with a code. Of a card that somebody made nobody has said it. */
  expect: z
    .union([
      z.strictObject({ ok: z.literal(true) }),
      z.strictObject({
        ok: z.literal(false),
        step: z.int().min(1).max(9),
        code: z.string().regex(/^[a-z0-9-]{1,60}$/),
      }),
    ])
    .optional(),
  /** The same person as another persona, with another card. */
  samePersonAs: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/)
    .optional(),
  /** フリガナ. No file of today's card holds it. */
  kana: registerText(100).optional(),
  address: registerText(200),
  /** A date, or "turns `turns` in `inDays` days", counted in Japan when the card is personalised. */
  birth: z.union([
    z.strictObject({ date: birthDate }),
    z.strictObject({ turns: z.int().min(0).max(130), inDays: z.int().min(-366).max(366) }),
  ]),
  /** JIS X 0303: 1 male, 2 female, 9 not applicable. */
  sex: z.enum(['1', '2', '9']),
  /** 12 digits with the right check digit that begin with 9000: nobody's. */
  myNumber: z
    .string()
    .regex(/^9000[0-9]{8}$/, '12 digits that begin with 9000')
    .refine(isMyNumber, 'the right check digit at the end'),
  /** The four digits printed on the face. */
  securityCode: z.string().regex(/^[0-9]{4}$/, '4 digits'),
  municipality: z.strictObject({
    /** 99 is no prefecture. */
    code: z.string().regex(/^99[0-9]{3}$/, '5 digits that begin with 99'),
    prefecture: z.string().regex(/^[A-Z][a-zA-Z]{0,30}-(to|do|fu|ken)$/, 'romanised, like Mihon-ken'),
    city: z.string().regex(/^[A-Z][a-zA-Z]{0,30}-(shi|ku|cho|machi|mura|son)$/, 'romanised, like Tegata-shi'),
  }),
  /** `signature` is null for who has no signature certificate. */
  pins: z.strictObject({
    text: pin,
    auth: pin,
    /** Of common AP and resident AP; the text PIN when not given. */
    card: pin.optional(),
    signature: z
      .string()
      .regex(/^[A-Z0-9]{6,16}$/, '6 to 16 capitals and digits')
      .nullable(),
  }),
  /** What the signature certificate says instead, with one flag per character. */
  certificate: z
    .strictObject({
      name: registerText(100),
      nameSubstitutes: flags,
      address: registerText(200),
      addressSubstitutes: flags,
    })
    .optional(),
  certificates: z.strictObject({ sign: certificateState.optional(), auth: certificateState.optional() }).optional(),
  /** Counters that a new card does not start full with. */
  triesLeft: z
    .strictObject({
      text: z.int().min(0).max(3).optional(),
      auth: z.int().min(0).max(3).optional(),
      card: z.int().min(0).max(3).optional(),
      signature: z.int().min(0).max(5).optional(),
    })
    .optional(),
  card: z
    .strictObject({
      /** The last day is not a birthday, but so many days from the day on which the card is made. */
      expiresInDays: days.optional(),
      /** An older card: it has no certificate `7F21` of its own among the data objects of the card (card.md §10). */
      withoutCardCertificate: z.literal(true).optional(),
      /** The surface AP says this instead of what the text AP says. */
      surface: z.strictObject({ birthDate: birthDate.optional(), sex: z.enum(['1', '2', '9']).optional() }).optional(),
      fault: z.enum(CARD_FAULTS).optional(),
    })
    .optional(),
  /** What is wrong with the card whenever it is in the hand. */
  faults: handoverFaults.optional(),
  look: z.strictObject({
    age: z.enum(['child', 'young', 'adult', 'elder']),
    hair: z.enum(['long', 'bob', 'short', 'parted', 'bun', 'ponytail', 'wavy', 'cropped']),
    hairTone: z.int().min(0).max(255),
    skinTone: z.int().min(0).max(255),
    clothes: z.enum(['suit', 'blouse', 'sweater', 'shirt', 'cardigan']),
    glasses: z.enum(['round', 'square']).optional(),
    beard: z.boolean().optional(),
    width: z.int().min(44).max(62).optional(),
  }),
});

/** What stands in the data file of one invented person. */
export type PersonaData = z.infer<typeof personaSchema>;

function isBirthDate(text: string): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)].map(Number) as [
    number,
    number,
    number,
  ];
  if (text < '18680125' || year > 2999) return false;
  if (month === 0) return day === 0;
  if (day === 0) return month <= 12;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
