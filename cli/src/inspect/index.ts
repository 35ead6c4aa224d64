/**
 * Decodes what passes on the wires and lies in files, for people: `tegata inspect` and the figure. It shows; it verifies nothing.
 * @module
 */
export { type DecodedMessage, decodeMessage, type WireMessage } from './decode-message.ts';
export { InspectError, type InspectErrorCode } from './error.ts';
export { type Inspection, type InspectOptions, inspectInput, MAX_INPUT_BYTES } from './inspect-input.ts';
export { renderInspection } from './render.ts';
export type { Row, Section } from './section.ts';
