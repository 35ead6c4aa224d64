import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isMyNumber } from '@tegata/card-files';
import { adjustableClock } from '@tegata/clock';
import { decodeToGreyscale, readJp2Header } from '@tegata/jpeg2000';
import { makeCardKeys } from './card-keys.ts';
import { loadPersona, PERSONA_IDS, personasWith } from './persona.ts';
import { birthDateOf, cardExpiry } from './persona-dates.ts';
import { CARD_FAULTS, REVOCATION_REASONS } from './persona-schema.ts';
import { drawPortrait } from './portraits/draw-portrait.ts';

const personas = PERSONA_IDS.map(loadPersona);

test('every persona has a data file of its id and its pictures in the sizes of a card', () => {
  for (const persona of personas) {
    const { width, height, components } = readJp2Header(persona.image('portrait.jp2'));
    assert.deepEqual([width, height, components], [240, 320, 1], persona.id);
    for (const name of ['name.png', 'address.png'] as const) {
      const png = Buffer.from(persona.image(name));
      // Width, height, and one bit per pixel.
      const size = [png.readUInt32BE(16), png.readUInt32BE(20), png[24]];
      assert.deepEqual(size, [360, name === 'name.png' ? 36 : 60, 1], persona.id);
    }
  }
  assert.equal(personas.length, 45);
});

test('no two cards have a key in common', () => {
  const primes = new Set<string>();
  for (const id of PERSONA_IDS) {
    const file = readFileSync(new URL(`./personas/${id}/keys.json`, import.meta.url), 'utf8');
    for (const [, prime = ''] of file.matchAll(/"[pq]": "([^"]+)"/g)) primes.add(prime);
  }
  assert.equal(primes.size, PERSONA_IDS.length * 12);
});

test('the keys of a persona are six of RSA-2048, and those that its id gives', () => {
  const keys = loadPersona('adult').keys();
  for (const key of Object.values(keys)) assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048);
  assert.equal(makeCardKeys('adult'), readFileSync(new URL('./personas/adult/keys.json', import.meta.url), 'utf8'));
});

test('My Numbers have right check digits, begin with 9000, and are shared by one person only', () => {
  const numbers = new Map<string, string>();
  for (const { id, myNumber, samePersonAs } of personas) {
    assert.ok(isMyNumber(myNumber) && myNumber.startsWith('9000'), id);
    assert.equal(numbers.get(myNumber), samePersonAs, id);
    numbers.set(myNumber, id);
  }
});

test('the same person has the same name, birth date and sex on both cards', () => {
  const twins = personas.filter(({ samePersonAs }) => samePersonAs);
  assert.ok(twins.length > 0);
  for (const { samePersonAs, name, birth, sex, address, myNumber } of twins) {
    const other = loadPersona(samePersonAs as string);
    assert.deepEqual(
      [name, birth, sex, address, myNumber],
      [other.name, other.birth, other.sex, other.address, other.myNumber],
    );
  }
});

test('names and addresses are invented: 見本 in each, and a prefecture that does not exist', () => {
  for (const { id, name, address } of personas) {
    assert.match(name, /見本|MIHONSAMPLE|ミホンサンプル/, id);
    assert.match(address, /^(国外転出（)?見本県/, id);
  }
});

test('each persona says in both languages what it is good for', () => {
  for (const { id, ja, en } of personas) {
    assert.match(`${ja.title}${ja.note}`, /\p{scx=Hira}/u, id);
    assert.match(`${en.title}${en.note}`, /[a-z]/, id);
    assert.doesNotMatch(`${en.title}${en.note}`, /\p{scx=Hira}|\p{scx=Han}/u, id);
  }
});

test('there is a card for every reason of revocation, and one for every fault that changes the outcome', () => {
  const reasons = new Set(personas.map(({ certificates }) => certificates?.sign?.revoked));
  for (const reason of REVOCATION_REASONS) assert.ok(reasons.has(reason), reason);
  const faults = new Set(personas.map(({ card }) => card?.fault));
  // card-key-signature is refused in the same words as text-signature; a test of the faults covers it.
  for (const fault of CARD_FAULTS) assert.equal(faults.has(fault), fault !== 'card-key-signature', fault);
});

test('a persona from elsewhere stands behind ours and cannot take the place of one', () => {
  const own = { ...loadPersona('adult'), id: 'my-own' };
  const all = personasWith([own]);
  assert.equal(all.ids.at(-1), 'my-own');
  assert.equal(all.get('my-own'), own);
  assert.equal(all.get('adult'), loadPersona('adult'));
  assert.throws(() => all.get('another'), { code: 'persona-unknown' });
  assert.throws(() => personasWith([loadPersona('adult')]), { code: 'persona-exists' });
  assert.throws(() => personasWith([own, own]), { code: 'persona-exists' });
});

