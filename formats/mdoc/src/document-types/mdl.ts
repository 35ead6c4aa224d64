import type { CborMap, CborValue, DateTime, FullDate } from '@tegata/cbor';
import type { DocumentDefinition, ElementDefinition } from '../mnc.ts';
import { element, fullDate, text } from './element-type.ts';

/** The document type of the mobile driving licence. */
export const MDL_DOCTYPE = 'org.iso.18013.5.1.mDL';
/** Its namespace. */
export const NS_MDL = 'org.iso.18013.5.1';

/** One category of vehicles that the holder may drive. */
export interface DrivingPrivilege {
  readonly vehicle_category_code: string;
  readonly issue_date?: FullDate;
  readonly expiry_date?: FullDate;
  readonly codes?: readonly { readonly code: string; readonly sign?: string; readonly value?: string }[];
}

/** Elements of a driving licence (ISO/IEC 18013-5 §7.2.1, table 5). */
export interface MdlElements {
  readonly family_name: string;
  readonly given_name: string;
  readonly birth_date: FullDate;
  readonly issue_date: FullDate | DateTime;
  readonly expiry_date: FullDate | DateTime;
  readonly issuing_country: string;
  readonly issuing_authority: string;
  readonly document_number: string;
  readonly portrait: Uint8Array;
  readonly driving_privileges: readonly DrivingPrivilege[];
  readonly un_distinguishing_sign: string;
  readonly administrative_number?: string;
  readonly sex?: 0 | 1 | 2 | 9;
  /** Centimetres. */
  readonly height?: number;
  /** Kilograms. */
  readonly weight?: number;
  readonly eye_colour?: string;
  readonly hair_colour?: string;
  readonly birth_place?: string;
  readonly resident_address?: string;
  readonly portrait_capture_date?: DateTime;
  readonly age_in_years?: number;
  readonly age_birth_year?: number;
  readonly [age_over: `age_over_${number}`]: boolean | undefined;
  readonly issuing_jurisdiction?: string;
  readonly nationality?: string;
  readonly resident_city?: string;
  readonly resident_state?: string;
  readonly resident_postal_code?: string;
  readonly resident_country?: string;
  readonly family_name_national_character?: string;
  readonly given_name_national_character?: string;
  readonly signature_usual_mark?: Uint8Array;
}

const optionalText = (value: CborValue) => value === undefined || text(50)(value);
const optionalDate = (value: CborValue) => value === undefined || fullDate(value);

function privileges(value: CborValue): boolean {
  if (!Array.isArray(value) || value.length > 64) return false;
  return value.every((one) => {
    if (!(one instanceof Map) || !text(50)(one.get('vehicle_category_code'))) return false;
    const codes = one.get('codes');
    const known = codes === undefined || (Array.isArray(codes) && codes.length > 0 && codes.every(isCode));
    return known && optionalDate(one.get('issue_date')) && optionalDate(one.get('expiry_date'));
  });
}

function isCode(value: CborValue): boolean {
  return (
    value instanceof Map &&
    text(50)(value.get('code')) &&
    optionalText(value.get('sign')) &&
    optionalText(value.get('value'))
  );
}

const drivingPrivileges: ElementDefinition = {
  name: 'driving_privileges',
  type: 'an array of maps with vehicle_category_code',
  issued: privileges,
};

const EYES = ['black', 'blue', 'brown', 'dichromatic', 'grey', 'green', 'hazel', 'maroon', 'pink', 'unknown'];
const HAIR = ['bald', 'black', 'blond', 'brown', 'grey', 'red', 'auburn', 'sandy', 'white', 'unknown'];

/** The mobile driving licence. Other namespaces, of a country or an association, may stand beside its own. */
export const MDL: DocumentDefinition = {
  docType: MDL_DOCTYPE,
  otherNamespaces: true,
  required: {
    [NS_MDL]: [
      'family_name',
      'given_name',
      'birth_date',
      'issue_date',
      'expiry_date',
      'issuing_country',
      'issuing_authority',
      'document_number',
      'portrait',
      'driving_privileges',
      'un_distinguishing_sign',
    ],
  },
  namespaces: [
    {
      name: NS_MDL,
      elements: [
        element.text('family_name'),
        element.text('given_name'),
        element.fullDate('birth_date'),
        element.date('issue_date'),
        element.date('expiry_date'),
        element.country('issuing_country'),
        element.text('issuing_authority'),
        element.text('document_number'),
        element.image('portrait'),
        drivingPrivileges,
        element.text('un_distinguishing_sign', 10),
        element.text('administrative_number'),
        element.sex(),
        element.whole('height', 300),
        element.whole('weight', 1000),
        element.oneOf('eye_colour', ...EYES),
        element.oneOf('hair_colour', ...HAIR),
        element.text('birth_place'),
        element.text('resident_address'),
        element.tdate('portrait_capture_date'),
        element.whole('age_in_years', 200),
        element.whole('age_birth_year', 9999),
        element.truth('age_over_NN'),
        element.text('issuing_jurisdiction', 10),
        element.country('nationality'),
        element.text('resident_city'),
        element.text('resident_state'),
        element.text('resident_postal_code'),
        element.country('resident_country'),
        element.image('biometric_template_face'),
        element.image('biometric_template_finger'),
        element.image('biometric_template_signature_sign'),
        element.image('biometric_template_iris'),
        element.text('family_name_national_character'),
        element.text('given_name_national_character'),
        element.image('signature_usual_mark'),
      ],
    },
  ],
};

/**
 * Typed elements of a driving licence as `planIssuerSigned` takes them.
 * @example planIssuerSigned({ docType: MDL_DOCTYPE, elements: mdlElements({ family_name: 'Doe', … }), … })
 */
export function mdlElements(elements: MdlElements): Record<string, Record<string, CborValue>> {
  const { driving_privileges, ...rest } = elements;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined) as [string, CborValue][];
  return { [NS_MDL]: { ...Object.fromEntries(given), driving_privileges: driving_privileges.map(encodePrivilege) } };
}

function encodePrivilege({ codes, ...privilege }: DrivingPrivilege): CborMap {
  const entries = Object.entries(privilege).filter(([, value]) => value !== undefined) as [string, CborValue][];
  const map: CborMap = new Map(entries);
  if (codes)
    map.set(
      'codes',
      codes.map((code) => new Map(Object.entries(code))),
    );
  return map;
}
