import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CborValue, DateTime, FullDate } from '@tegata/cbor';
import { seededRandom } from '@tegata/random';
import {
  checkElements,
  definitionOf,
  MDL,
  MDL_DOCTYPE,
  type MdlElements,
  mdlElements,
  NS_ISO,
  NS_MDL,
  PHOTO_ID,
  PHOTO_ID_DOCTYPE,
  type PhotoIdElements,
  photoIdElements,
  planIssuerSigned,
} from '../index.ts';
import { days, makeDevice } from '../test-authority.ts';

const image = Uint8Array.of(0xff, 0xd8, 0xff);
const licence: MdlElements = {
  family_name: '見本',
  given_name: 'Hanako',
  birth_date: new FullDate('2000-03-31'),
  issue_date: new FullDate('2026-01-01'),
  expiry_date: DateTime.from(days(900)),
  issuing_country: 'JP',
  issuing_authority: 'Tegata TEST ONLY',
  document_number: '000000000000',
  portrait: image,
  driving_privileges: [
    {
      vehicle_category_code: 'B',
      issue_date: new FullDate('2020-01-01'),
      codes: [{ code: '01', sign: '=', value: '02' }],
    },
  ],
  un_distinguishing_sign: 'J',
  age_over_18: true,
  height: 160,
  eye_colour: 'brown',
};
const photoId: PhotoIdElements = {
  family_name_unicode: '見本',
  given_name_unicode: '花子',
  family_name_latin1: 'Mihon',
  given_name_latin1: 'Hanako',
  birth_date: new FullDate('2000-03-31'),
  portrait: image,
  issue_date: new FullDate('2026-01-01'),
  expiry_date: new FullDate('2036-01-01'),
  issuing_authority_unicode: '見本',
  issuing_country: 'JP',
  document_number: '000000000000',
  age_over_20: true,
};
const refuses = (run: () => unknown, code: string, element: string) =>
  assert.throws(run, (error: { code?: string; context?: { element?: string } }) => {
    assert.deepEqual([error.code, error.context?.element], [code, element]);
    return true;
  });
const plan = (docType: string, elements: Record<string, Record<string, CborValue>>) =>
  planIssuerSigned({
    docType,
    elements,
    deviceKey: makeDevice().publicKey,
    validity: { signed: days(-1), validFrom: days(-1), validUntil: days(29) },
    random: seededRandom('document types'),
  });

describe('Document types', () => {
  it('are found by their names', () => {
    assert.equal(definitionOf(MDL_DOCTYPE), MDL);
    assert.equal(definitionOf(PHOTO_ID_DOCTYPE), PHOTO_ID);
    assert.equal(definitionOf('org.iso.23220.photoID.1'), undefined);
  });

  it('lay typed elements out in their order, and write what the standard defines', () => {
    checkElements(MDL, mdlElements(licence));
    const { items } = plan(MDL_DOCTYPE, mdlElements(licence));
    const written = (items[NS_MDL] ?? []).map((item) => item.decode() as Map<string, CborValue>);
    assert.deepEqual(written.map((item) => item.get('elementIdentifier')).slice(0, 3), [
      'family_name',
      'given_name',
      'birth_date',
    ]);
    const privileges = written.find((item) => item.get('elementIdentifier') === 'driving_privileges');
    const [privilege] = privileges!.get('elementValue') as Map<string, CborValue>[];
    assert.equal(privilege!.get('vehicle_category_code'), 'B');
    assert.deepEqual(
      (privilege!.get('codes') as Map<string, string>[]).map((code) => [...code]),
      [
        [
          ['code', '01'],
          ['sign', '='],
          ['value', '02'],
        ].sort(),
      ],
    );
    checkElements(PHOTO_ID, photoIdElements(photoId));
    assert.equal(plan(PHOTO_ID_DOCTYPE, photoIdElements(photoId)).items[NS_ISO]?.length, 12);
  });

  it('refuse elements of another type', () => {
    const wrong: [string, CborValue][] = [
      ['family_name', ''],
      ['family_name', 'x'.repeat(151)],
      ['family_name', 1],
      ['birth_date', '2000-03-31'],
      ['birth_date', new FullDate('2000-02-30')],
      ['issue_date', new DateTime('2026-01-01T00:00:00.5Z')],
      ['issuing_country', 'jp'],
      ['issuing_country', 'JPN'],
      ['portrait', new Uint8Array(0)],
      ['portrait', 'image'],
      ['driving_privileges', new Map()],
      ['driving_privileges', [new Map()]],
      [
        'driving_privileges',
        [
          new Map<string, CborValue>([
            ['vehicle_category_code', 'B'],
            ['issue_date', '2020-01-01'],
          ]),
        ],
      ],
      [
        'driving_privileges',
        [
          new Map<string, CborValue>([
            ['vehicle_category_code', 'B'],
            ['codes', []],
          ]),
        ],
      ],
      ['age_over_18', 1],
      ['sex', 3],
      ['height', -1],
      ['height', 1.5],
      ['eye_colour', 'violet'],
      ['portrait_capture_date', new FullDate('2026-01-01')],
    ];
    for (const [name, value] of wrong) {
      const elements = { [NS_MDL]: { ...mdlElements(licence)[NS_MDL], [name]: value } };
      refuses(() => checkElements(MDL, elements), 'element-type', name);
      refuses(() => plan(MDL_DOCTYPE, elements), 'element-type', name);
    }
    assert.ok(plan(MDL_DOCTYPE, { [NS_MDL]: { ...mdlElements(licence)[NS_MDL], family_name: '𠮷'.repeat(150) } }));
  });

  it('refuse unknown elements in their own namespaces, and leave foreign namespaces to their owners', () => {
    const own = { [NS_MDL]: { ...mdlElements(licence)[NS_MDL], favourite_colour: 'blue' } };
    refuses(() => checkElements(MDL, own), 'element-unknown', 'favourite_colour');
    const foreign = { ...mdlElements(licence), 'org.iso.18013.5.1.aamva': { DHS_compliance: 'F' } };
    checkElements(MDL, foreign);
    assert.equal(plan(MDL_DOCTYPE, foreign).items['org.iso.18013.5.1.aamva']?.length, 1);
  });

  it('refuse a document without what it cannot be without', () => {
    for (const name of MDL.required?.[NS_MDL] ?? []) {
      const elements = { ...mdlElements(licence)[NS_MDL] };
      delete elements[name];
      refuses(() => checkElements(MDL, { [NS_MDL]: elements }), 'element-missing', name);
    }
    refuses(() => checkElements(PHOTO_ID, {}), 'element-missing', 'family_name_unicode');
  });
});
