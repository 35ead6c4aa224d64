import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMyNumber } from '@tegata/card-files';
import { adjustableClock } from '@tegata/clock';
import { decodeToGreyscale, readJp2Header } from '@tegata/jpeg2000';
import { birthDateOf, cardExpiry, loadPersona, PERSONA_IDS, personaImage } from './persona.ts';
import { drawPortrait } from './portraits/draw-portrait.ts';
import { CARD_KEYS, loadTestKeys } from './test-keys.ts';

test('every persona has its data, its pictures and five RSA-2048 keys that nobody else has', () => {
  const moduli = new Set<string>();
  for (const id of PERSONA_IDS) {
    assert.equal(loadPersona(id).id, id);
    assert.deepEqual(
      [readJp2Header(personaImage(id, 'portrait.jp2'))].map((h) => [h.width, h.height, h.components]),
      [[240, 320, 1]],
    );
    for (const name of ['name.png', 'address.png'] as const) {
      assert.equal(Buffer.from(personaImage(id, name).subarray(1, 4)).toString(), 'PNG');
    }
    for (const key of Object.values(loadTestKeys(id))) {
      assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048);
      moduli.add(key.export({ format: 'jwk' }).n!);
    }
  }
  assert.equal(moduli.size, PERSONA_IDS.length * CARD_KEYS.length);
});

test('My Numbers have right check digits, are all different and begin with 9', () => {
  const numbers = PERSONA_IDS.map((id) => loadPersona(id).myNumber);
  assert.ok(numbers.every((number) => isMyNumber(number) && number.startsWith('9')));
  assert.equal(new Set(numbers).size, numbers.length);
});

test('names and addresses are invented: 見本 in each, and a prefecture that does not exist', () => {
  for (const id of PERSONA_IDS) {
    const { name, address, municipality } = loadPersona(id);
    assert.match(name, /見本|MIHONSAMPLE/);
    assert.ok(address.startsWith('見本県'));
    assert.ok(municipality.code.startsWith('99'));
  }
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

test('the card ends on the tenth birthday after issue, for minors on the fifth', () => {
  // The published example: issued 2025-10-27, born 1980-02-17.
  assert.equal(cardExpiry('19800217', { year: 2025, month: 10, day: 27 }), '20350217');
  assert.equal(cardExpiry('19801224', { year: 2025, month: 10, day: 27 }), '20341224');
  // On the birthday itself the first birthday after issue is next year's.
  assert.equal(cardExpiry('19801027', { year: 2025, month: 10, day: 27 }), '20351027');
  assert.equal(cardExpiry('20101028', { year: 2028, month: 10, day: 27 }), '20321028');
  assert.equal(cardExpiry('20101027', { year: 2028, month: 10, day: 27 }), '20381027');
  assert.equal(cardExpiry('20000229', { year: 2025, month: 3, day: 1 }), '20350228');
});

test('an id that is no persona is persona-unknown, whatever it contains', () => {
  for (const id of ['', 'nobody', '../adult', '__proto__']) {
    assert.throws(() => loadPersona(id), { code: 'persona-unknown' });
  }
});

test('the portrait in the repository is what its program draws', async () => {
  const drawn = drawPortrait(loadPersona('adult').look);
  const { pixels } = await decodeToGreyscale(personaImage('adult', 'portrait.jp2'));
  const difference = pixels.reduce((sum, value, i) => sum + Math.abs(value - drawn[i]!), 0) / pixels.length;
  assert.ok(difference < 3, `mean difference ${difference}`);
});
