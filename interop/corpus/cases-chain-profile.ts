import { der } from '@tegata/der';
import { DS_PURPOSE, days, makeRoot, makeSigner } from './authority.ts';
import { type Case, fails, responseCase, root, signer } from './case.ts';
import { BIT, ecdsaWith, extension, OID, replacing } from './certificate.ts';
import { ds, having, lacking, named, profile } from './chain-change.ts';
import { stateRoot } from './licence.ts';
import { type SeededKey, seededKey } from './seeded-key.ts';

const CN = ['CN', 'Tegata TEST corpus signer'] as const;

const TLS_SERVER = '1.3.6.1.5.5.7.3.1';

const READER = '1.0.18013.5.1.6';

/** Signers that break one row of ISO/IEC 18013-5 B.1.4 each. */
export const chainProfileCases = (): Case[] => [
  ds(profile('ku-missing', 'A signer without keyUsage', 'ku-missing'), lacking(OID.keyUsage)),
  ds(
    profile('ku-not-critical', 'A signer whose keyUsage is not critical', 'ku-noncrit'),
    having(extension.keyUsage([BIT.digitalSignature], false)),
  ),
  ds(
    profile('ku-key-agreement', 'A signer whose key is for keyAgreement alone', 'ku-bits'),
    having(extension.keyUsage([BIT.keyAgreement])),
  ),
  ds(
    profile('ku-two-bits', 'A signer whose key is for nonRepudiation too', 'ku-bits'),
    having(extension.keyUsage([BIT.digitalSignature, BIT.nonRepudiation])),
  ),
  ds(
    profile('ku-sign-certificates', 'A signer whose key may sign certificates', 'ku-bits'),
    having(extension.keyUsage([BIT.digitalSignature, BIT.keyCertSign])),
  ),
  ds(profile('eku-missing', 'A signer without a purpose', 'eku-missing'), lacking(OID.extKeyUsage)),
  ds(
    profile('eku-not-critical', 'A signer whose purpose is not critical', 'eku-noncrit'),
    having(extension.extKeyUsage([DS_PURPOSE], false)),
  ),
  ds(
    profile('eku-tls', 'A web server’s certificate under the same root', 'eku'),
    having(extension.extKeyUsage([TLS_SERVER])),
  ),
  ds(
    profile('eku-reader', 'A reader’s certificate under the same root', 'eku'),
    having(extension.extKeyUsage([READER])),
  ),
  ds(profile('eku-any', 'A certificate for any purpose', 'eku'), having(extension.extKeyUsage(['2.5.29.37.0']))),
  ds(
    profile('eku-two', 'A signer that is a web server too', 'eku'),
    having(extension.extKeyUsage([DS_PURPOSE, TLS_SERVER])),
  ),
  ds(profile('bc-ca', 'A signer that is a CA', 'bc-ca'), having(extension.basicConstraints(true, 0))),
  ds(profile('ski-missing', 'A signer without SubjectKeyIdentifier', 'ski'), lacking(OID.subjectKeyIdentifier)),
  ds(
    profile('ski-other', 'A SubjectKeyIdentifier of another key', 'ski'),
    having(extension.subjectKeyIdentifier(root.key)),
  ),
  ds(
    profile('aki-missing', 'A signer without AuthorityKeyIdentifier', 'aki-missing'),
    lacking(OID.authorityKeyIdentifier),
  ),
  ds(
    profile('aki-other', 'An AuthorityKeyIdentifier of another key', 'aki-mismatch'),
    having(extension.authorityKeyIdentifier(seededKey('nobody'))),
  ),
  ds(profile('ian-missing', 'A signer without IssuerAltName', 'ian-missing'), lacking(OID.issuerAltName)),
  ds(
    profile('ian-dns', 'An IssuerAltName that is neither e-mail address nor URI', 'ian-type'),
    having(extension.issuerAltName(der.implicit(2, der.ia5('tegata.example')))),
  ),
  ds(profile('ian-critical', 'A critical IssuerAltName', 'ian-type'), having(extension.issuerAltName(undefined, true))),
  ds(
    profile('cdp-missing', 'A signer that does not say where its CRL is', 'cdp-missing'),
    lacking(OID.crlDistributionPoints),
  ),
  ds(
    profile('cdp-critical', 'A critical distribution point', 'cdp-critical'),
    having(extension.crlDistributionPoint([], true)),
  ),
  ds(
    profile('cdp-reasons', 'A distribution point for some reasons', 'cdp-reasons'),
    having(extension.crlDistributionPoint([der.implicit(1, der.namedBits([1]))])),
  ),
  ds(
    profile('cdp-crl-issuer', 'A distribution point with a CRL of another issuer', 'cdp-crlissuer'),
    having(extension.crlDistributionPoint([der.explicit(2, der.implicit(6, der.ia5('https://other.example/')))])),
  ),
  ds(profile('no-country', 'A signer without a country', 'no-country'), named(CN)),
  ds(profile('country-lower-case', 'A country in small letters', 'country-case'), named(CN, ['C', 'jp'])),
  ds(profile('country-other', 'A signer of another country than its root', 'country-mismatch'), named(CN, ['C', 'US'])),
  ds(profile('no-common-name', 'A signer without a name', 'no-cn'), named(['O', 'Tegata TEST ONLY'], ['C', 'JP'])),
  responseCase(
    profile('state-other', 'A signer of another prefecture than its root', 'st-mismatch', {
      anchors: [{ certificate: stateRoot().certificate }],
    }),
    { issuer: makeSigner(stateRoot(), 'signer of another state', 'P-256', named(['ST', 'JP-27'], CN, ['C', 'JP'])) },
  ),
  responseCase(
    profile('state-missing', 'A signer that leaves out the prefecture of its root', 'st-mismatch', {
      anchors: [{ certificate: stateRoot().certificate }],
    }),
    { issuer: makeSigner(stateRoot(), 'signer without a state', 'P-256', named(CN, ['C', 'JP'])) },
  ),
  ...(
    [
      ['policy-mappings', OID.policyMappings, der.sequence(der.sequence(der.oid('2.999.1'), der.oid('2.999.2')))],
      [
        'name-constraints',
        OID.nameConstraints,
        der.sequence(der.explicit(0, der.sequence(der.implicit(2, der.ia5('example'))))),
      ],
      ['policy-constraints', OID.policyConstraints, der.sequence(der.implicit(0, der.integer(0)))],
      ['inhibit-any-policy', OID.inhibitAnyPolicy, der.integer(0)],
      ['freshest-crl', OID.freshestCrl, extension.crlDistributionPoint().value],
    ] as const
  ).map(([id, oid, value]) =>
    ds(profile(`forbidden-${id}`, `A signer with the forbidden extension ${id}`, 'forbidden'), having({ oid, value })),
  ),
  ds(
    profile('unknown-critical', 'A critical extension that nobody knows', 'unknown-critical'),
    having({ oid: '2.999.8.5.77', critical: true, value: der.null() }),
  ),
  ds(profile('lifetime-458-days', 'A signer for 458 days', 'lifetime'), () => ({ notAfter: days(-30 + 458) })),
  ds(
    { ...profile('lifetime-457-days', 'A signer for 457 days', ''), id: 'valid-signer-457-days', expect: 'valid' },
    () => ({ notAfter: days(-30 + 457) }),
  ),
  ds(
    {
      ...profile('basic-constraints-false', 'A signer that says it is no CA', ''),
      id: 'valid-signer-says-no-ca',
      expect: 'valid',
    },
    having(extension.basicConstraints(false, undefined, false)),
  ),
  ds(
    {
      ...profile('harmless-extension', 'A signer with an extension that nobody knows, not critical', ''),
      id: 'valid-signer-extension',
      expect: 'valid',
    },
    having({ oid: '2.999.8.5.78', value: der.null() }),
  ),
  responseCase(
    profile('outlives-root', 'A signer that outlives its root', 'outlives-root', {
      anchors: [{ certificate: makeRoot('corpus short', 'P-256', () => ({ notAfter: days(100) })).certificate }],
    }),
    {
      issuer: makeSigner(
        makeRoot('corpus short', 'P-256', () => ({ notAfter: days(100) })),
        'signer longer than its root',
      ),
    },
  ),
];

