import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateToPem } from '@tegata/x509';

/** The reason to skip, or false where OpenSSL's command is on PATH. */
export const withoutOpenssl: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not on PATH';

/** What a run printed, both streams together, and how it ended. */
export interface OpensslRun {
  readonly status: number;
  readonly text: string;
}

/** A folder of files, and OpenSSL run in it. */
export interface OpensslFolder {
  write(name: string, content: Uint8Array | string): string;
  read(name: string): Uint8Array;
  /** Writes certificates as PEM, one after the other. */
  pem(name: string, ...certificates: Uint8Array[]): string;
  /** Runs in the folder without blocking, so that a server of this process can answer. */
  run(...args: string[]): Promise<OpensslRun>;
  /** As `run`, for another program. */
  exec(program: string, ...args: string[]): Promise<OpensslRun>;
  remove(): void;
}

/** Makes a temporary folder to work in. */
export function opensslFolder(): OpensslFolder {
  const folder = mkdtempSync(join(tmpdir(), 'tegata-openssl-'));
  const write = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return name;
  };
  const exec = (program: string, ...args: string[]) =>
    new Promise<OpensslRun>((resolve) => {
      execFile(program, args, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ status, text: stdout + stderr });
      });
    });
  return {
    write,
    read: (name) => new Uint8Array(readFileSync(join(folder, name))),
    pem: (name, ...certificates) => write(name, certificates.map(certificateToPem).join('')),
    run: (...args) => exec('openssl', ...args),
    exec,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Any structure as PEM (RFC 7468). */
export function pemOf(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
