import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const SOCKET = '/run/pcscd/pcscd.comm';

/** Where vpcd listens for the card of its first reader. */
export const VPCD_PORT = 0x8c7b;
/** Whoever listens here has the turn: there is one pcscd on a machine, and more than one file of tests that wants it. */
const TURN_PORT = VPCD_PORT - 1;

// Debian's vpcd 3.3 listens on every address and sends an answer's length apart from the answer. Loaded before libc, this keeps each TCP socket
// on 127.0.0.1 and lets small packets go at once, which spares two delayed acknowledgements (87 ms) per command.
const SHIM = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

typedef int (*bind_call)(int, const struct sockaddr *, socklen_t);
typedef int (*accept_call)(int, struct sockaddr *, socklen_t *);

int bind(int fd, const struct sockaddr *address, socklen_t size) {
  bind_call libc = (bind_call)dlsym(RTLD_NEXT, "bind");
  struct sockaddr_in loopback;
  if (address == NULL || address->sa_family != AF_INET || size < sizeof loopback) return libc(fd, address, size);
  memcpy(&loopback, address, sizeof loopback);
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return libc(fd, (const struct sockaddr *)&loopback, sizeof loopback);
}

int accept(int fd, struct sockaddr *address, socklen_t *size) {
  accept_call libc = (accept_call)dlsym(RTLD_NEXT, "accept");
  int connection = libc(fd, address, size);
  int yes = 1;
  if (connection >= 0) (void)setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return connection;
}
`;

/** The programs that the card tests run, with the Debian packages that bring them. */
const PROGRAMS: readonly (readonly [program: string, packages: readonly string[]])[] = [
  ['pcscd', ['pcscd']],
  ['opensc-tool', ['opensc']],
  ['gcc', ['gcc', 'libc6-dev']],
  ['openssl', ['openssl']],
];

/** The Debian packages that are missing here. */
export function missingPackages(): string[] {
  const missing = PROGRAMS.filter(([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0).flatMap(
    ([, packages]) => packages,
  );
  if (!existsSync(DRIVER)) missing.push('vsmartcard-vpcd');
  return missing;
}

/** Why no pcscd can be started here, in one line; `undefined` when it can. */
export async function withoutPcscd(): Promise<string | undefined> {
  const missing = missingPackages();
  if (missing.length > 0) return `Debian packages are missing: ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return 'pcscd needs root';
  // One of other tests ends by itself, and then it is our turn.
  if ((await answers(SOCKET)) && !(await answers(TURN_PORT))) return 'another pcscd is running';
  return undefined;
}

/** Waits for the turn; it ends with the process at the latest. */
async function takeTurn(): Promise<Server> {
  let turn: Server | undefined;
  await repeatedly(
    async () => {
      const server = createServer().unref();
      turn = await new Promise((resolve) => {
        server.once('error', () => resolve(undefined));
        server.listen({ host: '127.0.0.1', port: TURN_PORT }, () => resolve(server));
      });
      return turn !== undefined;
    },
    'the turn of these tests',
    4_000,
  );
  return turn as unknown as Server;
}

/** Whether somebody listens at a local socket or port; a socket that a killed process left behind does not. */
function answers(at: string | number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = typeof at === 'string' ? connect(at) : connect(at, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A pcscd of our own with virtual readers. */
export interface Pcscd {
  /** Runs a program in the folder of the tests; both outputs together. */
  run(program: string, ...args: string[]): Promise<{ code: number; output: string }>;
  /** Waits until a card is in the first reader, or is out of it. */
  until(state: 'in' | 'out'): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts pcscd with vpcd, held to loopback. Its configuration and the shim lie in `folder`; outside of it nothing stays behind.
 * @throws {Error} in plain words when a part does not start
 */
export async function startPcscd(folder: string): Promise<Pcscd> {
  const shim = join(folder, 'loopback.so');
  writeFileSync(join(folder, 'loopback.c'), SHIM);
  const compiled = spawnSync('gcc', [
    '-Wall',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    shim,
    join(folder, 'loopback.c'),
    '-ldl',
  ]);
  if (compiled.status !== 0) throw new Error(`the shim does not compile: ${compiled.stderr}`);
  const readers = join(folder, 'readers');
  mkdirSync(readers);
  const channel = `0x${VPCD_PORT.toString(16)}`;
  writeFileSync(
    join(readers, 'vpcd'),
    `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${channel}\nLIBPATH ${DRIVER}\nCHANNELID ${channel}\n`,
  );
  const turn = await takeTurn();
  removeTraces();
  const daemon = spawn('pcscd', ['--foreground', '--config', readers], {
    env: { ...process.env, LD_PRELOAD: shim },
    stdio: 'ignore',
  });
  const until = (state: 'in' | 'out') =>
    repeatedly(async () => {
      if (daemon.exitCode !== null) throw new Error('pcscd ended by itself');
      const { output } = await run(folder, 'opensc-tool', ['-l']);
      return /^0\s+Yes/m.test(output) === (state === 'in') && /^0\s/m.test(output);
    }, `a reader with the card ${state}`);
  try {
    await until('out');
  } catch (error) {
    await end(daemon, turn);
    throw error;
  }
  return {
    run: (program, ...args) => run(folder, program, args),
    until,
    stop: () => end(daemon, turn),
  };
}

async function repeatedly(holds: () => Promise<boolean>, what: string, times = 200): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain for ${what}`);
}

function run(folder: string, program: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 99) : 0, output: stdout + stderr });
    });
  });
}

async function end(daemon: ChildProcess, turn: Server): Promise<void> {
  if (daemon.exitCode === null) {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill('SIGTERM');
    await ended;
  }
  removeTraces();
  turn.close();
}

/** What pcscd leaves when it is killed; only called where none runs. */
function removeTraces(): void {
  for (const left of [SOCKET, '/run/pcscd/pcscd.pid']) rmSync(left, { force: true });
}
