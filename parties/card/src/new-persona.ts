import { createHash } from 'node:crypto';
import { myNumberCheckDigit } from '@tegata/card-files';
import { type Random, randomInt, seededRandom } from '@tegata/random';
import { makeCardKeys } from './card-keys.ts';
import { CardError } from './error.ts';
import { drawText } from './face-texts/draw-text.ts';
import { ADDRESS_IMAGE, NAME_IMAGE, type TextImageSize } from './face-texts/size.ts';
import { parsePersona } from './persona-folder.ts';
import type { PersonaData } from './persona-schema.ts';
import { portraitFile } from './portraits/portrait-file.ts';

/** Who a new card is for. */
export interface NewPersona {
  /** What everything that is not given follows from. The same choices and seed give the same bytes. */
  readonly seed: string;
  readonly name: string;
  /** `YYYYMMDD`; unknown month and day are 0. */
  readonly birthDate: string;
  /** Default from the seed. */
  readonly id?: string;
  readonly kana?: string;
  /** Default: a house in 見本県手形市. */
  readonly address?: string;
  /** Default from the seed. */
  readonly sex?: PersonaData['sex'];
  /** Default 1234 and TEGATA1; `signature` null: no signature certificate. */
  readonly pins?: Partial<PersonaData['pins']>;
  /** Sets a text as a 1-bit PNG in a real font. Default: our own drawing, in which most kanji are a geta (〓). */
  readonly setText?: (text: string, size: TextImageSize) => Promise<Uint8Array>;
}

/** The five files of a persona's folder, by name. */
export type PersonaFiles = Readonly<
  Record<'persona.json' | 'keys.json' | 'portrait.jp2' | 'name.png' | 'address.png', Uint8Array>
>;

const MAX_SEED = 200;

/**
 * Makes a new persona with a card: data, six RSA keys (about a second), portrait and the two strips of text on the face. Everything in it is
 * invented and public.
 * @throws {CardError} `seed-unusable`; `persona-malformed` with the field that cannot be used
 * @example
 * const files = await newPersona({ seed: 'my first card', name: '見本　太郎', birthDate: '19900401' });
 */
export async function newPersona(options: NewPersona): Promise<PersonaFiles> {
  const { seed } = options;
  if (seed.length < 1 || seed.length > MAX_SEED) {
    throw new CardError('seed-unusable', `A seed is a text of 1 to ${MAX_SEED} characters.`, { length: seed.length });
  }
  const json = new Uint8Array(Buffer.from(`${JSON.stringify(dataOf(options), null, 2)}\n`));
  // What came from outside is held to the same rules as a file.
  const { name, address, look } = parsePersona(json);
  const set = options.setText ?? (async (text: string, size: TextImageSize) => drawText(text, size));
  return {
    'persona.json': json,
    'keys.json': new Uint8Array(Buffer.from(makeCardKeys(`new\0${seed}`))),
    'portrait.jp2': await portraitFile(look),
    'name.png': await set(name, NAME_IMAGE),
    'address.png': await set(address, ADDRESS_IMAGE),
  };
}

function dataOf(options: NewPersona): PersonaData {
  const { seed, name, birthDate, kana, pins } = options;
  const random = seededRandom(`tegata new persona\0${seed}`);
  const eleven = `9000${1_000_000 + randomInt(random, 9_000_000)}`;
  const securityCode = String(randomInt(random, 10_000)).padStart(4, '0');
  const address = `見本県手形市関所${oneOf(random, ['一', '二', '三', '四', '五'])}丁目${oneOf(random, [...'１２３４５６７８９'])}－${oneOf(random, [...'１２３４５６７８９'])}`;
  const sex = options.sex ?? oneOf(random, ['1', '2']);
  const digest = createHash('sha256').update(`tegata new persona\0${seed}`).digest('hex');
  return {
    id: options.id ?? `card-${digest.slice(0, 8)}`,
    group: 'own',
    ja: { title: '自作のカード', name, note: '「tegata card new」で作ったカードです。' },
    en: { title: 'Own card', name, note: 'Made with "tegata card new".' },
    name,
    ...(kana === undefined ? {} : { kana }),
    address: options.address ?? address,
    birth: { date: birthDate },
    sex,
    myNumber: `${eleven}${myNumberCheckDigit(eleven)}`,
    securityCode,
    municipality: { code: '99201', prefecture: 'Mihon-ken', city: 'Tegata-shi' },
    pins: { text: '1234', auth: '1234', signature: 'TEGATA1', ...pins },
    look: lookOf(random, sex, Number(birthDate.slice(0, 4))),
  };
}

function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[randomInt(random, choices.length)] as T;
}

const HAIR: Readonly<Record<PersonaData['sex'], readonly PersonaData['look']['hair'][]>> = {
  1: ['short', 'parted', 'cropped'],
  2: ['long', 'bob', 'bun', 'ponytail', 'wavy'],
  9: ['short', 'parted', 'cropped', 'long', 'bob', 'wavy'],
};

/** The face of the year in which this was written: a picture must not change with the day on which it is drawn. */
const YEAR = 2026;

function lookOf(random: Random, sex: PersonaData['sex'], born: number): PersonaData['look'] {
  const years = YEAR - born;
  const age = years < 15 ? 'child' : years < 28 ? 'young' : years < 62 ? 'adult' : 'elder';
  const glasses = oneOf(random, ['round', 'square', undefined, undefined, undefined] as const);
  const beard = sex === '1' && age !== 'child' && randomInt(random, 5) === 0;
  return {
    age,
    hair: oneOf(random, HAIR[sex]),
    hairTone: (age === 'elder' ? 150 : 24) + randomInt(random, 60),
    skinTone: 150 + randomInt(random, 78),
    clothes: oneOf(random, ['suit', 'blouse', 'sweater', 'shirt', 'cardigan'] as const),
    ...(glasses ? { glasses } : {}),
    ...(beard ? { beard } : {}),
    width: 50 + randomInt(random, 8),
  };
}
