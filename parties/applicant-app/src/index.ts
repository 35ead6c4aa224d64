/**
 * The app with which a person applies: steps 1 to 3.
 * @module
 */
export { type ReadCardOptions, readCard } from './1-read-card.ts';
export { signApplication } from './2-sign-application.ts';
export { sendApplication } from './3-send-application.ts';
export { type CardStatus, cardStatus, type PinStatus } from './card/card-status.ts';
export { type ChangePinOptions, changePin } from './card/change-pin.ts';
export { type PinKind, pinBytes } from './card/pins.ts';
export { readCertificate, readToken } from './card/read-certificates.ts';
export { type ReadPersonalFilesOptions, readPersonalFiles } from './card/read-personal-files.ts';
export { type UnlockedKey, type UnlockKeyOptions, unlockKey } from './card/signing-key.ts';
export { hasApplication, selectApplication } from './card-commands.ts';
export { ApplicantAppError, type ApplicantAppErrorCode } from './error.ts';
export { type ApplicantAppConfig, type RunningApplicantApp, start } from './start.ts';
export { type Accepted, APPLICATION_MEDIA_TYPE, type Session, type WalletKeys, type Wire, wireTo } from './wire.ts';
