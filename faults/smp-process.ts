import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SmpConfig, Timing } from '@tegata/smp';

const main = fileURLToPath(new URL('../parties/smp/src/main.ts', import.meta.url));

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const pem = (certificates: readonly Uint8Array[]) =>
  certificates.map((der) => `-----BEGIN CERTIFICATE-----\n${base64(der)}\n-----END CERTIFICATE-----\n`).join('');

/** An SMP in a process of its own, which a drill may kill. */
export interface SmpProcess {
  readonly url: string;
  /** The log lines of every process so far. */
  readonly log: () => string;
  /** How often a process died without having been asked to stop. */
  readonly deaths: () => number;
  /** Starts a process; `failpoints` as in TEGATA_FAILPOINTS. Resolves when it answers. */
  start(failpoints?: string): Promise<void>;
  /** SIGKILL now. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Prepares an SMP process over a database. While it is not closed, a process that dies is started again without failpoints,
 * as a service manager does.
 */
export function smpProcess(config: SmpConfig, options: { db: string; timing?: Partial<Timing> }): SmpProcess {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-smp-'));
  const file = join(folder, 'smp.json');
  const { trust } = config;
  const anchors = (list: SmpConfig['trust']['textCvc']) =>
    list.map(({ keyId, publicKey }) => ({
      keyId: Buffer.from(keyId).toString('hex'),
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    }));
  writeFileSync(
    file,
    JSON.stringify({
      db: options.db,
      port: config.port,
      kek: base64(config.kek),
      personKey: base64(config.personKey),
      jpki: config.jpki,
      iaca: config.iaca,
      walletProvider: config.walletProvider,
      operatorSecret: config.operatorSecret,
      trust: {
        jpkiSign: pem(trust.jpkiSign),
        jpkiAuth: pem(trust.jpkiAuth),
        walletProvider: pem(trust.walletProvider),
        textCvc: anchors(trust.textCvc),
        surfaceCvc: anchors(trust.surfaceCvc),
      },
      timing: options.timing,
    }),
    { mode: 0o600 },
  );

  let child: ChildProcess | undefined;
  let closing = false;
  let deaths = 0;
  let log = '';
  const start = async (failpoints?: string): Promise<void> => {
    const { TEGATA_FAILPOINTS: _, ...environment } = process.env;
    const started = spawn(process.execPath, [main, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, ...(failpoints ? { TEGATA_FAILPOINTS: failpoints } : {}) },
    });
    child = started;
    started.stderr?.on('data', (part: Buffer) => {
      log += part.toString();
    });
    started.once('exit', () => {
      if (closing || child !== started) return;
      deaths++;
      void start();
    });
    // It prints its address when it answers; one that dies before that is followed by the next.
    await Promise.race([once(started.stdout as NodeJS.ReadableStream, 'data'), once(started, 'exit')]);
  };
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await once(running, 'exit');
  };
  return {
    url: `http://127.0.0.1:${config.port}`,
    log: () => log,
    deaths: () => deaths,
    start,
    kill: () => end('SIGKILL'),
    async close() {
      closing = true;
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
