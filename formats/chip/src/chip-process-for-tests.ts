// A card in a process of its own: counters in the file named by the argument, a command in hexadecimal per line, an answer per line.
import { createInterface } from 'node:readline';
import { systemRandom } from '@tegata/random';
import { makeChip } from './chip.ts';
import { fileCounters } from './counter-store.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const chip = makeChip({
  applications: [
    {
      name: 'text',
      aid: new Uint8Array(Buffer.from('D3921000310001010408', 'hex')),
      files: new Map([[0x11, { kind: 'secret', value: bytes('5678'), tries: 3, change: 'four-digits' }]]),
    },
  ],
  counters: fileCounters(process.argv[2] as string),
  random: systemRandom,
});

for await (const line of createInterface({ input: process.stdin })) {
  const answer = chip.transmit(new Uint8Array(Buffer.from(line, 'hex')));
  process.stdout.write(`${Buffer.from(answer).toString('hex')}\n`);
}
