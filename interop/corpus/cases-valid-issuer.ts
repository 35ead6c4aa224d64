import { days, makeRoot, makeSigner } from './authority.ts';
import { type Case, issuedCase, responseCase, root } from './case.ts';
import { MDL, MDL_ELEMENTS, MNC } from './document.ts';
import { MDL_REQUEST, setDocType, stateElements, stateRequest, stateRoot } from './licence.ts';
import { otherHalf } from './seeded-key.ts';

const STRUCTURE = 'ISO/IEC 18013-5 §8.3.2.1.2.2';

const SIGNATURE = 'ISO/IEC 18013-5 §9.1.2.4';

const valid = 'valid';

/** Documents of good issuers, on every curve and under every kind of root. */
export const validIssuerCases = (): Case[] => {
  const strongRoot = makeRoot('corpus P-384', 'P-384');
  const strong = { anchors: [{ certificate: strongRoot.certificate }] };
  return [
    responseCase({
      id: 'valid-mnc',
      title: 'The record of the My Number Card, signed with P-256',
      clause: STRUCTURE,
      expect: valid,
    }),
    issuedCase({
      id: 'valid-issued-mnc',
      title: 'The same record outside of a presentation',
      clause: SIGNATURE,
      expect: valid,
    }),
    responseCase(
      {
        id: 'valid-mdl',
        title: 'A driving licence',
        clause: STRUCTURE,
        expect: valid,
        docType: MDL,
        requested: [MDL_REQUEST],
      },
      { docType: MDL, elements: MDL_ELEMENTS, mso: setDocType(MDL) },
    ),
    responseCase(
      {
        id: 'valid-p384-root',
        title: 'A root with P-384 above a signer with P-256, as the Japanese one',
        clause: 'ISO/IEC 18013-5 B.1',
        expect: valid,
        ...strong,
      },
      { issuer: makeSigner(strongRoot, 'signer under P-384') },
    ),
    responseCase(
      { id: 'valid-p384-signer', title: 'ES384 with a P-384 signer', clause: SIGNATURE, expect: valid, ...strong },
      { issuer: makeSigner(strongRoot, 'signer P-384', 'P-384') },
    ),
    responseCase(
      { id: 'valid-p521-signer', title: 'ES512 with a P-521 signer', clause: SIGNATURE, expect: valid, ...strong },
      { issuer: makeSigner(strongRoot, 'signer P-521', 'P-521') },
    ),
    responseCase(
      { id: 'valid-eddsa-signer', title: 'EdDSA with an Ed25519 signer', clause: SIGNATURE, expect: valid },
      { issuer: makeSigner(root, 'signer Ed25519', 'Ed25519') },
    ),
    responseCase(
      {
        id: 'valid-esp256',
        title: 'The algorithm ESP256 (-9), which names its curve',
        clause: 'RFC 9864',
        expect: valid,
      },
      { issuerSigning: { alg: -9 }, deviceSigning: { alg: -9 } },
    ),
    responseCase(
      { id: 'valid-esp384', title: 'The algorithm ESP384 (-51)', clause: 'RFC 9864', expect: valid, ...strong },
      { issuer: makeSigner(strongRoot, 'signer P-384', 'P-384'), issuerSigning: { alg: -51 } },
    ),
    responseCase(
      { id: 'valid-ed25519-by-name', title: 'The algorithm Ed25519 (-19)', clause: 'RFC 9864', expect: valid },
      { issuer: makeSigner(root, 'signer Ed25519', 'Ed25519'), issuerSigning: { alg: -19 } },
    ),
    responseCase(
      {
        id: 'valid-brainpool-signer',
        title: 'ES256 with a brainpoolP256r1 signer',
        clause: 'ISO/IEC 18013-5 §9.1.2.5',
        expect: valid,
      },
      { issuer: makeSigner(root, 'signer brainpool', 'brainpoolP256r1') },
    ),
    responseCase(
      {
        id: 'valid-high-s',
        title: 'The other of the two signatures that ECDSA has for one content',
        clause: 'FIPS 186-5 §6.4',
        expect: valid,
      },
      { issuerAuth: ([...made]) => [...made.slice(0, 3), otherHalf('P-256', made[3] as Uint8Array)] },
    ),
    ...(['SHA-384', 'SHA-512'] as const).map((name) =>
      responseCase(
        {
          id: `valid-${name.toLowerCase().replace('-', '')}`,
          title: `Digests by ${name}`,
          clause: 'ISO/IEC 18013-5 §9.1.2.5',
          expect: valid,
        },
        { digestAlgorithm: name, hash: name.toLowerCase().replace('-', '') },
      ),
    ),
    responseCase(
      {
        id: 'valid-state',
        title: 'A root and a signer of one prefecture, and a licence that names it',
        clause: 'ISO/IEC 18013-5 §9.3.1',
        expect: valid,
        docType: MDL,
        anchors: [{ certificate: stateRoot().certificate }],
        requested: [stateRequest],
      },
      {
        docType: MDL,
        elements: stateElements('JP-13'),
        mso: setDocType(MDL),
        issuer: makeSigner(stateRoot(), 'signer of a state'),
      },
    ),
    responseCase({
      id: 'valid-anchor-limited',
      title: 'A root that is trusted for this document type alone',
      clause: 'ISO/IEC 18013-5 C.1',
      expect: valid,
      anchors: [{ certificate: root.certificate, docTypes: [MNC] }],
    }),
    responseCase({
      id: 'valid-two-roots',
      title: 'Two roots of one name, told apart by key identifier and signature',
      clause: 'RFC 5280 §6.1',
      expect: valid,
      anchors: [{ certificate: makeRoot('namesake').certificate }, { certificate: root.certificate }],
    }),
    responseCase(
      {
        id: 'valid-link-certificate',
        title: 'A signer under a new root that the old, trusted root has linked',
        clause: 'ISO/IEC 18013-5 B.1.3',
        expect: valid,
      },
      linked(),
    ),
  ];
};

function linked() {
  const next = makeRoot('corpus next');
  // The new key under the old one's signature: same name, so self-issued, but not self-signed.
  const link = makeRoot('corpus next', 'P-256', (parts) => ({
    signer: root.key,
    notAfter: days(1000),
    extensions: [...parts.extensions, ...makeSigner(root).parts.extensions.slice(0, 1)],
  }));
  const below = makeSigner(next, 'signer under the next root');
  return { issuer: below, chain: [below.certificate, link.certificate] };
}
