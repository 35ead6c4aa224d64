import { existsSync } from 'node:fs';
import { HttpError, type Peer, type PeerAnswer, peer, type Running } from '@tegata/http';
import { makeAuthority, start } from '@tegata/jpki';
import { silentLog } from '@tegata/log';
import { parseProblem } from '@tegata/problem';
import { randomUuid, systemRandom } from '@tegata/random';
import { openStore } from '@tegata/store';
import { noTap } from '@tegata/tap';
import { openDataFolder } from '../data-folder.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { GivenFiles } from '../verify/given-file.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { readRunning } from './running-file.ts';

/** Where the certificate service is, on every command line that asks it. */
export const WHERE = { data: 'one', db: 'one', url: 'one', 'secret-file': 'one' } as const;

/** How it was named. */
export interface Where {
  readonly data?: string;
  readonly db?: string;
  readonly url?: string;
  readonly 'secret-file'?: string;
}

export const WHERE_USAGE = `  --data DIR        the folder of "tegata up --data DIR"; where that runs its service is asked, otherwise the folder is opened
  --db URL          the rows are in PostgreSQL; the keys are in --data (default .tegata)
  --url URL         a service that runs, with the operator's secret in --secret-file FILE or TEGATA_JPKI_SECRET
`;

/** What the service refused; the code is the service's. */
export class RefusedByJpki extends Error {
  override readonly name = 'RefusedByJpki';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The certificate service, as an operator asks it. */
export interface JpkiService {
  readonly url: string;
  /** @throws {RefusedByJpki}, HttpError when it cannot be reached */
  ask(method: 'GET' | 'POST', path: string, json?: unknown): Promise<unknown>;
  /** The octets at an address that is for everyone. */
  fetch(path: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Environment variables, as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reaches the service that the arguments name: one that runs, or one over a data folder that lives as long as the command.
 * @throws {ArgumentError} `usage`, `file-unreadable`; CliError, StoreError when the folder or the database cannot be used
 */
export async function reachJpki(
  where: Where,
  files: GivenFiles,
  io: Pick<CommandIo, 'clock'>,
  options: { readonly make?: boolean } = {},
  environment: Environment = process.env,
): Promise<JpkiService> {
  if (where.url !== undefined) {
    if (where.data !== undefined || where.db !== undefined) throw usage('--url stands alone.');
    return over(urlOf(where.url), secretOf(where, files, environment), async () => {});
  }
  const folder = where.data ?? (where.db === undefined ? undefined : '.tegata');
  if (folder === undefined) throw usage('Name the service: --data DIR, --db URL or --url URL.');
  const told = readRunning(folder);
  if (told) {
    const service = over(told.url, told.secret, async () => {});
    if (await answers(service)) return service;
  }
  const { running, secret, close } = await startOver(folder, where.db, io, environment, options);
  return over(running.url, secret, close);
}

const usage = (message: string) => new ArgumentError('usage', message);

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw usage('--url is an address that begins with http:// or https://.');
}

function secretOf(where: Where, files: GivenFiles, environment: Environment): string | undefined {
  const file = where['secret-file'];
  const read = (path: string) => {
    const { text, bytes } = files.read('secret-file', path);
    return text ?? new TextDecoder().decode(bytes);
  };
  const secret = (file === undefined ? environment['TEGATA_JPKI_SECRET'] : read(file))?.trim();
  if (secret === undefined || /^[\x21-\x7e]{1,200}$/.test(secret)) return secret;
  throw usage('The operator’s secret is a word of visible ASCII characters.');
}

/**
 * Starts the service over a data folder, or over a database with the keys of one.
 * @param options.make makes a folder that is not there yet
 */
export async function startOver(
  folder: string,
  db: string | undefined,
  { clock }: Pick<CommandIo, 'clock'>,
  environment: Environment,
  options: { readonly port?: number; readonly verifiers?: readonly Uint8Array[]; readonly make?: boolean } = {},
): Promise<{ running: Running; secret: string; close(): Promise<void> }> {
  if (!existsSync(folder) && !options.make) {
    throw new ArgumentError(
      'file-unreadable',
      `--data: there is no ${folder}. "tegata up --data ${folder}" makes it.`,
      {
        option: 'data',
      },
    );
  }
  const random = systemRandom;
  const data = openDataFolder(folder, random, environment);
  const store = await openStore(db === undefined ? { folder } : { url: db });
  try {
    const authority = await makeAuthority({ clock, random, keys: data.keys });
    data.keepAnchors({ 'jpki-sign': authority.sign.anchors, 'jpki-auth': authority.auth.anchors });
    const secret = randomUuid(random);
    const running = await start({
      ...{ clock, random, log: silentLog, tap: noTap, store, authority },
      secret: randomUuid(random),
      operatorSecret: secret,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.verifiers ? { ocsp: { verifiers: options.verifiers } } : {}),
    });
    const close = async () => {
      await running.close();
      await store.close();
    };
    return { running, secret, close };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function over(url: string, secret: string | undefined, close: () => Promise<void>): JpkiService {
  const service: Peer = peer({
    ...{ url, name: 'jpki', party: 'card', maxBytes: 128 * 1024 * 1024 },
    ...(secret === undefined ? {} : { secret }),
  });
  return {
    url,
    async ask(method, path, json) {
      if (secret === undefined) {
        throw usage('--url needs the operator’s secret: --secret-file FILE, or TEGATA_JPKI_SECRET in the environment.');
      }
      return answered(await service.request(method, path, json === undefined ? {} : { json })).json();
    },
    fetch: async (path) => answered(await service.request('GET', path)).body,
    close,
  };
}

function answered(answer: PeerAnswer): PeerAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  const problem = parseProblem(answer.body);
  throw new RefusedByJpki(problem?.code ?? 'refused', problem?.en.what ?? `The service answered ${answer.status}.`);
}

/** Whether what was told still runs: a process that was killed leaves its word behind. */
async function answers(service: JpkiService): Promise<boolean> {
  try {
    await service.fetch('/ca/sign.cer');
    return true;
  } catch (error) {
    if (error instanceof HttpError || error instanceof RefusedByJpki) return false;
    throw error;
  }
}
