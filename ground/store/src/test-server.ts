/**
 * PostgreSQL for tests: a server of its own from the programs installed here, and fresh databases on it.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server that lives as long as the tests. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

const HOME = '/usr/lib/postgresql';

function programs(): string | undefined {
  if (!existsSync(HOME)) return undefined;
  const versions = readdirSync(HOME)
    .filter((name) => existsSync(join(HOME, name, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a));
  return versions[0] === undefined ? undefined : join(HOME, versions[0], 'bin');
}

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

function userOf(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Starts a server on a free loopback port in a temporary folder; `undefined` where PostgreSQL is not installed. */
export async function startPostgres(): Promise<TestServer | undefined> {
  const bin = programs();
  if (bin === undefined) return undefined;
  // PostgreSQL refuses to run as root: there its own user runs it, and must be able to reach the folder, which inside a
  // temporary folder of root's own it could not.
  const owner = process.getuid?.() === 0 ? userOf('postgres') : undefined;
  const folder = mkdtempSync(join(owner ? '/tmp' : tmpdir(), 'tegata-postgres-'));
  const port = await freePort();
  if (owner) {
    chmodSync(folder, 0o711);
    chownSync(folder, owner.uid, owner.gid);
  }
  const run = (program: string, args: string[]) => {
    const done = spawnSync(join(bin, program), args, { cwd: folder, stdio: 'ignore', ...owner });
    if (done.status !== 0) throw new Error(`${program} failed with ${done.status ?? done.error}`);
  };
  const data = join(folder, 'data');
  try {
    run('initdb', ['-D', data, '-U', 'tegata', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']);
    run('pg_ctl', [
      '-D',
      data,
      '-w',
      '-l',
      join(folder, 'log'),
      '-o',
      `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200`,
      'start',
    ]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `postgres://tegata@127.0.0.1:${port}/postgres`,
    async stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export { temporaryDatabase as freshDatabase } from './temporary-database.ts';
