/**
 * The content of the signed application: what the card's holder signs and the SMP checks. `application.cddl` is its form.
 * @module
 */
export {
  APPLICATION_CONTENT_TYPE,
  type Application,
  type CardFiles,
  FILE_LIMITS,
  MAX_APPLICATION_BYTES,
  MAX_DEVICE_KEYS,
  type SurfaceFiles,
  type TextFiles,
} from './application.ts';
export { decodeApplication } from './decode.ts';
export { encodeApplication } from './encode.ts';
export { ApplicationError, type ApplicationErrorCode } from './error.ts';
