/**
 * DER (ITU-T X.690): a strict reader and a small writer. Nothing of BER is accepted, nothing is left unread.
 * @module
 */
export { DerError, type DerErrorCode } from './error.ts';
export { oidFromText, oidToText } from './oid.ts';
export { type BitString, compareBytes, type DerElement, type DerLimits, DerReader } from './reader.ts';
export { isStringTag, stringToText } from './string.ts';
export { isConstructed, tag } from './tag.ts';
export { type DerNode, parseDer } from './tree.ts';
export { der } from './writer.ts';