/** Signers with algorithms and keys that no profile takes. */
export const chainAlgorithmCases = (): Case[] => {
  const k1 = seededKey('signer on another curve', 'secp256k1');
  const compressed = () => {
    const { bits } = makeSigner(root, 'chain-key-compressed').key;
    const half = Uint8Array.of(2 + ((bits[64] as number) & 1), ...bits.subarray(1, 33));
    const algorithm = der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.840.10045.3.1.7'));
    return { spki: der.sequence(algorithm, der.bitString(half)) };
  };
  return [
    ds(profile('sha1', 'A certificate that is signed with SHA-1', 'signature'), () => ({ hash: 'sha1' })),
    ds(profile('algorithms-differ', 'An algorithm outside that is not the one inside', 'signature'), () => ({
      outerAlgorithm: ecdsaWith('sha384'),
    })),
    ds(profile('algorithm-null', 'An algorithm with parameters of NULL inside, and none outside', 'signature'), () => ({
      innerAlgorithm: der.sequence(der.oid('1.2.840.10045.4.3.2'), der.null()),
    })),
    responseCase(
      profile('curve-secp256k1', 'A signer on the curve secp256k1', 'curve', {
        also: [fails('issuer-signature', 'alg-refused')],
      }),
      {
        issuer: {
          ...makeSigner(root, 'chain-curve-secp256k1', 'P-256', () => ({
            spki: k1.spki,
            extensions: signerExtensions(k1),
          })),
          key: k1,
        },
      },
    ),
    ds(profile('key-compressed', 'A signer with a compressed point', 'curve'), compressed),
  ];
};

/** The extensions of a signer with another key. */
const signerExtensions = (key: SeededKey) => replacing(signer.parts.extensions, extension.subjectKeyIdentifier(key));
