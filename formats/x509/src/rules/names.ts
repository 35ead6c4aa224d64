import { signatureFits } from '../algorithm.ts';
import type { Certificate } from '../certificate.ts';
import { nameValues, sameBytes } from '../name.ts';
import { oid } from '../oids.ts';
import { type Fault, none, type Rule, type RuleContext, unless } from './rule.ts';

const clause = 'ISO/IEC 18013-5 B.1';

function countryFaults({ certificate }: RuleContext, mandatory: boolean): readonly Fault[] {
  const values = nameValues(certificate.subject, oid.countryName);
  if (values.length === 0 && !mandatory) return none;
  if (values.length !== 1) return unless(false, 'no-country', 'The subject must name one country.', true);
  return unless(
    /^[A-Z]{2}$/.test(values[0] as string),
    'country-case',
    'A country is written as two capital letters.',
    true,
  );
}

/** C is there once, two upper-case letters. */
export const country: Rule = { id: 'country', clause, faults: (context) => countryFaults(context, true) };

/** C is two upper-case letters, where it is there. */
export const countryIfAny: Rule = { id: 'country', clause, faults: (context) => countryFaults(context, false) };

/** CN is there. */
export const commonName: Rule = {
  id: 'common-name',
  clause,
  faults: ({ certificate }) =>
    unless(
      nameValues(certificate.subject, oid.commonName).length === 1,
      'no-cn',
      'The subject must have one common name.',
      true,
    ),
};

/** C equals the issuer's, and ST where the issuer has one. A subject without C fails the rule `country` instead. */
export const sameCountry: Rule = {
  id: 'same-country',
  clause: 'ISO/IEC 18013-5 B.1.4',
  needsIssuer: true,
  faults({ certificate, issuer }) {
    if (!issuer) return none;
    const values = (of: Certificate, type: string) => nameValues(of.subject, type).join('\0');
    const own = values(certificate, oid.countryName);
    const faults: Fault[] = [];
    // A wrong spelling is the fault of the rule `country`; here it is another country that counts.
    if (own !== '' && own.toUpperCase() !== values(issuer, oid.countryName).toUpperCase()) {
      faults.push({ code: 'country-mismatch', detail: 'The country differs from the issuer’s.' });
    }
    const state = values(issuer, oid.stateOrProvinceName);
    if (state !== '' && values(certificate, oid.stateOrProvinceName) !== state) {
      faults.push({ code: 'st-mismatch', detail: 'The state or province differs from the issuer’s.' });
    }
    return faults;
  },
};

/** Issuer and subject are one, and the signature is of the certificate's own key. */
export const selfIssued: Rule = {
  id: 'self-signature',
  clause: 'RFC 5280 §6.1',
  faults({ certificate }) {
    if (!isSelfIssued(certificate)) return unless(false, 'issuer-name', 'A root names itself as its issuer.');
    return unless(isSelfSigned(certificate), 'signature', 'The signature is not of the certificate’s own key.');
  },
};

/** An end entity must not have signed itself: neither under its own name nor with its own key. */
export const notSelfSigned: Rule = {
  id: 'self-signed',
  faults({ certificate, issuer }) {
    const ownKey = issuer !== undefined && sameBytes(certificate.spki.raw, issuer.spki.raw);
    const own = isSelfIssued(certificate) || ownKey;
    return unless(!own, 'self-signed', 'The certificate is signed by itself.');
  },
};

/** A link certificate carries the name of its issuer and another key. */
export const linksNewKey: Rule = {
  id: 'link',
  clause: 'ISO/IEC 18013-5 B.1.3',
  needsIssuer: true,
  faults({ certificate, issuer }) {
    if (!isSelfIssued(certificate)) {
      return unless(false, 'issuer-name', 'A link certificate is issued under the name of its subject.');
    }
    const ownKey = issuer !== undefined && sameBytes(certificate.spki.raw, issuer.spki.raw);
    return unless(!ownKey, 'self-signed', 'A link certificate certifies a new key by the old one.');
  },
};

/** Whether subject and issuer are the same name; a link certificate is so too. */
export function isSelfIssued(certificate: Certificate): boolean {
  return sameBytes(certificate.issuer.raw, certificate.subject.raw);
}

// A root is asked once per path that ends at it, and its own signature cannot change.
const selfSigned = new WeakMap<Certificate, boolean>();

/** Whether the certificate's own key has signed it. A certificate is checked once as long as it is held. */
export function isSelfSigned(certificate: Certificate): boolean {
  const known = selfSigned.get(certificate);
  if (known !== undefined) return known;
  let fits = false;
  try {
    const { signatureAlgorithm, publicKey, tbs, signature } = certificate;
    fits = isSelfIssued(certificate) && signatureFits(signatureAlgorithm, publicKey, tbs, signature);
  } catch {
    // A key that cannot be imported has signed nothing; the rule `key` names the fault.
  }
  selfSigned.set(certificate, fits);
  return fits;
}
