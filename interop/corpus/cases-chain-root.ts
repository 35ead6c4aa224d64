import { type CborMap, DateTime } from '@tegata/cbor';
import { AT, type Change, days, makeRoot, makeSigner, seconds } from './authority.ts';
import { type Case, type CaseText, fails, responseCase } from './case.ts';
import { BIT, extension, OID } from './certificate.ts';
import { chain, ds, having, lacking, profile } from './chain-change.ts';

const signedOn = (date: Date) => (mso: CborMap) => {
  const info = mso.get('validityInfo') as CborMap;
  info.set('signed', DateTime.from(date)).set('validFrom', DateTime.from(date));
};

/** Signers and roots at the ends of their validity, to the second. */
export const chainTimeCases = (): Case[] => [
  ds(chain('expired', 'A signer whose certificate ended a day ago', 'validity'), () => ({ notAfter: days(-1) }), {
    mso: signedOn(days(-2)),
  }),
  ds(chain('expired-1-second', 'A signer whose certificate ended a second ago', 'validity'), () => ({
    notAfter: seconds(-1),
  })),
  ds({ ...chain('', 'A signer whose certificate ends now', ''), id: 'valid-signer-ends-now', expect: 'valid' }, () => ({
    notAfter: AT,
  })),
  ds(
    chain('not-yet-valid', 'A signer whose certificate begins in a second', 'validity', {
      also: [fails('validity', 'signed-outside-certificate')],
    }),
    () => ({ notBefore: seconds(1) }),
  ),
  ds(
    { ...chain('', 'A signer whose certificate begins now', ''), id: 'valid-signer-begins-now', expect: 'valid' },
    () => ({ notBefore: AT }),
    { mso: signedOn(AT) },
  ),
  rootCase(
    chain('root-expired', 'A root that ended a second ago', 'validity', { also: [] }),
    'expired',
    () => ({ notAfter: seconds(-1) }),
    (parts) => ({ ...parts, notAfter: seconds(-1) }),
  ),
  rootCase(chain('root-not-yet-valid', 'A root that begins in a second', 'validity'), 'future', () => ({
    notBefore: seconds(1),
  })),
];

/** A document under a root that is changed, and nothing else. */
function rootCase(text: CaseText, name: string, change: Change, below?: Change): Case {
  const other = makeRoot(name, 'P-256', change);
  return responseCase(
    { ...text, anchors: [{ certificate: other.certificate }] },
    { issuer: makeSigner(other, `signer under ${name}`, 'P-256', below) },
  );
}

const onRoot = (id: string, title: string, code: string): CaseText =>
  chain(`root-${id}`, title, code, { clause: 'ISO/IEC 18013-5 B.1.2' });

/** Roots that break one row of ISO/IEC 18013-5 B.1.2 each. */
export const chainRootCases = (): Case[] => [
  rootCase(
    onRoot('no-cert-sign', 'A root whose key may not sign certificates', 'issuer-not-a-ca'),
    'no certificates',
    having(extension.keyUsage([BIT.cRLSign])),
  ),
  rootCase(onRoot('ku-missing', 'A root without keyUsage', 'issuer-not-a-ca'), 'no key usage', lacking(OID.keyUsage)),
  rootCase(
    onRoot('ku-three-bits', 'A root whose key signs data too', 'ku-bits'),
    'three bits',
    having(extension.keyUsage([BIT.digitalSignature, BIT.keyCertSign, BIT.cRLSign])),
  ),
  rootCase(
    onRoot('ku-not-critical', 'A root whose keyUsage is not critical', 'ku-noncrit'),
    'key usage',
    having(extension.keyUsage([BIT.keyCertSign, BIT.cRLSign], false)),
  ),
  rootCase(
    onRoot('not-a-ca', 'A root that says it is no CA', 'issuer-not-a-ca'),
    'no CA',
    having(extension.basicConstraints(false)),
  ),
  rootCase(
    onRoot('bc-missing', 'A root without basicConstraints', 'issuer-not-a-ca'),
    'no constraints',
    lacking(OID.basicConstraints),
  ),
  rootCase(
    onRoot('bc-not-critical', 'A root whose basicConstraints are not critical', 'bc-noncrit'),
    'constraints',
    having(extension.basicConstraints(true, 0, false)),
  ),
  rootCase(
    onRoot('pathlen-missing', 'A root without a path length', 'pathlen'),
    'no length',
    having(extension.basicConstraints(true)),
  ),
  rootCase(
    onRoot('pathlen-1', 'A root with path length 1', 'pathlen'),
    'length 1',
    having(extension.basicConstraints(true, 1)),
  ),
  rootCase(onRoot('lifetime', 'A root for more than twenty years', 'lifetime'), 'long', () => ({
    notAfter: days(365 * 21),
  })),
  ...(['pathlen-missing', 'ian-missing'] as const).map((id) =>
    rootCase(
      {
        ...onRoot(id, `A root that deviates as real ones do (${id}), in interop mode`, ''),
        id: `valid-interop-root-${id}`,
        expect: 'valid',
        options: { profileMode: 'interop' },
      },
      `interop ${id}`,
      id === 'ian-missing' ? lacking(OID.issuerAltName) : having(extension.basicConstraints(true)),
    ),
  ),
  ds(
    profile(
      'eku-missing-interop',
      'A signer without a purpose, in interop mode: the rules for signers stay',
      'eku-missing',
      { options: { profileMode: 'interop' } },
    ),
    lacking(OID.extKeyUsage),
  ),
];