test('long-name and long-address are as long as a certificate allows', () => {
  assert.equal([...loadPersona('long-name').name].length, 100);
  assert.equal([...loadPersona('long-address').address].length, 200);
});

test('foreign-resident has a name of exactly 40 letters', () => {
  assert.equal(loadPersona('foreign-resident').name.replaceAll(' ', '').length, 40);
});

test('substitute-name: the certificate differs exactly where a flag is 1, by code point', () => {
  const { name, address, certificate } = loadPersona('substitute-name');
  assert.ok(certificate);
  for (const [card, cert, flags] of [
    [name, certificate.name, certificate.nameSubstitutes],
    [address, certificate.address, certificate.addressSubstitutes],
  ] as const) {
    const [ours, theirs] = [[...card], [...cert]];
    assert.equal(ours.length, theirs.length);
    assert.equal(ours.length, flags.length);
    assert.deepEqual(ours.map((c, i) => (c === theirs[i] ? '0' : '1')).join(''), flags);
    assert.ok(flags.includes('1'));
  }
});

test('boundary birth dates follow the calendar in Japan, at midnight there', () => {
  const clock = adjustableClock(new Date('2026-11-24T14:59:59Z'));
  const tomorrow = loadPersona('turns-20-tomorrow');
  const today = loadPersona('turns-20-today');
  assert.deepEqual([birthDateOf(tomorrow, clock), birthDateOf(today, clock)], ['20061125', '20061124']);
  clock.set(new Date('2026-11-24T15:00:00Z'));
  assert.deepEqual([birthDateOf(tomorrow, clock), birthDateOf(today, clock)], ['20061126', '20061125']);
  clock.set(new Date('2028-02-28T03:00:00Z'));
  assert.equal(birthDateOf(tomorrow, clock), '20080229');
  clock.set(new Date('2026-12-31T03:00:00Z'));
  assert.equal(birthDateOf(tomorrow, clock), '20070101');
  assert.equal(birthDateOf(loadPersona('adult'), clock), '19880514');
});

test('who turns 15 or 18 around 29 February was born on a day of the calendar, and has that age on the right side of it', () => {
  const clock = adjustableClock(new Date('2028-02-29T03:00:00Z'));
  assert.equal(birthDateOf(loadPersona('turns-18-today'), clock), '20100228');
  assert.equal(birthDateOf(loadPersona('turns-15-today'), clock), '20130228');
  assert.equal(birthDateOf(loadPersona('turns-20-today'), clock), '20080229');
  clock.set(new Date('2028-02-28T03:00:00Z'));
  assert.equal(birthDateOf(loadPersona('turns-18-tomorrow'), clock), '20100301');
});

test('the card ends on the tenth birthday after issue, for minors on the fifth', () => {
  // The published example: issued 2025-10-27, born 1980-02-17.
  assert.equal(cardExpiry('19800217', { year: 2025, month: 10, day: 27 }), '20350217');
  assert.equal(cardExpiry('19801224', { year: 2025, month: 10, day: 27 }), '20341224');
  // On the birthday itself the first birthday after issue is next year's.
  assert.equal(cardExpiry('19801027', { year: 2025, month: 10, day: 27 }), '20351027');
  assert.equal(cardExpiry('20101028', { year: 2028, month: 10, day: 27 }), '20321028');
  assert.equal(cardExpiry('20101027', { year: 2028, month: 10, day: 27 }), '20381027');
  assert.equal(cardExpiry('20000229', { year: 2025, month: 3, day: 1 }), '20350228');
  // Who is 17 today gets five years, who is 18 gets ten.
  assert.equal(cardExpiry('20081125', { year: 2026, month: 11, day: 24 }), '20301125');
  assert.equal(cardExpiry('20081124', { year: 2026, month: 11, day: 24 }), '20361124');
  // Unknown parts count as 1.
  assert.equal(cardExpiry('19520300', { year: 2026, month: 11, day: 24 }), '20360301');
  assert.equal(cardExpiry('19520000', { year: 2026, month: 11, day: 24 }), '20360101');
});

test('an id that is no persona is persona-unknown, whatever it contains', () => {
  for (const id of ['', 'nobody', '../adult', '__proto__']) {
    assert.throws(() => loadPersona(id), { code: 'persona-unknown' });
  }
});

test('the portrait in the repository is what its program draws', async () => {
  const drawn = drawPortrait(loadPersona('adult').look);
  const { pixels } = await decodeToGreyscale(loadPersona('adult').image('portrait.jp2'));
  const difference = pixels.reduce((sum, value, i) => sum + Math.abs(value - drawn[i]!), 0) / pixels.length;
  assert.ok(difference < 3, `mean difference ${difference}`);
});
