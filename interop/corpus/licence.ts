import type { CborMap } from '@tegata/cbor';
import { makeRoot } from './authority.ts';
import { MDL, NS_MDL } from './document.ts';

/** A licence is a document of this type from the start. */
export const setDocType = (docType: string) => (mso: CborMap) => void mso.set('docType', docType);

/** Everything that the licence of the corpus holds. */
export const MDL_REQUEST = {
  docType: MDL,
  nameSpaces: {
    [NS_MDL]: { family_name: false, birth_date: false, issuing_country: false, age_over_18: false, portrait: false },
  },
};

/** A root of a prefecture. */
export function stateRoot() {
  return makeRoot('state', 'P-256', ({ subject }) => {
    const name = [['ST', 'JP-13'] as const, ...subject];
    return { issuer: name, subject: name };
  });
}

/** A licence that names its prefecture. */
export const stateElements = (state: string) => ({
  [NS_MDL]: { issuing_country: 'JP', issuing_jurisdiction: state },
});

/** Asks for country and prefecture. */
export const stateRequest = {
  docType: MDL,
  nameSpaces: { [NS_MDL]: { issuing_country: false, issuing_jurisdiction: false } },
};
