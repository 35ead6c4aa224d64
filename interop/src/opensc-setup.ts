import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectCard, type HeldCard } from '@tegata/apdu';
import { CARD_ATR } from '@tegata/card';
import type { SoftwareChip } from '@tegata/chip';

const DRIVER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
const PORT = 0x8c7b;

// vpcd 3.3 of Debian listens on 0.0.0.0 and answers in two writes: every bind goes to loopback instead, and no write waits for an acknowledgement.
const SHIM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
int bind(int s, const struct sockaddr *a, socklen_t n) {
  int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_in local;
  if (a->sa_family != AF_INET) return next(s, a, n);
  local = *(const struct sockaddr_in *)a;
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return next(s, (struct sockaddr *)&local, sizeof local);
}
int accept(int s, struct sockaddr *a, socklen_t *n) {
  int (*next)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "accept");
  int on = 1, c = next(s, a, n);
  if (c >= 0) setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return c;
}
`;

/** Why the tests with OpenSC cannot run here; `undefined` when they can. */
export function missingForOpensc(): string | undefined {
  for (const tool of ['pcscd', 'opensc-tool', 'pkcs15-tool', 'pkcs11-tool', 'gcc']) {
    if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0) return `${tool} is not installed`;
  }
  if (!existsSync(DRIVER)) return 'vsmartcard-vpcd is not installed';
  if (process.getuid?.() !== 0) return 'pcscd needs root';
  if (existsSync('/run/pcscd/pcscd.comm')) return 'another pcscd is running (or its socket was left behind)';
  return undefined;
}

/** A card in the reader of a pcscd of our own. */
export interface OpenscCard {
  /** Runs a tool; both outputs together. */
  run(tool: string, ...args: string[]): Promise<{ code: number; output: string }>;
  close(): Promise<void>;
}

/** Starts pcscd with the shim in `folder` and holds the chip to its virtual reader. */
export async function startOpensc(folder: string, chip: SoftwareChip): Promise<OpenscCard> {
  const shim = join(folder, 'vpcd-local.so');
  writeFileSync(join(folder, 'vpcd-local.c'), SHIM);
  const compiled = spawnSync('gcc', ['-shared', '-fPIC', '-o', shim, join(folder, 'vpcd-local.c'), '-ldl']);
  if (compiled.status !== 0) throw new Error(`the shim does not compile: ${compiled.stderr}`);
  const readers = join(folder, 'readers');
  mkdirSync(readers);
  const device = '/dev/null:0x8C7B';
  writeFileSync(
    join(readers, 'vpcd'),
    `FRIENDLYNAME "Virtual PCD"\nDEVICENAME ${device}\nLIBPATH ${DRIVER}\nCHANNELID 0x8C7B\n`,
  );
  const pcscd = spawn('pcscd', ['--foreground', '--config', readers], {
    env: { ...process.env, LD_PRELOAD: shim },
    stdio: 'ignore',
  });
  try {
    const held = await heldWhenListening(pcscd, chip);
    await until(async () => (await run('opensc-tool', '-l')).output.includes('Yes'), 'the card in the reader');
    return {
      run,
      async close() {
        held.remove();
        await stop(pcscd);
      },
    };
  } catch (error) {
    await stop(pcscd);
    throw error;
  }
}

async function heldWhenListening(pcscd: ChildProcess, chip: SoftwareChip): Promise<HeldCard> {
  let held: HeldCard | undefined;
  await until(async () => {
    if (pcscd.exitCode !== null) throw new Error('pcscd ended');
    held = await connectCard({ host: '127.0.0.1', port: PORT, atr: CARD_ATR, chip }).catch(() => undefined);
    return held !== undefined;
  }, 'vpcd');
  return held as HeldCard;
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

function run(tool: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(tool, args, { timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 99) : 0, output: stdout + stderr });
    });
  });
}

async function stop(pcscd: ChildProcess): Promise<void> {
  if (pcscd.exitCode === null) {
    const ended = new Promise((resolve) => pcscd.once('exit', resolve));
    pcscd.kill('SIGTERM');
    await ended;
  }
  for (const left of ['pcscd.comm', 'pcscd.pid']) rmSync(join('/run/pcscd', left), { force: true });
}
