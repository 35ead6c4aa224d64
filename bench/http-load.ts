/**
 * The load of an HTTP bench, a process of its own so that the CPU time of the measured process is the server's: posts one body after another
 * over connections that are kept alive. Told how much by messages of its parent.
 */
import { Agent, request } from 'node:http';

/** What the parent asks for. */
export interface Load {
  readonly url: string;
  readonly contentType: string;
  /** base64; posted in turn. */
  readonly bodies: readonly string[];
  readonly times: number;
  readonly connections: number;
}

async function run({ url, contentType, bodies, times, connections }: Load): Promise<void> {
  // New ones each time: what was idle between two rounds the server may just be closing.
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const octets = bodies.map((body) => Buffer.from(body, 'base64'));
  let left = times;
  const post = (body: Buffer) =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'content-type': contentType, 'content-length': body.length };
      const asked = request(url, { agent, method: 'POST', headers }, (answer) => {
        answer.resume();
        answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(String(answer.statusCode)))));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const worker = async () => {
    while (left > 0) await post(octets[left-- % octets.length] as Buffer);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
}

process.on('message', (load: Load) => {
  run(load).then(
    () => process.send?.('done'),
    (error: unknown) => process.send?.(String(error)),
  );
});
