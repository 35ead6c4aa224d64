/**
 * What the holder of a certificate signs: the application and the wish for new PINs, which the SMP checks (`application.cddl` is
 * their form), and the challenge of a login.
 * @module
 */
export {
  APPLICATION_CONTENT_TYPE,
  type Application,
  type CardFiles,
  type CertificateRequests,
  FILE_LIMITS,
  MAX_APPLICATION_BYTES,
  MAX_CERTIFICATE_REQUEST_BYTES,
  MAX_DEVICE_KEYS,
  type SurfaceFiles,
  type TextFiles,
} from './application.ts';
export { decodeApplication } from './decode.ts';
export { encodeApplication } from './encode.ts';
export { ApplicationError, type ApplicationErrorCode } from './error.ts';
export {
  type LoginChallenge,
  loginChallengeText,
  MAX_LOGIN_CHALLENGE_BYTES,
  parseLoginChallenge,
} from './login-challenge.ts';
export {
  decodePinReset,
  encodePinReset,
  PIN_RESET_CONTENT_TYPE,
  type PinResetWish,
  pinResetPermission,
} from './pin-reset.ts';
