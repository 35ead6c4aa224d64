/**
 * The wallet provider: attests keys of phones and relays what it cannot read.
 * @module
 */
export { makeAuthority, type WalletProviderAuthority } from './authority.ts';
export { WalletProviderError, type WalletProviderErrorCode } from './error.ts';
export { start, type WalletProviderConfig } from './start.ts';
