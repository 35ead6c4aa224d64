import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What became of one copy of a request. */
export interface Copy {
  readonly label: string;
  readonly status: number;
}

/** A link that delivers everything twice, and keeps a third copy for later. */
export interface DoublingLink {
  readonly url: string;
  /** Sends the kept copies, last one first. */
  replayBackwards(): Promise<Copy[]>;
  close(): Promise<void>;
}

interface Kept {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Puts one in front of `target`. The caller gets the answer to the second copy: the first one's is lost. */
export async function doublingLink(target: string): Promise<DoublingLink> {
  const kept: Kept[] = [];
  const send = ({ method, path, headers, body }: Kept) =>
    fetch(new URL(path, target), { method, headers, ...(body.length > 0 ? { body } : {}) });
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', async () => {
      const request: Kept = {
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        headers: endToEnd(incoming.headers),
        body: new Uint8Array(Buffer.concat(parts)),
      };
      kept.push(request);
      try {
        const [, answer] = await Promise.all([send(request).then((first) => first.arrayBuffer()), send(request)]);
        outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
        outgoing.end(new Uint8Array(await answer.arrayBuffer()));
      } catch {
        incoming.socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async replayBackwards() {
      const copies: Copy[] = [];
      for (const request of kept.toReversed()) {
        const { status } = await send(request);
        // The last part of a path is an id.
        copies.push({ label: `${request.method} ${request.path.replace(/[0-9a-f-]{36}/, ':id')}`, status });
      }
      return copies;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// Host, length and connection belong to one hop.
function endToEnd(headers: IncomingHttpHeaders): Headers {
  const kept = new Headers();
  for (const name of ['content-type', 'authorization', 'accept']) {
    const value = headers[name];
    if (typeof value === 'string') kept.set(name, value);
  }
  return kept;
}
