import { der } from '@tegata/der';
import { days, makeRoot, seconds, serialOf } from './authority.ts';
import { type Case, type CaseText, fails, issuedCase, responseCase, root, signer } from './case.ts';
import { extension } from './certificate.ts';
import { type CrlParts, crlNumber, deltaOf, issuingPoint, makeCrl } from './crl.ts';

const CLAUSE = 'ISO/IEC 18013-5 §9.3.3';
const listed = { serial: signer.parts.serial };
const own = [extension.authorityKeyIdentifier(root.key), crlNumber(7)];
const uri = (address: string) => der.implicit(6, der.ia5(address));
const pointOf = (address: string) => der.explicit(0, der.explicit(0, uri(address)));
const hard = { revocation: 'hard' } as const;

/** The document signer is on a list that counts. */
const revoked = (id: string, title: string, crls: Uint8Array[], more: Partial<CaseText> = {}) =>
  responseCase({ id: `crl-${id}`, title, clause: CLAUSE, expect: fails('issuer-chain', 'revoked'), crls, ...more });
/** The list at hand says nothing of the document signer, and whoever asks wants to know. */
const unknown = (id: string, title: string, crls: Uint8Array[], clause = 'RFC 5280 §6.3') =>
  responseCase({
    id: `crl-${id}`,
    title,
    clause,
    expect: fails('issuer-chain', 'revocation-undetermined'),
    options: hard,
    pitfalls: [10],
    crls,
  });
const good = (id: string, title: string, crls: Uint8Array[], more: Partial<CaseText> = {}) =>
  responseCase({ id: `valid-crl-${id}`, title, clause: CLAUSE, expect: 'valid', crls, options: hard, ...more });
/** A list with one part changed that names nobody. */
const clean = (change: Partial<CrlParts>) => [makeCrl(change)];
const also = (...extensions: CrlParts['extensions']) => clean({ extensions: [...own, ...extensions] });

const verdicts = (): Case[] => [
  good('clean', 'A list that names nobody', clean({})),
  good(
    'others',
    'A list of other certificates, one with a serial number one octet longer',
    clean({
      entries: [{ serial: serialOf('somebody') }, { serial: new Uint8Array([...signer.parts.serial, 0]) }],
    }),
  ),
  good('90-days', 'A list for 90 days', clean({ nextUpdate: days(89) })),
  good(
    'partition',
    'The partition that the certificate names',
    also(issuingPoint(pointOf('https://iaca.tegata.example/test.crl'))),
  ),
  good(
    'unknown-extension',
    'A list with an extension that nobody knows, not critical',
    also({ oid: '2.999.8.5.79', value: der.null() }),
  ),
  good('newer-clean', 'An old list that has ended, and a new one', [
    makeCrl({ thisUpdate: days(-40), nextUpdate: days(-10) }),
    makeCrl(),
  ]),
  good(
    'soft-unknown',
    'A list that has ended, where revocation is asked for softly',
    clean({ nextUpdate: seconds(-1) }),
    {
      options: { revocation: 'soft' },
      warnings: [fails('issuer-chain', 'revocation-undetermined')],
    },
  ),
  good('soft-none', 'No list was found, where revocation is asked for softly', [], {
    options: { revocation: 'soft' },
    warnings: [fails('issuer-chain', 'revocation-undetermined')],
  }),
  revoked('revoked', 'A list that names the document signer', [makeCrl({ entries: [listed] })]),
  revoked('revoked-hard', 'The same, where revocation is asked for strictly', [makeCrl({ entries: [listed] })], {
    options: hard,
  }),
  revoked('key-compromise', 'A signer whose key was stolen', [makeCrl({ entries: [{ ...listed, reason: 1 }] })]),
  revoked('hold', 'A signer on hold', [makeCrl({ entries: [{ ...listed, reason: 6 }] })]),
  revoked('among-many', 'One of fifty', [
    makeCrl({
      entries: Array.from({ length: 50 }, (_, index) =>
        index === 31 ? listed : { serial: serialOf(`somebody ${index}`) },
      ),
    }),
  ]),
  revoked('two-lists', 'An older list without it, a newer one with it', [
    makeCrl({ thisUpdate: days(-2) }),
    makeCrl({ entries: [listed], extensions: [own[0] as (typeof own)[0], crlNumber(8)] }),
  ]),
  revoked(
    'some-reasons',
    'A list for some reasons that names it',
    [makeCrl({ entries: [listed], extensions: [...own, issuingPoint(der.implicit(3, der.namedBits([1])))] })],
    { clause: 'RFC 5280 §5.2.5' },
  ),
  issuedCase({
    id: 'crl-issued-revoked',
    title: 'A list that names the document signer, outside of a presentation',
    clause: CLAUSE,
    expect: fails('issuer-chain', 'revoked'),
    crls: [makeCrl({ entries: [listed] })],
  }),
];

