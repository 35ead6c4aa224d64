import { Raw } from '@tegata/cbor';
import { type Holder, makeRoot, makeSigner, serialOf } from './authority.ts';
import { type Case, fails, issuedCase, responseCase, root, signer } from './case.ts';
import { joined } from './cbor-bytes.ts';
import { BIT, extension, type NameParts, OID, replacing, without } from './certificate.ts';
import { chain, ds, extensions, having } from './chain-change.ts';
import type { Forgery } from './document.ts';
import { seededKey } from './seeded-key.ts';

/** Signers that lead to no root of the reader’s own list, and chains of odd shapes. */
export const chainTrustCases = (): Case[] => {
  const stranger = makeRoot('stranger');
  const below = makeSigner(stranger, 'signer of a stranger');
  const otherName = makeRoot('another name', 'P-256', () => {
    const subject: NameParts = [
      ['CN', 'Another TEST root'],
      ['C', 'JP'],
    ];
    return { subject, issuer: subject };
  });
  const form = (id: string, title: string, code: string | undefined, value: Forgery['chain']): Case =>
    responseCase(chain(id, title, code, { clause: 'RFC 9360 §2' }), { chain: value });
  const intermediate = intermediateUnder(root);
  const openRoot = makeRoot('open', 'P-256', having(extension.basicConstraints(true)));
  const underOpen = intermediateUnder(openRoot);
  return [
    responseCase(
      chain('stranger', 'A signer under a root of the same name that nobody trusts', 'signature', {
        pitfalls: [12, 15],
      }),
      { issuer: below },
    ),
    responseCase(
      chain('stranger-root', 'The same, and the message brings that root along', 'root-in-chain', { pitfalls: [12] }),
      { issuer: below, chain: [below.certificate, stranger.certificate] },
    ),
    issuedCase(
      chain('issued-stranger-root', 'The same outside of a presentation', 'root-in-chain', { pitfalls: [12] }),
      { issuer: below, chain: [below.certificate, stranger.certificate] },
    ),
    responseCase(chain('own-root', 'The trusted root inside of the message', 'root-in-chain', { pitfalls: [12] }), {
      chain: [signer.certificate, root.certificate],
    }),
    ...[responseCase, issuedCase].map((make) =>
      make(
        {
          ...chain('', 'The trusted root inside of the message, in interop mode: it is laid aside', undefined),
          id: make === issuedCase ? 'valid-interop-issued-own-root' : 'valid-interop-own-root',
          expect: 'valid',
          options: { profileMode: 'interop' },
          warnings: [fails('issuer-chain', 'root-in-chain')],
          pitfalls: [12],
        },
        { chain: [signer.certificate, root.certificate] },
      ),
    ),
    responseCase(
      chain('stranger-root-interop', 'The root of a stranger inside of the message, in interop mode', 'signature', {
        options: { profileMode: 'interop' },
        pitfalls: [12],
      }),
      { issuer: below, chain: [below.certificate, stranger.certificate] },
    ),
    responseCase(
      chain('self-signed-interop', 'A signer that signed its own certificate, in interop mode', 'root-in-chain', {
        options: { profileMode: 'interop' },
        pitfalls: [12],
      }),
      { issuer: selfSigned() },
    ),
    responseCase(chain('root-signs', 'A document that the root signed itself', 'root-in-chain', { pitfalls: [12] }), {
      issuer: root,
    }),
    responseCase(
      chain('self-signed', 'A signer that signed its own certificate', 'root-in-chain', { pitfalls: [12] }),
      { issuer: selfSigned() },
    ),
    responseCase(chain('unknown-issuer', 'A signer under a root of another name', 'no-path-to-anchor'), {
      issuer: makeSigner(otherName, 'signer of another name'),
    }),
    ds(chain('issuer-name', 'A certificate signed by the trusted root, but under another name', 'issuer-name'), () => ({
      issuer: otherName.parts.subject,
    })),
    ds(
      chain(
        'issuer-name-case',
        'The name of the root in other letters: names are compared octet for octet',
        'issuer-name',
      ),
      (parts) => ({
        issuer: parts.issuer.map(([type, value]) => [type, type === 'CN' ? value.toUpperCase() : value] as const),
      }),
    ),
    responseCase(chain('no-anchor', 'No root is trusted at all', 'no-trust-anchor', { anchors: [] })),
    responseCase(
      chain('anchor-of-other-type', 'The root is trusted for other document types only', 'no-trust-anchor', {
        anchors: [{ certificate: root.certificate, docTypes: ['com.example.library.1'] }],
        pitfalls: [5],
      }),
    ),
    responseCase(
      chain('below-signer', 'A signer under another signer, which is no CA', 'issuer-not-a-ca'),
      belowSigner(),
    ),
    ds(
      chain('self-issued', 'A signer under the very name of its root, by the root’s key', 'self-signed', {
        clause: 'ISO/IEC 18013-5 B.1.4',
      }),
      ({ issuer }) => ({ subject: issuer }),
    ),
    responseCase(
      chain('intermediate', 'A signer under an intermediate CA: between signer and root there is none', 'pathlen'),
      { issuer: intermediate.signer, chain: [intermediate.signer.certificate, intermediate.certificate] },
    ),
    responseCase(
      chain(
        'intermediate-interop',
        'The same under a root without a path length, in interop mode: the signer does not name the root',
        'issuer-name',
        { anchors: [{ certificate: openRoot.certificate }], options: { profileMode: 'interop' } },
      ),
      { issuer: underOpen.signer, chain: [underOpen.signer.certificate, underOpen.certificate] },
    ),
    responseCase(
      chain('wrong-order', 'The certificate of a CA before that of the signer', undefined, {
        also: [fails('issuer-signature', 'signature-invalid')],
      }),
      { chain: [intermediate.certificate, signer.certificate] },
    ),
    responseCase(chain('missing', 'No certificate at all', 'x5chain-missing'), { chain: null }),
    form('empty-array', 'A chain of no certificates', 'x5chain-form', []),
    form('empty-bytes', 'A certificate of no bytes', 'x5chain-form', new Uint8Array(0)),
    form('empty-in-array', 'A chain with an empty certificate behind the good one', 'x5chain-form', [
      signer.certificate,
      new Uint8Array(0),
    ]),
    form('text', 'A chain that is text', 'x5chain-form', 'certificate'),
    form('null', 'A chain of null', undefined, new Raw(Uint8Array.of(0xf6))),
    form(
      'nine',
      'A chain of nine certificates',
      'x5chain-form',
      Array.from({ length: 9 }, () => signer.certificate),
    ),
  ];
};

