import { jpkiProfiles } from './profiles/jpki.ts';
import { mdocProfiles } from './profiles/mdoc.ts';
import type { Profile } from './profiles/profile.ts';
import { signerProfiles } from './profiles/signers.ts';

const profiles = { ...jpkiProfiles, ...mdocProfiles, ...signerProfiles };

/** What a certificate is used for; each profile is a list of rules. */
export type ProfileName = keyof typeof profiles;

/** The names of all profiles. */
export const profileNames = Object.keys(profiles) as readonly ProfileName[];

/** Whether there is a profile of that name. */
export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}

/** The profile of that name. */
export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}
