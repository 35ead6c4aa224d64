import { type CborMap, type CborValue, DateTime, FullDate } from '@tegata/cbor';
import { days } from './authority.ts';
import { type Case, caseOf, fails, parties, REQUESTED, responseCase } from './case.ts';
import { ELEMENTS, MDL, MNC, makeDocument, makeResponse, NS_ISO, NS_JP } from './document.ts';
import { MDL_REQUEST, setDocType } from './licence.ts';

const STRUCTURE = 'ISO/IEC 18013-5 §8.3.2.1.2.2';

const SIGNATURE = 'ISO/IEC 18013-5 §9.1.2.4';

const valid = 'valid';

const info = (member: string, value: CborValue) => (mso: CborMap) =>
  void (mso.get('validityInfo') as CborMap).set(member, value);

/** Good documents that answer in part, or in a way that is only worth a warning. */
export const validAnswerCases = (): Case[] => [
  responseCase(
    {
      id: 'valid-nearest-age',
      title: 'Asked for 19, the phone answers with 20, the nearest that was attested',
      clause: 'ISO/IEC 18013-5 §7.2.5',
      expect: valid,
      requested: [{ docType: MNC, nameSpaces: { [NS_ISO]: { age_over_19: false } } }],
    },
    { elements: { [NS_ISO]: { age_over_20: true } } },
  ),
  responseCase(
    {
      id: 'valid-part-missing',
      title: 'Fewer elements than were asked for',
      clause: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
      expect: valid,
      warnings: [fails('missing-element', 'element-missing')],
    },
    { shown: (nameSpaces) => void nameSpaces.delete(NS_JP) },
  ),
  caseOf({
    id: 'valid-document-missing',
    title: 'One document of two that were asked for, and an error for the other',
    clause: STRUCTURE,
    expect: valid,
    requested: [REQUESTED, MDL_REQUEST],
    warnings: [fails('requested-doctype', 'document-missing')],
    bytes: makeResponse([makeDocument(parties('valid-document-missing'))], (response) =>
      response.set('documentErrors', [new Map([[MDL, 0]])]),
    ),
  }),
  responseCase(
    {
      id: 'valid-tdate-fraction',
      title: 'Times with fractions of a second, as some issuers write them',
      clause: SIGNATURE,
      expect: valid,
      warnings: [fails('mso-structure', 'tdate-form')],
    },
    { mso: info('signed', new DateTime('2026-11-23T02:59:59.123456789Z')) },
  ),
  responseCase(
    { id: 'valid-expected-update', title: 'An MSO that says when to update', clause: SIGNATURE, expect: valid },
    { mso: info('expectedUpdate', DateTime.from(days(20))) },
  ),
  responseCase(
    {
      id: 'valid-birth-date-map',
      title: 'A birth date as the map of ISO/IEC 23220-2',
      clause: 'ISO/IEC 23220-2',
      expect: valid,
    },
    {
      elements: {
        ...ELEMENTS,
        [NS_ISO]: { ...ELEMENTS[NS_ISO], birth_date: new Map([['birth_date', new FullDate('2000-03-31')]]) },
      },
    },
  ),
  responseCase(
    {
      id: 'valid-many-copies',
      title: 'The same element in two namespaces, each with its own digest',
      clause: SIGNATURE,
      expect: valid,
      docType: 'com.example.card.1',
      requested: [
        {
          docType: 'com.example.card.1',
          nameSpaces: { 'com.example.a': { name: false }, 'com.example.b': { name: false } },
        },
      ],
    },
    {
      docType: 'com.example.card.1',
      elements: { 'com.example.a': { name: 'A' }, 'com.example.b': { name: 'B' } },
      mso: setDocType('com.example.card.1'),
    },
  ),
];
