import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../parties/jpki/src/main.ts', import.meta.url));

/** A certificate service in a process of its own, which a drill may kill. Its keys lie in a file, its rows in PostgreSQL. */
export interface JpkiProcess {
  /** Where the one that runs now listens. */
  readonly url: string;
  readonly secrets: { readonly card: string; readonly smp: string; readonly operator: string };
  /** Starts one; resolves when it answers. */
  start(): Promise<void>;
  /** SIGKILL now. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Prepares it over a database. */
export function jpkiProcess(db: string): JpkiProcess {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-jpki-'));
  const file = join(folder, 'jpki.json');
  const secrets = {
    card: 'secret-of-the-card-factory',
    smp: 'secret-of-the-intake-of-phones',
    operator: 'secret-of-the-counter-and-hotline',
  };
  writeFileSync(
    file,
    JSON.stringify({
      db,
      secret: secrets.card,
      smpSecret: secrets.smp,
      operatorSecret: secrets.operator,
      keys: { file: join(folder, 'keys.json'), passphrase: 'TEST ONLY passphrase' },
      trust: join(folder, 'trust'),
    }),
    { mode: 0o600 },
  );
  let child: ChildProcess | undefined;
  let url = '';
  const end = async (signal: NodeJS.Signals) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    await once(running, 'exit');
  };
  return {
    get url() {
      return url;
    },
    secrets,
    async start() {
      child = spawn(process.execPath, [main, file], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [said] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
      url = said.toString().trim();
    },
    kill: () => end('SIGKILL'),
    async close() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
