/**
 * A software chip that answers as ISO/IEC 7816-4 and JICSAP do: a table of applications and files with access rules, and
 * one file for each instruction. The card and the phone's own JPKI token both run on it.
 * @module
 */

export type {
  Access,
  Application,
  ElementaryFile,
  KeyFile,
  RecordFile,
  SecretFile,
  SecretForm,
  TransparentFile,
} from './application.ts';
export { type ChipParts, makeChip, type SoftwareChip } from './chip.ts';
export { type CounterStore, fileCounters, memoryCounters } from './counter-store.ts';
export { type Disturbance, disturbChip } from './disturb-chip.ts';
export { ChipError, type ChipErrorCode } from './error.ts';
export { secretFile, transparentFile } from './file.ts';
export { type KeyDevice, type KeyDeviceAlgorithm, type KeyOperation, keyInMemory } from './key-device.ts';
export { fileSecrets, memorySecrets, type SecretStore } from './secret-store.ts';
export type { AnswerVariants } from './session.ts';
export { writeDurably } from './stored-state.ts';
export { counterOf } from './verify.ts';
