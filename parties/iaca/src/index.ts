/**
 * The issuing authority: plans, lints, signs and stores the card-substitute electromagnetic record as an mdoc. TEST ONLY.
 * @module
 */
export { ageInYears, ageReachedAt } from './age.ts';
export { type IacaAuthority, makeAuthority } from './authority.ts';
export { IacaError, type IacaErrorCode } from './error.ts';
export { type FsckCheck, type FsckReport, fsck } from './fsck.ts';
export type { IacaConfig } from './iaca.ts';
export { type IssuerProfile, profiles } from './profile.ts';
export type { Tables } from './schema.ts';
export { start } from './start.ts';
