/**
 * Strict CBOR (RFC 8949): deterministic when written, exact when read, the received bytes kept where they are hashed or signed.
 * @module
 */

export { CborCursor } from './cursor.ts';
export { decode, decodeArraySpans, decodeMapSpans, Encoded } from './decode.ts';
export { type DiagnosticOptions, diagnostic } from './diagnostic.ts';
export { type CborObject, type Encodable, type EncodeOptions, encode, encodeInto } from './encode.ts';
export { CborError, type CborErrorCode } from './error.ts';
export { KnownNames } from './known-names.ts';
export { parseDiagnostic } from './parse-diagnostic.ts';
export { cborPath } from './path.ts';
export type { CborLimits, DecodeOptions, Deviation, DeviationRule } from './reader.ts';
export {
  type CborKey,
  type CborMap,
  type CborValue,
  DateTime,
  Float,
  FullDate,
  Raw,
  Simple,
  Tagged,
} from './value.ts';
export { CborWriter } from './writer.ts';
