/**
 * The SMP: takes signed applications, verifies them, has them issued and delivered, and never loses one.
 * @module
 */
export { DEFAULT_TIMING, type SmpConfig, type Timing, type Trust } from './config.ts';
export { type RefusalCode, SmpError, type SmpErrorCode, type WaitingCode } from './error.ts';
export { type FsckCheck, type FsckReport, fsck } from './fsck.ts';
export { migrations, type Tables } from './schema.ts';
export { type RunningSmp, start } from './start.ts';
export { isLive, LIVE, mayFollow, STATES, type State, TRANSITIONS } from './states.ts';
export type { Status } from './status.ts';
