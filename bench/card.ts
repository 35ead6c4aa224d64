import { constants, createHash, privateEncrypt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestInfoSha256, encodeCommand, transceive, transportTo } from '@tegata/apdu';
import { cardDates, loadPersona, makeAuthority, personalise } from '@tegata/card';
import { type CounterStore, fileCounters, makeChip, memoryCounters } from '@tegata/chip';
import { systemClock as clock } from '@tegata/clock';
import { memoryKeys } from '@tegata/keys';
import { systemRandom as random } from '@tegata/random';
import { async, type Case, sync } from './measure.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');

const SELECT_TEXT = '00A4040C0A D3921000310001010408';
const SELECT_SURFACE = '00A4040C0A D3921000310001010402';
const SELECT_JPKI = '00A4040C0A D392F000260100000001';

/**
 * The card in memory: one operation is one APDU. A mix as a reading has it, its parts alone, and apart from them the RSA signature with the library's
 * own rate as its ceiling; `card-client-mix` is the whole mix through the client, as one operation. `file` keeps the counters in a file that is synced
 * twice per VERIFY: most of that is waiting, which CPU time does not show.
 */
export async function cardSuite(): Promise<{ cases: Case[]; skipped: string[] }> {
  const persona = loadPersona('adult');
  const keys = persona.keys();
  const authority = await makeAuthority({ clock, random, keys: memoryKeys() });
  // Certificates are files like others here: what stands in them does not matter.
  const der = new Uint8Array(1500).fill(7);
  const certificates = { auth: der, authCa: der, sign: der, signCa: der };
  const dates = cardDates(persona, clock.now());
  const applications = await personalise({ persona, dates, certificates, authority });
  const chipWith = (counters: CounterStore) => makeChip({ applications, counters, random });

  const pin = `00200091 04 ${ascii(persona.pins.text)}`;
  const wrong = `00200091 04 ${ascii('0000')}`;
  const reads = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `00B0${(from + i).toString(16).padStart(2, '0')}0000`);
  const mix: readonly (readonly [command: string, sw: number])[] = [
    [SELECT_TEXT, 0x9000],
    ['00200091', 0x63c3],
    [wrong, 0x63c2],
    [pin, 0x9000],
    ['00B0810000', 0x9000],
    ['00A4020C020002', 0x9000],
    ['00B0000000', 0x9000],
    ['00B0830000', 0x9000],
    ['00B0850000', 0x9000],
    [SELECT_SURFACE, 0x9000],
    ['00200093', 0x63ca],
    [`00200093 0C ${ascii(persona.myNumber)}`, 0x9000],
    ['00A4020C020002', 0x9000],
    ...reads(0, 8).map((command) => [command, 0x9000] as const),
    [SELECT_JPKI, 0x9000],
    ['00B0880003', 0x9000],
    ['00200098', 0x63c3],
    ['00B08A0000', 0x9000],
  ];
  const commands = mix.map(([command]) => hex(command));
  const expected = mix.map(([, sw]) => sw);
  const run = (chip: ReturnType<typeof chipWith>) => (index: number) => {
    const at = index % commands.length;
    const answer = chip.transmit(commands[at] as Uint8Array);
    const sw = ((answer.at(-2) as number) << 8) | (answer.at(-1) as number);
    if (sw !== expected[at]) throw new Error(`command ${at} was answered ${sw.toString(16)}`);
    return answer;
  };
  const folder = mkdtempSync(join(tmpdir(), 'bench-card-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const single = (bench: string, prepare: readonly string[], command: string): Case => {
    const chip = chipWith(memoryCounters());
    for (const text of prepare) chip.transmit(hex(text));
    const bytes = hex(command);
    if (chip.transmit(bytes).at(-2) === 0x69) throw new Error(`${bench} is refused`);
    return sync(bench, 'tegata', () => chip.transmit(bytes));
  };

  const hash = createHash('sha256').update('a message').digest();
  const key = keys['jpki-auth'];
  const input = digestInfoSha256(hash);
  const sign = Buffer.from(encodeCommand({ cla: 0x80, ins: 0x2a, p1: 2, p2: 0x97, data: hash, le: 256 })).toString(
    'hex',
  );

  const chip = chipWith(memoryCounters());
  const reader = transportTo(chip);
  const whole = async () => {
    for (const command of commands) await transceive(reader, command);
    return true;
  };

  return {
    cases: [
      sync('card-apdu', 'tegata', run(chipWith(memoryCounters()))),
      sync('card-apdu', 'file', run(chipWith(fileCounters(join(folder, 'counters.json'))))),
      single('card-select', [], SELECT_TEXT),
      single('card-read', [SELECT_TEXT, '00A4020C020004'], '00B0000000'),
      single('card-verify', [SELECT_TEXT], pin),
      single('card-query', [SELECT_TEXT], '00200091'),
      async('card-client-mix', 'tegata', whole),
      sync('card-sign', 'ceiling', () => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, input)),
      single('card-sign', [SELECT_JPKI, `00200098 04 ${ascii(persona.pins.auth)}`], sign),
    ],
    skipped: [],
  };
}