function selfSigned(): Holder {
  const key = seededKey('self-signed');
  return makeSigner(root, 'self-signed', 'P-256', ({ subject }) => ({ issuer: subject, signer: key }));
}

/** A signer whose certificate another signer made. */
function belowSigner(): Forgery {
  const name = 'signer below a signer';
  const child = makeSigner(root, name, 'P-256', ({ extensions: all }) => ({
    issuer: signer.parts.subject,
    subject: [
      ['CN', 'Tegata TEST corpus child'],
      ['C', 'JP'],
    ],
    signer: signer.key,
    extensions: replacing(all, extension.authorityKeyIdentifier(signer.key)),
  }));
  return { issuer: child, chain: [child.certificate, signer.certificate] };
}

function intermediateUnder(above: Holder) {
  const middle = makeSigner(above, 'intermediate', 'P-256', ({ extensions: all }) => ({
    subject: [
      ['CN', 'Tegata TEST corpus intermediate'],
      ['C', 'JP'],
    ],
    extensions: [
      ...without(without(all, OID.extKeyUsage), OID.keyUsage),
      extension.keyUsage([BIT.keyCertSign, BIT.cRLSign]),
      extension.basicConstraints(true, 0),
    ],
  }));
  return { certificate: middle.certificate, signer: makeSigner(middle, 'signer under an intermediate') };
}

const der1 = (bytes: Uint8Array, change: (copy: Uint8Array) => void) => {
  const copy = bytes.slice();
  change(copy);
  return copy;
};

/** Certificates that are not DER. */
export const chainEncodingCases = (): Case[] => {
  const bytes = signer.certificate;
  const unreadable = (id: string, title: string, chained: Uint8Array): Case =>
    responseCase(chain(id, title, 'der', { clause: 'X.690 §10' }), { chain: chained });
  return [
    unreadable('trailing-byte', 'A certificate with a byte behind it', joined(bytes, Uint8Array.of(0))),
    unreadable('truncated', 'A certificate without its last byte', bytes.subarray(0, -1)),
    unreadable('garbage', 'Three bytes in the place of a certificate', Uint8Array.of(1, 2, 3)),
    unreadable(
      'pem',
      'A certificate as text',
      new TextEncoder().encode(
        `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes).toString('base64')}\n-----END CERTIFICATE-----\n`,
      ),
    ),
    // 30 82 xx xx becomes 30 83 00 xx xx: the same length in one octet more.
    unreadable(
      'long-length',
      'A certificate whose length has an octet too many',
      joined(Uint8Array.of(0x30, 0x83, 0), bytes.subarray(2)),
    ),
    unreadable(
      'open-length',
      'A certificate of indefinite length (BER)',
      joined(Uint8Array.of(0x30, 0x80), bytes.subarray(4), Uint8Array.of(0, 0)),
    ),
    ds(
      chain('version-1', 'A certificate of version 1 with extensions', 'der', { clause: 'RFC 5280 §4.1.2.1' }),
      () => ({ version: 0 }),
    ),
    ds(chain('serial-negative', 'A negative serial number', 'der', { clause: 'RFC 5280 §4.1.2.2' }), () => ({
      serial: Uint8Array.of(0x80, ...serialOf('negative').subarray(1)),
    })),
    ds(chain('serial-zero', 'The serial number 0', 'der', { clause: 'RFC 5280 §4.1.2.2' }), () => ({
      serial: Uint8Array.of(0),
    })),
    ds(chain('serial-21-octets', 'A serial number of 21 octets', 'der', { clause: 'RFC 5280 §4.1.2.2' }), () => ({
      serial: Uint8Array.of(0x40, ...serialOf('long'), 1, 2, 3, 4),
    })),
    ds(
      chain('extension-twice', 'A certificate with keyUsage twice', 'der', { clause: 'RFC 5280 §4.2' }),
      extensions((all) => [...all, extension.keyUsage([BIT.digitalSignature])]),
    ),
    responseCase(chain('signature-changed', 'A certificate with one bit of its signature changed', 'signature'), {
      chain: der1(bytes, (copy) => {
        copy[copy.length - 1]! ^= 1;
      }),
    }),
    responseCase(chain('content-changed', 'A certificate whose name was changed after signing', 'signature'), {
      chain: der1(bytes, (copy) => {
        copy[Buffer.from(copy).indexOf('corpus signer')] = 0x43;
      }),
    }),
  ];
};
