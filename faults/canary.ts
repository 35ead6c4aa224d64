import { Buffer } from 'node:buffer';
import { loadPersona, type Persona } from '@tegata/card';
import { encode } from '@tegata/cbor';

/** Bytes that give a value away. */
interface Form {
  readonly name: string;
  readonly bytes: Buffer;
  /** Too short to mean anything inside a longer word: it counts only where it stands alone. */
  readonly alone: boolean;
}

/** A value that must not be seen, with every form in which it could be written down. */
export interface Canary {
  readonly name: string;
  readonly forms: readonly Form[];
}

/** Where a value was seen. Names only: a report of a leak must not leak. */
export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly where: string;
}

const octets = (value: string | Uint8Array) =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length);

/** Fewer bytes than this occur by chance in identifiers, digests and ciphertext. */
const SHORT = 7;

/**
 * A value in UTF-8, UTF-16, hex, base64 and base64url at each of the three alignments, percent-encoding and JSON escapes; digits also
 * packed two to a byte, and as a CBOR number. CBOR and DER hold text as UTF-8 or UTF-16 behind a head, so those forms find it there too.
 */
export function canary(name: string, value: string | Uint8Array): Canary {
  const raw = octets(value);
  const forms = new Map<string, Form>();
  const add = (form: string, bytes: Buffer | string, alone = false) => {
    const made = octets(bytes);
    const key = made.toString('latin1');
    if (!forms.has(key)) forms.set(key, { name: form, bytes: made, alone });
  };
  const text = typeof value === 'string' ? value : undefined;
  const short = raw.length < SHORT;
  if (!short || text === undefined) add('raw', raw);
  else add('utf-8', raw, true);
  if (text !== undefined) {
    const utf16 = Buffer.from(text, 'utf16le');
    const bigEndian = Buffer.from(utf16).swap16();
    add('utf-16le', utf16);
    add('utf-16be', bigEndian);
    const escaped = bigEndian.toString('hex').replace(/..../g, '\\u$&');
    add('json-escape', escaped);
    add('json-escape', escaped.toUpperCase().replaceAll('\\U', '\\u'));
    const percent = encodeURIComponent(text);
    if (percent !== text) {
      add('percent', percent);
      add(
        'percent',
        percent.replace(/%../g, (octet) => octet.toLowerCase()),
      );
    }
    add('percent', raw.toString('hex').replace(/../g, '%$&'));
    add('percent', raw.toString('hex').toUpperCase().replace(/../g, '%$&'));
  }
  add('hex', raw.toString('hex'));
  add('hex', raw.toString('hex').toUpperCase());
  for (const alphabet of ['base64', 'base64url'] as const) {
    if (short) {
      add(alphabet, raw.toString('base64url'));
      continue;
    }
    for (const alignment of [0, 1, 2]) {
      const whole = Buffer.concat([Buffer.alloc(alignment), raw])
        .toString(alphabet)
        .replaceAll('=', '');
      // What the octets before and after leave open is cut off.
      add(alphabet, whole.slice(alignment === 0 ? 0 : alignment + 1, Math.floor(((alignment + raw.length) * 4) / 3)));
    }
  }
  if (text !== undefined && /^[1-9][0-9]{7,14}$/.test(text)) {
    if (text.length % 2 === 0) add('packed-digits', Buffer.from(text, 'hex'));
    add('cbor-number', Buffer.from(encode(Number(text))));
  }
  return { name, forms: [...forms.values()] };
}

/** Everything that is personal about a persona and its card. */
export function canariesOf(id: Persona['id'], portrait: Uint8Array): Canary[] {
  const { name, address, myNumber, birth, pins, certificate } = loadPersona(id);
  const about = (what: string, value: string | Uint8Array) => canary(`${id} ${what}`, value);
  const day = 'date' in birth ? /^(....)(..)(..)$/.exec(birth.date) : null;
  const [year, month, date] = day ? day.slice(1) : [];
  // From the middle: what stands at the beginning is the same in every picture.
  const middle = portrait.subarray(portrait.length >> 1, (portrait.length >> 1) + 48);
  return [
    about('my number', myNumber),
    about('name', name),
    about('address', address),
    ...(certificate
      ? [about('substituted name', certificate.name), about('substituted address', certificate.address)]
      : []),
    ...(day
      ? [
          about('birth date', `${year}${month}${date}`),
          about('birth date', `${year}-${month}-${date}`),
          about('birth date', `${year}/${month}/${date}`),
          about('birth date', `${year}年${Number(month)}月${Number(date)}日`),
        ]
      : []),
    about('portrait', middle),
    about('card pin', pins.text),
    ...(pins.signature ? [about('signature password', pins.signature)] : []),
  ];
}

/**
 * What is long enough to be searched for in a database's own files: those are full of counters and offsets, among which four digits,
 * or six octets, look like anything.
 */
export function inRawPages(canaries: readonly Canary[]): Canary[] {
  return canaries
    .filter(({ forms }) => !forms.some(({ alone }) => alone))
    .map(({ name, forms }) => ({ name, forms: forms.filter(({ bytes }) => bytes.length >= 8) }));
}

// Digits and letters around, and what joins the parts of identifiers, make a short value part of something else.
const PART_OF_A_WORD = /[0-9A-Za-z_.-]/;

function standsAlone(bytes: Buffer, at: number, length: number): boolean {
  const [before, after] = [bytes[at - 1], bytes[at + length]];
  return [before, after].every((byte) => byte === undefined || !PART_OF_A_WORD.test(String.fromCharCode(byte)));
}

function holds(bytes: Buffer, form: Form): boolean {
  for (let at = bytes.indexOf(form.bytes); at !== -1; at = bytes.indexOf(form.bytes, at + 1)) {
    if (!form.alone || standsAlone(bytes, at, form.bytes.length)) return true;
  }
  return false;
}

/** Looks for values in bytes. */
export function sightings(where: string, bytes: Uint8Array | string, canaries: readonly Canary[]): Sighting[] {
  const searched = octets(bytes);
  return canaries.flatMap(({ name, forms }) =>
    forms.filter((form) => holds(searched, form)).map((form) => ({ canary: name, form: form.name, where })),
  );
}
