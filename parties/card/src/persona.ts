import { existsSync, readFileSync } from 'node:fs';
import { type CalendarDay, type Clock, dayInJapan } from '@tegata/clock';
import { z } from 'zod';
import { CardError } from './error.ts';

/** The people whose cards we hold, in the order of lists. All are invented. */
export const PERSONA_IDS = [
  'adult',
  'turns-20-tomorrow',
  'turns-20-today',
  'under-15',
  'foreign-resident',
  'substitute-name',
  'revoked',
  'pin-locked',
] as const;

/** The id of a persona. */
export type PersonaId = (typeof PERSONA_IDS)[number];

/** How lists call the person, and what happens to them. */
const words = z.strictObject({ name: z.string(), note: z.string() });
const pin = z.string().regex(/^[0-9]{4}$/);
const tries = z.int().min(0).max(5);

const personaSchema = z.strictObject({
  id: z.enum(PERSONA_IDS),
  ja: words,
  en: words,
  /** Whether an application of this person ends with a card or with a refusal. */
  expects: z.enum(['card', 'refusal']),
  name: z.string(),
  address: z.string(),
  /** A date, or "turns `turns` in `inDays` days", counted in Japan when the card is personalised. */
  birth: z.union([
    z.strictObject({ date: z.string().regex(/^[0-9]{8}$/) }),
    z.strictObject({ turns: z.int(), inDays: z.int() }),
  ]),
  sex: z.enum(['1', '2']),
  myNumber: z.string().regex(/^[0-9]{12}$/),
  /** The four digits printed on the face. */
  securityCode: z.string().regex(/^[0-9]{4}$/),
  municipality: z.strictObject({ code: z.string().regex(/^[0-9]{5}$/), prefecture: z.string(), city: z.string() }),
  /** `signature` is null for who has no signature certificate. */
  pins: z.strictObject({
    text: pin,
    auth: pin,
    signature: z
      .string()
      .regex(/^[A-Z0-9]{6,16}$/)
      .nullable(),
  }),
  /** What the signature certificate says instead, with one flag per character. */
  certificate: z
    .strictObject({
      name: z.string(),
      nameSubstitutes: z.string().regex(/^[01]+$/),
      address: z.string(),
      addressSubstitutes: z.string().regex(/^[01]+$/),
    })
    .optional(),
  /** The signature certificate is revoked right after its issue. */
  revoked: z.boolean().optional(),
  /** Counters that a new card does not start full with. */
  triesLeft: z.strictObject({ text: tries.optional(), auth: tries.optional(), signature: tries.optional() }).optional(),
  look: z.strictObject({
    age: z.enum(['child', 'young', 'adult', 'elder']),
    hair: z.enum(['long', 'bob', 'short', 'parted', 'bun', 'ponytail', 'wavy', 'cropped']),
    hairTone: z.int().min(0).max(255),
    skinTone: z.int().min(0).max(255),
    clothes: z.enum(['suit', 'blouse', 'sweater', 'shirt', 'cardigan']),
    glasses: z.enum(['round', 'square']).optional(),
    beard: z.boolean().optional(),
    width: z.number().optional(),
  }),
});

/** One invented person: what stands in the data file. */
export type Persona = z.infer<typeof personaSchema>;

const folder = new URL('./personas/', import.meta.url);
const loaded = new Map<string, Persona>();

/**
 * Reads a persona's data file.
 * @throws {CardError} `persona-unknown`, `persona-malformed`
 */
export function loadPersona(id: string): Persona {
  if (!(PERSONA_IDS as readonly string[]).includes(id)) {
    throw new CardError('persona-unknown', 'There is no card of this name. GET /personas lists them.');
  }
  let persona = loaded.get(id);
  if (!persona) {
    const { data } = personaSchema.safeParse(JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')));
    if (!data) throw new CardError('persona-malformed', 'The data file of this persona is damaged.', { persona: id });
    persona = data;
    loaded.set(id, persona);
  }
  return persona;
}

/** A picture of the persona that lies beside the data file: `portrait.jp2`, `name.png`, `address.png`. */
export function personaImage(id: PersonaId, name: 'portrait.jp2' | 'name.png' | 'address.png'): Uint8Array {
  const path = new URL(`images/${id}.${name}`, folder);
  if (!existsSync(path))
    throw new CardError('persona-malformed', `The picture ${name} of this persona is missing.`, { persona: id });
  return new Uint8Array(readFileSync(path));
}

/** A day as `YYYYMMDD`. */
export function dayText({ year, month, day }: CalendarDay): string {
  return `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}

/** The persona's birth date, `YYYYMMDD`, by the clock of the card's personalisation. */
export function birthDateOf(persona: Pick<Persona, 'birth'>, clock: Clock): string {
  const { birth } = persona;
  if ('date' in birth) return birth.date;
  const today = dayInJapan(clock.now());
  const birthday = new Date(Date.UTC(today.year, today.month - 1, today.day + birth.inDays));
  return dayText({
    year: birthday.getUTCFullYear() - birth.turns,
    month: birthday.getUTCMonth() + 1,
    day: birthday.getUTCDate(),
  });
}

/**
 * The card's last day, `YYYYMMDD`: the tenth birthday after issue, for who is under 18 the fifth (card.md §5.2). Who was born on 29 February has
 * the birthday on the 28th in common years.
 */
export function cardExpiry(birthDate: string, issued: CalendarDay): string {
  const [year, month, day] = [birthDate.slice(0, 4), birthDate.slice(4, 6), birthDate.slice(6)].map(Number) as [
    number,
    number,
    number,
  ];
  const hadBirthday = issued.month > month || (issued.month === month && issued.day >= day);
  const age = issued.year - year - (hadBirthday ? 0 : 1);
  const first = issued.year + (hadBirthday ? 1 : 0);
  const last = first + (age < 18 ? 5 : 10) - 1;
  const daysInMonth = new Date(Date.UTC(last, month, 0)).getUTCDate();
  return dayText({ year: last, month, day: Math.min(day, daysInMonth) });
}
