import type { CborValue, DateTime, FullDate } from '@tegata/cbor';
import type { DocumentDefinition } from '../mnc.ts';
import { element, fullDate } from './element-type.ts';

/** The document type of ISO/IEC 23220 photo identification. */
export const PHOTO_ID_DOCTYPE = 'org.iso.23220.photoid.1';
/** Another spelling of it, met in one wallet: taken only where a configuration says so. */
export const PHOTO_ID_DOCTYPE_OTHER = 'org.iso.23220.photoID.1';
/** The namespace of ISO/IEC 23220-2; named here too, since the list of definitions reads this file first. */
const NS_ISO = 'org.iso.23220.1';
/** The namespace of a copied travel document (digital travel credential). */
export const NS_DTC = 'org.iso.23220.dtc.1';

/** Elements of namespace `org.iso.23220.1` (ISO/IEC 23220-2). */
export interface PhotoIdElements {
  readonly family_name_unicode: string;
  readonly given_name_unicode: string;
  readonly family_name_latin1: string;
  readonly given_name_latin1: string;
  readonly birth_date: FullDate;
  readonly portrait: Uint8Array;
  readonly issue_date: FullDate | DateTime;
  readonly expiry_date: FullDate | DateTime;
  readonly issuing_authority_unicode: string;
  readonly issuing_country: string;
  readonly document_number: string;
  readonly age_in_years?: number;
  readonly [age_over: `age_over_${number}`]: boolean | undefined;
  readonly age_birth_year?: number;
  readonly portrait_capture_date?: DateTime | FullDate;
  readonly birthplace?: string;
  readonly name_at_birth?: string;
  readonly resident_address_unicode?: string;
  readonly resident_city_unicode?: string;
  readonly resident_postal_code?: string;
  readonly resident_country?: string;
  readonly resident_city_latin1?: string;
  readonly sex?: 0 | 1 | 2 | 9;
  readonly nationality?: string;
  readonly issuing_subdivision?: string;
}

const dataGroups = Array.from({ length: 16 }, (_, index) => element.image(`dtc_dg${index + 1}`));

/** Photo identification. The namespaces of its issuers may stand beside its own. */
export const PHOTO_ID: DocumentDefinition = {
  docType: PHOTO_ID_DOCTYPE,
  otherNamespaces: true,
  required: {
    [NS_ISO]: [
      'family_name_unicode',
      'given_name_unicode',
      'family_name_latin1',
      'given_name_latin1',
      'birth_date',
      'portrait',
      'issue_date',
      'expiry_date',
      'issuing_authority_unicode',
      'issuing_country',
      'document_number',
    ],
  },
  namespaces: [
    {
      name: NS_ISO,
      elements: [
        element.text('family_name_unicode'),
        element.text('given_name_unicode'),
        element.text('family_name_latin1'),
        element.text('given_name_latin1'),
        {
          ...element.fullDate('birth_date'),
          // ISO/IEC 23220-2 also knows a map with the mask of what is approximate.
          read: (value) => fullDate(value) || (value instanceof Map && fullDate(value.get('birth_date'))),
        },
        element.image('portrait'),
        element.date('issue_date'),
        element.date('expiry_date'),
        element.text('issuing_authority_unicode'),
        element.country('issuing_country'),
        element.text('document_number'),
        element.whole('age_in_years', 200),
        element.truth('age_over_NN'),
        element.whole('age_birth_year', 9999),
        element.date('portrait_capture_date'),
        element.text('birthplace'),
        element.text('name_at_birth'),
        element.text('resident_address_unicode', 200),
        element.text('resident_city_unicode'),
        element.text('resident_postal_code'),
        element.country('resident_country'),
        element.text('resident_city_latin1'),
        element.sex(),
        element.country('nationality'),
        element.text('issuing_subdivision', 10),
      ],
    },
    {
      name: NS_DTC,
      elements: [
        element.text('dtc_version', 20),
        element.image('dtc_sod'),
        ...dataGroups,
        element.image('dg_content_info'),
      ],
    },
  ],
};

/**
 * Typed elements of photo identification as `planIssuerSigned` takes them.
 * @example planIssuerSigned({ docType: PHOTO_ID_DOCTYPE, elements: photoIdElements({ … }), … })
 */
export function photoIdElements(elements: PhotoIdElements): Record<string, Record<string, CborValue>> {
  const given = Object.entries(elements).filter(([, value]) => value !== undefined) as [string, CborValue][];
  return { [NS_ISO]: Object.fromEntries(given) };
}
