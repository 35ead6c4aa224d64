/**
 * The wallet: the phone's keys, its card, and what it shows to readers.
 * @module
 */
export { type CardView, pictureType, type ShownCard } from './card-view.ts';
export { WalletError, type WalletErrorCode } from './error.ts';
export { start, type WalletConfig } from './start.ts';
