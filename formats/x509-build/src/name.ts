import { AsnConvert } from '@peculiar/asn1-schema';
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';
import { X509BuildError } from './error.ts';

const types = {
  CN: '2.5.4.3',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  C: '2.5.4.6',
} as const;

/** A name as written: one pair per part, in the order of the encoding. */
export type NameParts = readonly (readonly [type: keyof typeof types, value: string])[];

/**
 * Makes a Name: C as PrintableString, everything else as UTF8String, as JPKI and its mdoc root do.
 * @throws {X509BuildError} `name-invalid` for an empty part or a country that is not two capital letters
 */
export function toName(parts: NameParts): Name {
  return new Name(
    parts.map(([type, value]) => {
      if (value === '' || (type === 'C' && !/^[A-Z]{2}$/.test(value))) {
        throw new X509BuildError('name-invalid', 'A part of a name is empty, or the country is not two letters.', {
          part: type,
        });
      }
      const text = new AttributeValue(type === 'C' ? { printableString: value } : { utf8String: value });
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type: types[type], value: text })]);
    }),
  );
}

/** The Name of these octets, for an issuer whose certificate exists already. */
export function nameFromDer(der: Uint8Array): Name {
  return AsnConvert.parse(der, Name);
}

/** The DER of a Name. @throws {X509BuildError} `name-invalid` */
export function nameDer(parts: NameParts): Uint8Array {
  return new Uint8Array(AsnConvert.serialize(toName(parts)));
}
