import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { adjustableClock } from '@tegata/clock';
import { memoryKeys } from '@tegata/keys';
import { type Elements, MNC_DOCTYPE, NS_ISO, NS_JP, planIssuerSigned, type Validity } from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { type IacaAuthority, makeAuthority } from './authority.ts';
import { lint, makeTwin, type TwinAuthority } from './lint.ts';
import { profiles } from './profile.ts';
import { recordElements } from './record.ts';
import { DEVICE_KEY, NOW, PORTRAIT, requestOf } from './test-issuance.ts';
import { validityFor } from './validity.ts';

let authority: IacaAuthority;
let twin: TwinAuthority;
before(async () => {
  authority = await makeAuthority({ clock: adjustableClock(NOW), random: systemRandom, keys: memoryKeys() });
  twin = await makeTwin(authority, systemRandom);
});

const profile = profiles.default;
const request = requestOf();
const DAY = 86_400_000;

async function failures(change: {
  elements?: (elements: Elements) => Elements;
  validity?: (validity: Validity) => Validity;
  deviceKey?: typeof DEVICE_KEY;
  profile?: typeof profile;
  random?: typeof systemRandom;
  nameSpaces?: (bytes: Uint8Array) => Uint8Array;
}): Promise<string[]> {
  const keep = <T>(value: T) => value;
  const planned = planIssuerSigned({
    docType: MNC_DOCTYPE,
    elements: (change.elements ?? keep)(recordElements({ ...request, profile, at: NOW })),
    deviceKey: change.deviceKey ?? DEVICE_KEY,
    validity: (change.validity ?? keep)(validityFor(profile, NOW)),
    random: change.random ?? systemRandom,
  });
  const { checks } = await lint({
    request,
    profile: change.profile ?? profile,
    nameSpaces: (change.nameSpaces ?? keep)(planned.nameSpaces),
    mso: planned.mso,
    twin,
    certificate: authority.documentSigner.certificate,
    at: NOW,
  });
  return checks.filter(({ result }) => result === 'failed').map(({ id }) => id);
}

const withElement =
  (namespace: string, element: string, value: Elements[string][string]) =>
  (elements: Elements): Elements => ({
    ...elements,
    [namespace]: { ...elements[namespace], [element]: value },
  });
const without =
  (namespace: string, element: string) =>
  (elements: Elements): Elements => ({
    ...elements,
    [namespace]: Object.fromEntries(Object.entries(elements[namespace]!).filter(([name]) => name !== element)),
  });

test('a plan as the issuer makes it passes every rule', async () => {
  assert.deepEqual(await failures({}), []);
});

test('an element that the profile does not have, or lacks, is found', async () => {
  assert.deepEqual(await failures({ elements: withElement(NS_ISO, 'age_over_21', true) }), ['elements-complete']);
  assert.ok((await failures({ elements: without(NS_JP, 'portrait') })).includes('elements-complete'));
  assert.ok((await failures({ profile: profiles.observed })).includes('elements-complete'));
});

for (const [element, value] of [
  ['full_name_unicode', '番号　花'],
  ['resident_address_unicode', '〇〇県△△市□□町１−２−３'],
  ['individual_number_unicode', '123456789018'],
  ['local_gov_code_unicode', '14365'],
  ['sex_unicode', '男'],
  ['birth_date_unicode', '1971年9月2日'],
] as const) {
  test(`another ${element} than that of the card is found, however alike`, async () => {
    assert.deepEqual(await failures({ elements: withElement(NS_JP, element, value) }), ['values-unchanged']);
  });
}

test('a portrait with one bit flipped is found', async () => {
  const portrait = PORTRAIT.slice();
  portrait[portrait.length - 5]! ^= 1;
  assert.deepEqual(await failures({ elements: withElement(NS_JP, 'portrait', portrait) }), ['values-unchanged']);
});

test('an age that the law does not give is found', async () => {
  assert.deepEqual(await failures({ elements: withElement(NS_ISO, 'age_over_65', true) }), ['ages']);
  assert.deepEqual(await failures({ elements: withElement(NS_ISO, 'age_in_years', 54) }), ['ages']);
  assert.deepEqual(await failures({ elements: withElement(NS_ISO, 'age_in_years', 56) }), ['ages']);
});

test('another device key than that of the request is found', async () => {
  assert.deepEqual(await failures({ deviceKey: twin.signer.publicKey }), ['device-key']);
});

test('salts that repeat are found', async () => {
  const stuck = { bytes: (length: number) => new Uint8Array(length).fill(9) };
  assert.deepEqual(await failures({ random: stuck }), ['salts']);
});

test('times that are not whole days in Japan, or not as long as the profile says, are found', async () => {
  const moved = (by: number) => (validity: Validity) => ({
    ...validity,
    validUntil: new Date(+validity.validUntil + by),
  });
  assert.deepEqual(await failures({ validity: moved(1000) }), ['times']);
  assert.deepEqual(await failures({ validity: moved(DAY) }), ['times']);
  const seconds = (validity: Validity) => ({ ...validity, signed: new Date(+validity.signed - 1000) });
  assert.ok((await failures({ validity: seconds })).includes('times'));
});

test('an mdoc that would outlive its signer is found', async () => {
  const far = (validity: Validity) => ({ ...validity, validUntil: new Date(+NOW + 600 * DAY) });
  assert.deepEqual(await failures({ validity: far }), ['times', 'ds-validity']);
});

test('items that are not those of the MSO are found', async () => {
  const flipped = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    // A letter of the first element's name.
    copy[Buffer.from(bytes).indexOf('花')]! ^= 1;
    return copy;
  };
  assert.ok((await failures({ nameSpaces: flipped })).length > 0);
});
