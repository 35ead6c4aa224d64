/**
 * The app with which a person applies: steps 1 to 3.
 * @module
 */
export { type ReadCardOptions, readCard } from './1-read-card.ts';
export { signApplication } from './2-sign-application.ts';
export { sendApplication } from './3-send-application.ts';
export { ApplicantAppError, type ApplicantAppErrorCode } from './error.ts';
export { type ApplicantAppConfig, type RunningApplicantApp, start } from './start.ts';
export { type Accepted, APPLICATION_MEDIA_TYPE, type Session, type WalletKeys, type Wire, wireTo } from './wire.ts';
