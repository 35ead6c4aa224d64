import { spawn } from 'node:child_process';

/** Opens an address in the browser where there is a display; says nothing where there is none. */
export function openBrowser(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): void {
  const [command, ...args] =
    platform === 'darwin'
      ? ['open', url]
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : environment['DISPLAY'] || environment['WAYLAND_DISPLAY']
          ? ['xdg-open', url]
          : [];
  if (command === undefined) return;
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
