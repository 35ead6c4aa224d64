import { spawnSync } from 'node:child_process';

/** The reason to skip, or false where GnuTLS's commands are on PATH. */
export const withoutGnutls: string | false =
  spawnSync('certtool', ['--version']).status === 0 && spawnSync('ocsptool', ['--version']).status === 0
    ? false
    : 'certtool and ocsptool are not on PATH (Debian package: gnutls-bin)';

/** Its version, for example `3.7.9`. */
export function gnutlsVersion(): string {
  return /certtool (\S+)/.exec(spawnSync('certtool', ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
}