const unusable = (): Case[] => {
  const namesake = makeRoot('namesake');
  const otherName = makeRoot('other CRL issuer', 'P-256', () => ({
    issuer: [
      ['CN', 'Another TEST root'],
      ['C', 'JP'],
    ],
    subject: [
      ['CN', 'Another TEST root'],
      ['C', 'JP'],
    ],
  }));
  return [
    unknown('none', 'No list where revocation is asked for strictly', [], CLAUSE),
    unknown('expired', 'A list whose next one was due a second ago', clean({ nextUpdate: seconds(-1) })),
    unknown('future', 'A list of tomorrow', clean({ thisUpdate: days(1) })),
    unknown('no-next-update', 'A list that does not say when the next is due', clean({ nextUpdate: null })),
    unknown('other-key', 'A list by another key under the name of the root', [makeCrl({}, namesake)]),
    unknown('by-signer', 'A list that the document signer made itself', clean({ signer: signer.key })),
    unknown('other-issuer', 'A list of another root', [makeCrl({}, otherName)]),
    unknown('trailing-byte', 'A list with a byte behind it', [new Uint8Array([...makeCrl(), 0])], 'X.690 §10'),
    unknown('garbage', 'Three bytes in the place of a list', [Uint8Array.of(1, 2, 3)], 'X.690 §10'),
    unknown(
      'unknown-critical',
      'A list with a critical extension that nobody knows',
      also({ oid: '2.999.8.5.80', critical: true, value: der.null() }),
      'RFC 5280 §5.2',
    ),
    unknown(
      'entry-unknown-critical',
      'A list with a critical entry extension that nobody knows, on another entry',
      clean({
        entries: [
          { serial: serialOf('somebody'), extensions: [{ oid: '2.999.8.5.81', critical: true, value: der.null() }] },
        ],
      }),
      'RFC 5280 §5.3',
    ),
    unknown('indirect', 'An indirect list', also(issuingPoint(der.implicit(4, der.boolean(true)))), 'RFC 5280 §5.2.5'),
    unknown('of-cas', 'A list of CAs only', also(issuingPoint(der.implicit(2, der.boolean(true)))), 'RFC 5280 §5.2.5'),
    unknown(
      'of-attributes',
      'A list of attribute certificates only',
      also(issuingPoint(der.implicit(5, der.boolean(true)))),
      'RFC 5280 §5.2.5',
    ),
    unknown(
      'other-partition',
      'A clean list of another partition',
      also(issuingPoint(pointOf('https://iaca.tegata.example/other.crl'))),
      'RFC 5280 §5.2.5',
    ),
    unknown(
      'some-reasons-clean',
      'A clean list for some reasons',
      also(issuingPoint(der.implicit(3, der.namedBits([1])))),
      'RFC 5280 §5.2.5',
    ),
    unknown('delta-alone', 'A delta list without its base', also(deltaOf(6)), 'RFC 5280 §5.2.4'),
    unknown('91-days', 'A list for more than 90 days', clean({ nextUpdate: days(91) }), 'ISO/IEC 18013-5 B.1'),
    unknown('no-number', 'A list without a number', clean({ extensions: own.slice(0, 1) }), 'ISO/IEC 18013-5 B.1'),
    unknown('no-aki', 'A list that does not name its key', clean({ extensions: own.slice(1) }), 'ISO/IEC 18013-5 B.1'),
    unknown(
      'other-aki',
      'A list that names another key',
      clean({ extensions: [extension.authorityKeyIdentifier(signer.key), crlNumber(7)] }),
      'ISO/IEC 18013-5 B.1',
    ),
    unknown('version-1', 'A list of version 1', clean({ version: 1, extensions: [] }), 'ISO/IEC 18013-5 B.1'),
    unknown('sha1', 'A list that is signed with SHA-1', clean({ hash: 'sha1' })),
  ];
};

/** Document signers that are revoked, and lists that prove nothing. */
export const crlCases = (): Case[] => [...verdicts(), ...unusable()];
