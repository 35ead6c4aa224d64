import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { FrameDecoder } from '@tegata/apdu';
import type { Peer, PeerAnswer } from '@tegata/http';
import { z } from 'zod';
import type { SmallStack } from './small-stack.ts';

/** What a person types, and where the card is held to. */
export interface Tapped {
  readonly persona: string;
  readonly pin?: string;
  readonly signaturePassword?: string;
  readonly confirmLastTry?: boolean;
  /** Instead of the app's own reader. */
  readonly reader?: string;
  /** The card is pulled away after so many commands. */
  readonly slips?: number;
  /** Asks for the phone's certificates too. */
  readonly certificates?: { readonly authPin: string; readonly signaturePassword: string };
  readonly app?: Peer;
}

const address = z.object({ host: z.string(), port: z.number() });

/** Where an app's cards are held to. */
export async function readerOf(app: Peer): Promise<string> {
  const { host, port } = address.parse((await app.request('GET', '/reader')).json());
  return `${host}:${port}`;
}

/** Holds a card, applies, takes the card away: the app's answer as it came. */
export async function tapCard(stack: SmallStack, tapped: Tapped): Promise<PeerAnswer> {
  const { card, app: own } = stack.hands.peers;
  const { persona, app = own, confirmLastTry = false, certificates } = tapped;
  const { pin, signaturePassword } = { ...stack.demo, ...tapped };
  const reader = tapped.reader ?? (await readerOf(app));
  const place = tapped.slips === undefined ? undefined : await slipperyPlace(reader, tapped.slips);
  await card.request('POST', '/hold', { json: { persona, reader: place?.address ?? reader } });
  try {
    return await app.request('POST', '/applications', {
      json: { pin, signaturePassword, confirmLastTry, certificates },
    });
  } finally {
    await card.request('POST', '/remove', { json: {} });
    await place?.close();
  }
}

/** How many tries the card itself says are left. */
export async function triesLeft(stack: SmallStack, persona: string): Promise<{ text: number; signature: number }> {
  const answer = await stack.hands.peers.card.request('GET', `/personas/${persona}`);
  return z.object({ triesLeft: z.object({ text: z.number(), signature: z.number() }) }).parse(answer.json()).triesLeft;
}

/** A place before a reader from which the card slips. */
export interface SlipperyPlace {
  readonly address: string;
  /** Commands that reached the card. */
  readonly commands: number;
  close(): Promise<void>;
}

/** Stands between card and reader; the card is gone when the reader sends the command after `lasts` others. */
export async function slipperyPlace(reader: string, lasts: number): Promise<SlipperyPlace> {
  const [host, port] = reader.split(':') as [string, string];
  let commands = 0;
  const sockets = new Set<Socket>();
  const server = createServer((card) => {
    const forward = connect(Number(port), host);
    const part = () => {
      card.destroy();
      forward.destroy();
    };
    for (const socket of [card, forward]) sockets.add(socket.on('error', () => {}).on('close', part));
    const frames = new FrameDecoder();
    forward.on('data', (chunk: Buffer) => {
      // Frames of one byte are the reader's power switch.
      commands += frames.push(chunk).filter((frame) => frame.length > 1).length;
      if (commands > lasts) part();
      else card.write(chunk);
    });
    card.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get commands() {
      return commands;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
