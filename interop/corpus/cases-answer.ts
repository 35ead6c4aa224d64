import { type CborValue, FullDate } from '@tegata/cbor';
import { makeSigner } from './authority.ts';
import { type Case, type CaseText, fails, issuedCase, REQUESTED, responseCase } from './case.ts';
import { ELEMENTS, MDL, MNC, NS_ISO, NS_JP } from './document.ts';
import { stateElements, stateRequest, stateRoot } from './licence.ts';

const typed = (namespace: string, element: string, value: CborValue) => ({
  elements: { [namespace]: { ...ELEMENTS[namespace], [element]: value } },
});

const types = (): Case[] => {
  const wrong = (
    id: string,
    title: string,
    namespace: string,
    element: string,
    value: CborValue,
    more: Partial<CaseText> = {},
  ) =>
    responseCase(
      {
        id: `element-type-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §7.2',
        expect: fails('element-type', 'element-type'),
        requested: [
          {
            docType: MNC,
            nameSpaces: {
              [namespace]: Object.fromEntries(
                [...Object.keys(ELEMENTS[namespace] ?? {}), element].map((name) => [name, false]),
              ),
            },
          },
        ],
        ...more,
      },
      typed(namespace, element, value),
    );
  return [
    wrong('age-text', 'age_over_20 as the text "true"', NS_ISO, 'age_over_20', 'true'),
    wrong('age-number', 'age_over_20 as the number 1', NS_ISO, 'age_over_20', 1),
    wrong('age-null', 'age_over_20 of null', NS_ISO, 'age_over_20', null),
    wrong('birth-date-text', 'A birth date as plain text', NS_ISO, 'birth_date', '2000-03-31'),
    wrong('birth-date-february-30', 'A birth date of 30 February', NS_ISO, 'birth_date', new FullDate('2000-02-30')),
    wrong('sex-3', 'The sex 3', NS_ISO, 'sex', 3),
    wrong('age-in-years-negative', 'An age of −1 years', NS_ISO, 'age_in_years', -1),
    wrong('name-number', 'A name that is a number', NS_JP, 'full_name_unicode', 1),
    wrong('name-empty', 'A name of no characters', NS_JP, 'full_name_unicode', ''),
    wrong('portrait-text', 'A portrait as text', NS_JP, 'portrait', 'data:image/jp2'),
    wrong('my-number-11-digits', 'A My Number of 11 digits', NS_JP, 'individual_number_unicode', '12345678901'),
    wrong('my-number-number', 'A My Number as a number', NS_JP, 'individual_number_unicode', 123456789018),
    issuedCase(
      {
        id: 'element-type-issued',
        title: 'age_over_20 as text, outside of a presentation',
        clause: 'ISO/IEC 18013-5 §7.2',
        expect: fails('element-type', 'element-type'),
      },
      typed(NS_ISO, 'age_over_20', 'true'),
    ),
  ];
};

const answers = (): Case[] => {
  const extra = (
    id: string,
    title: string,
    code: string,
    asked: CaseText['requested'],
    elements = ELEMENTS,
    more: Partial<CaseText> = {},
  ) =>
    responseCase(
      {
        id: `unrequested-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
        expect: fails('unrequested', code),
        requested: asked,
        ...more,
      },
      { elements },
    );
  const ask = (nameSpaces: Record<string, Record<string, boolean>>) => [{ docType: MNC, nameSpaces }];
  const [jp, iso] = [REQUESTED.nameSpaces[NS_JP] ?? {}, REQUESTED.nameSpaces[NS_ISO] ?? {}];
  return [
    extra(
      'element',
      'A birth date that nobody asked for',
      'element-unrequested',
      ask({ [NS_JP]: jp, [NS_ISO]: { age_over_18: false, age_over_20: false, sex: false } }),
    ),
    extra('namespace', 'A whole namespace that nobody asked for', 'element-unrequested', ask({ [NS_ISO]: iso })),
    extra(
      'other-namespace',
      'An element that was asked for in another namespace',
      'element-unrequested',
      ask({ [NS_JP]: { ...jp, sex: false }, [NS_ISO]: { age_over_18: false, age_over_20: false, birth_date: false } }),
      ELEMENTS,
      { warnings: [fails('missing-element', 'element-missing')] },
    ),
    extra(
      'my-number',
      'A My Number that nobody asked for',
      'my-number-unrequested',
      ask({ [NS_JP]: jp, [NS_ISO]: iso }),
      { ...ELEMENTS, [NS_JP]: { ...ELEMENTS[NS_JP], individual_number_unicode: '123456789018' } },
    ),
    extra(
      'second-age',
      'Asked for 18 and answered so, the phone says that its holder is over 20, too',
      'element-unrequested',
      ask({ [NS_ISO]: { age_over_18: false } }),
      { [NS_ISO]: { age_over_18: true, age_over_20: true } },
    ),
    extra(
      'age-too-low',
      'Asked for 30, the phone says that its holder is over 20',
      'element-unrequested',
      ask({ [NS_ISO]: { age_over_30: false } }),
      { [NS_ISO]: { age_over_20: true } },
      { warnings: [fails('missing-element', 'element-missing')] },
    ),
    extra(
      'age-too-high',
      'Asked for 20, the phone says that its holder is not over 65',
      'element-unrequested',
      ask({ [NS_ISO]: { age_over_20: false } }),
      { [NS_ISO]: { age_over_65: false } },
      { warnings: [fails('missing-element', 'element-missing')] },
    ),
  ];
};

const countries = (): Case[] => {
  // A type whose elements are defined nowhere: only the signer's certificate can tell that the value is wrong.
  const docType = 'com.example.card.1';
  const country = (id: string, title: string, value: CborValue) =>
    responseCase(
      {
        id: `issuing-country-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: fails('issuing-country', 'issuing-country'),
        docType,
        requested: [{ docType, nameSpaces: { 'com.example': { issuing_country: false } } }],
      },
      {
        docType,
        elements: { 'com.example': { issuing_country: value } },
        mso: (mso) => void mso.set('docType', docType),
      },
    );
  const state = (id: string, title: string, value: string) =>
    responseCase(
      {
        id: `issuing-country-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: fails('issuing-country', 'issuing-jurisdiction'),
        docType: MDL,
        requested: [stateRequest],
        anchors: [{ certificate: stateRoot().certificate }],
      },
      {
        docType: MDL,
        elements: stateElements(value),
        mso: (mso) => void mso.set('docType', MDL),
        issuer: makeSigner(stateRoot(), 'signer of a state'),
      },
    );
  return [
    country('other', 'A card of the United States by a Japanese signer', 'US'),
    country('lower-case', 'A country in small letters', 'jp'),
    country('alpha-3', 'A country in three letters', 'JPN'),
    country('number', 'A country by its number', 392),
    state('jurisdiction', 'A licence of another prefecture than its signer’s', 'JP-27'),
    state('jurisdiction-name', 'A prefecture by its name', 'Tokyo'),
  ];
};

/** Documents that say what they must not say, or what nobody asked. */
export const answerCases = (): Case[] => [...types(), ...answers(), ...countries()];
