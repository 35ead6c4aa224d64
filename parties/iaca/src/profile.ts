import { createHash } from 'node:crypto';
import { encode } from '@tegata/cbor';

/** How many JIS X 0303 codes become which element: `sex` as it is, `sex_unicode` only where there is a word. */
export const SEX_WORDS: Readonly<Record<string, string>> = { '1': '男', '2': '女' };

/** What an issuance looks like. One object, so that a real record's facts change a row, not code. */
export interface IssuerProfile {
  readonly name: 'default' | 'observed';
  /** `age_over_NN` that are attested. */
  readonly ageOver: readonly number[];
  readonly ageInYears: boolean;
  readonly digestAlgorithm: 'SHA-256';
  /** Days from `signed` to `validUntil`. */
  readonly validDays: number;
  /** Days from `signed` to `expectedUpdate`. */
  readonly updateDays: number;
  /** Of name and of address each. */
  readonly maxCharacters: number;
  readonly maxPortraitBytes: number;
}

const shared = {
  digestAlgorithm: 'SHA-256',
  validDays: 30,
  updateDays: 21,
  maxCharacters: 200,
  maxPortraitBytes: 30 * 1024,
} as const;

/** `default`: our choices. `observed`: only what public code shows of the real record. */
export const profiles: Readonly<Record<IssuerProfile['name'], IssuerProfile>> = {
  default: { name: 'default', ageOver: [18, 20, 65], ageInYears: true, ...shared },
  observed: { name: 'observed', ageOver: [20], ageInYears: false, ...shared },
};

/** SHA-256 over the profile's deterministic encoding: pinned in each plan, so that no plan is signed under another profile. */
export function profileHash(profile: IssuerProfile): Uint8Array {
  const { name, ageOver, digestAlgorithm, validDays, updateDays, maxCharacters, maxPortraitBytes } = profile;
  const encoded = encode({
    name,
    ageOver: [...ageOver],
    ageInYears: profile.ageInYears,
    digestAlgorithm,
    validDays,
    updateDays,
    maxCharacters,
    maxPortraitBytes,
  });
  return new Uint8Array(createHash('sha256').update(encoded).digest());
}
