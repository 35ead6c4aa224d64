import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the link behaves: it carries, is cut, or takes everything and never answers (half-dead). */
export type LinkState = 'carries' | 'cut' | 'half-dead' | 'answer-lost';

/** A link between a caller and a party that a drill can break. */
export interface FaultyLink {
  readonly url: string;
  state: LinkState;
  /** How many requests reached it, whatever became of them. */
  readonly requests: number;
  close(): Promise<void>;
}

/** Puts a link in front of `target`. `answer-lost` lets the request through and drops what comes back. */
export async function faultyLink(target: string): Promise<FaultyLink> {
  const { hostname, port, host } = new URL(target);
  let requests = 0;
  const link = { state: 'carries' as LinkState };
  const server = createServer((incoming, outgoing) => {
    requests++;
    if (link.state === 'cut') return void incoming.socket.destroy();
    if (link.state === 'half-dead') return void incoming.resume();
    const forward = request(
      { hostname, port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, host } },
      (answer) => {
        if (link.state === 'answer-lost') {
          answer.resume().on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forward.on('error', () => incoming.socket.destroy());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get state() {
      return link.state;
    },
    set state(state) {
      link.state = state;
    },
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
