import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adjustableClock } from '@tegata/clock';
import { type JpkiAuthority, type JpkiConfig, makeAuthority, start } from '@tegata/jpki';
import { memoryKeys } from '@tegata/keys';
import { silentLog as log } from '@tegata/log';
import { openStore } from '@tegata/store';
import { noTap as tap } from '@tegata/tap';
import { NOW, random, runSubcommandForTests } from '../status-samples-for-tests.ts';
import { runSubcommand } from '../subcommand.ts';
import { jpkiGroup } from './command.ts';

/** What a command answered. */
export interface Answer {
  readonly ok: boolean;
  readonly ca: 'sign' | 'auth';
  readonly serial: string;
  readonly person: string;
  readonly phone?: string;
  readonly certificate: string;
  readonly certificates: readonly { ca: string; serial: string; device: string; state: string; reason: string }[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly id?: number;
}

/** A certificate service that runs, a folder for files, and a way to ask by the command line. */
export interface CliWorld {
  readonly authority: JpkiAuthority;
  readonly url: string;
  readonly file: (name: string) => string;
  readonly where: readonly string[];
  readonly jpki: (args: readonly string[], input?: string) => ReturnType<typeof runSubcommandForTests<Answer>>;
  close(): Promise<void>;
}

const group = (args: readonly string[], io: Parameters<typeof runSubcommand>[2]) => runSubcommand(jpkiGroup, args, io);

/** Runs `tegata jpki …`. */
export const runJpki = (args: readonly string[], input?: string) => runSubcommandForTests<Answer>(group, args, input);

/** Starts one at the instant of the tests. */
export async function cliWorld(options: Pick<JpkiConfig, 'ocsp'> = {}): Promise<CliWorld> {
  const clock = adjustableClock(NOW);
  const authority = await makeAuthority({ clock, random, keys: memoryKeys(), algorithm: 'P-384' });
  const store = await openStore({});
  const operatorSecret = 'secret-of-the-operator';
  const base = { clock, random, log, tap, store, authority, ...options };
  const running = await start({ ...base, secret: 'secret-of-the-card-factory', operatorSecret });
  const folder = mkdtempSync(join(tmpdir(), 'tegata-cli-jpki-'));
  const where = ['--url', running.url, '--secret-file', `hex:${Buffer.from(operatorSecret).toString('hex')}`];
  return {
    authority,
    url: running.url,
    file: (name) => join(folder, name),
    where,
    jpki: ([command = '', ...args], input) => runJpki([command, ...where, ...args], input),
    async close() {
      await running.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
