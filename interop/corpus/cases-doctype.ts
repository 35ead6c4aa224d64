import type { CborMap, CborValue } from '@tegata/cbor';
import { type Case, type CaseText, caseOf, fails, issuedCase, parties, REQUESTED, responseCase } from './case.ts';
import { type Forgery, MDL, MNC, makeDocument, makeResponse } from './document.ts';
import { set } from './mso-change.ts';

const CLAUSE = 'ISO/IEC 18013-5 §9.1.2.4';

/** Documents of another type than they are shown as, or asked for. */
export const docTypeCases = (): Case[] => {
  const wrong = (id: string, title: string, docType: string, more: Partial<CaseText> = {}) =>
    responseCase(
      {
        id: `doctype-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: fails('doctype', 'doctype-mismatch'),
        pitfalls: [5],
        ...more,
      },
      { mso: set('docType', docType) },
    );
  const unasked = (id: string, title: string, docType: string, forgery: Forgery = {}, more: Partial<CaseText> = {}) =>
    responseCase(
      {
        id: `requested-${id}`,
        title,
        clause: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
        expect: fails('requested-doctype', 'doctype-unrequested'),
        pitfalls: [5],
        docType,
        ...more,
      },
      { docType, mso: set('docType', docType), ...forgery },
    );
  const empty = (
    id: string,
    title: string,
    change: (response: CborMap) => CborValue | undefined,
    more: Partial<CaseText> = {},
  ) =>
    caseOf({
      id: `requested-${id}`,
      title,
      clause: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
      expect: fails('requested-doctype', 'no-documents'),
      bytes: makeResponse([], change),
      ...more,
    });
  return [
    wrong(
      'library-card',
      'A library card by the same issuer, shown as the record of the My Number Card',
      'com.example.library.1',
    ),
    wrong('case', 'A document type in capitals in the MSO', MNC.toUpperCase()),
    wrong('space', 'A document type with a space behind it in the MSO', `${MNC} `),
    wrong('prefix', 'A document type of which the shown one is a part', `${MNC}.1`),
    issuedCase(
      {
        id: 'doctype-issued',
        title: 'A library card where the record was expected',
        clause: CLAUSE,
        expect: fails('doctype', 'doctype-mismatch'),
        pitfalls: [5],
      },
      { mso: set('docType', 'com.example.library.1') },
    ),
    responseCase(
      {
        id: 'doctype-shown-other',
        title: 'A record shown as a licence, which was asked for',
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: fails('doctype', 'doctype-mismatch'),
        pitfalls: [5],
        docType: MDL,
        requested: [{ ...REQUESTED, docType: MDL }],
      },
      { docType: MDL },
    ),
    unasked('other', 'A library card that nobody asked for', 'com.example.library.1'),
    unasked('case', 'The document type in capitals, in both places', MNC.toUpperCase()),
    unasked('space', 'The document type with a space behind it, in both places', `${MNC} `),
    caseOf({
      id: 'requested-twice',
      title: 'The same document twice for one request',
      clause: 'ISO/IEC 18013-5 §8.3.2.1.2.1',
      expect: fails('requested-doctype', 'doctype-unrequested'),
      pitfalls: [19],
      bytes: makeResponse([makeDocument(parties('requested-twice')), makeDocument(parties('requested-twice'))]),
    }),
    empty('none', 'A response without documents', (response) => {
      response.delete('documents');
      return undefined;
    }),
    empty('errors-only', 'Errors for every document', (response) => {
      response.delete('documents');
      return response.set('documentErrors', [new Map([[MNC, 0]])]);
    }),
    empty(
      'none-and-error',
      'No documents and the status 10',
      (response) => {
        response.delete('documents');
        return response.set('status', 10);
      },
      { also: [fails('status', 'status-10')] },
    ),
  ];
};
