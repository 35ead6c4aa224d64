/**
 * The shop: asks a phone for one bit and shows green or red. It is not a program certified under the My Number Act. TEST ONLY.
 * @module
 */
export { type Checking, check } from './check.ts';
export { VerifierError, type VerifierErrorCode } from './error.ts';
export type { RelyingPartyConfig } from './relying-party/relying-party.ts';
export { start, type VerifierConfig } from './start.ts';
export type { Verdict } from './verdict.ts';
