import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApduError } from './error.ts';

/** How to get the package that speaks PC/SC. It stands in no package.json: some of its own optional packages cannot be had. */
export const PCSC_INSTALL = 'npm i --no-save --no-package-lock pcsc-mini@0.1.3';

/** A card as `pcsc-mini` gives it. */
export interface PcscMiniCard {
  transmit(command: Uint8Array, room: ArrayBuffer): Promise<Uint8Array>;
  transaction(): Promise<{ end(then: number): Promise<void> }>;
  state(): Promise<{ readonly atr: Uint8Array }>;
  disconnect(then: number): Promise<void>;
}

/** A reader as `pcsc-mini` gives it. */
export interface PcscMiniReader {
  name(): string;
  on(event: 'change', listener: (status: { readonly raw: number }) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  connect(mode: number): Promise<PcscMiniCard>;
}

/** The connection to the system's PC/SC service as `pcsc-mini` gives it. */
export interface PcscMiniClient {
  on(event: 'reader', listener: (reader: PcscMiniReader) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  start(): unknown;
  stop(): void;
}

/** What is used of the package `pcsc-mini`. */
export interface PcscMini {
  readonly Client: new () => PcscMiniClient;
}

/**
 * Loads `pcsc-mini` when it is needed: from where this house is installed, or from the folder that it was put into.
 * @param folder a folder in which it was installed, when not in this house
 * @throws {ApduError} `pcsc-missing`; its message says how to install
 */
export async function loadPcscMini(folder?: string): Promise<PcscMini> {
  try {
    // Not a literal: neither compiler nor bundler shall look for a package that is in no package.json.
    const name: string = 'pcsc-mini';
    const found =
      folder === undefined
        ? name
        : pathToFileURL(createRequire(join(resolve(folder), 'package.json')).resolve(name)).href;
    const loaded = (await import(found)) as { default?: PcscMini } & Partial<PcscMini>;
    const Client = loaded.Client ?? loaded.default?.Client;
    if (Client) return { Client };
  } catch {
    // Not there, or not for this system: to the caller it is the same.
  }
  throw new ApduError('pcsc-missing', `Card readers need the package pcsc-mini. Run: ${PCSC_INSTALL}`);
}
