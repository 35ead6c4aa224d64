import { type Chip, encodeResponse, parseCommand, SW } from '@tegata/apdu';
import { AID } from './card-commands.ts';

/** One application of the chip of the tests: files and secrets by number. */
interface Application {
  readonly files: Record<number, Uint8Array>;
  readonly secrets: Record<number, { value: string; tries: number }>;
}

/** A chip with just what the app needs, whose every command is recorded. */
export interface TestChip extends Chip {
  readonly applications: { jpki: Application; text: Application; surface: Application };
  /** INS and P2 of every VERIFY that carried a secret. */
  readonly shown: number[];
  /** Commands in hex. */
  readonly commands: string[];
  /** Answers COMPUTE DIGITAL SIGNATURE. */
  sign: (command: { p1: number; p2: number; data: Uint8Array }) => Uint8Array;
}

const bytes = (...parts: (string | number | Uint8Array)[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'string' ? Buffer.from(part, 'latin1') : typeof part === 'number' ? Buffer.from([part]) : part,
      ),
    ),
  );

/** The My Number of the chip: the example whose check digit is right. */
export const MY_NUMBER = '537686677188';

/** Makes a chip. */
export function testChip(): TestChip {
  let selected: Application | undefined;
  let current = 0;
  const ok = (data: Uint8Array = new Uint8Array(0)) => encodeResponse(data, SW.ok);
  const status = (sw: number) => encodeResponse(new Uint8Array(0), sw);
  const chip: TestChip = {
    applications: {
      jpki: {
        files: { 8: bytes(0x8f, 0x8f, 0x00), 1: new Uint8Array(0) },
        secrets: { 27: { value: 'TEGATA1', tries: 5 } },
      },
      text: {
        files: {
          1: bytes(0xff, 0x10, 0x0c, MY_NUMBER, 0xff, 0xff),
          2: new Uint8Array(104).fill(2),
          3: new Uint8Array(340).fill(3),
          // Exactly two full reads, so that the end shows as an offset past the end.
          4: new Uint8Array(512).fill(4),
          7: new Uint8Array(536).fill(7),
        },
        secrets: { 17: { value: '1234', tries: 3 } },
      },
      surface: {
        files: {
          2: new Uint8Array(12_000).map((_, index) => index),
          3: new Uint8Array(330).fill(3),
          4: new Uint8Array(568).fill(4),
        },
        secrets: { 19: { value: MY_NUMBER, tries: 10 } },
      },
    },
    shown: [],
    commands: [],
    sign: () => new Uint8Array(256).fill(9),
    reset() {
      selected = undefined;
      current = 0;
    },
    transmit(command) {
      chip.commands.push(Buffer.from(command).toString('hex'));
      const { ins, p1, p2, data, le } = parseCommand(command);
      if (ins === 0xa4 && p1 === 0x04) {
        const aid = Buffer.from(data).toString('hex').toUpperCase();
        const name = (Object.keys(AID) as (keyof typeof AID)[]).find((key) => AID[key] === aid);
        const there: Partial<Record<keyof typeof AID, Application>> = chip.applications;
        selected = name && there[name];
        return status(selected ? SW.ok : SW.fileNotFound);
      }
      if (!selected) return status(SW.conditionsNotSatisfied);
      if (ins === 0x20) {
        const secret = selected.secrets[p2 & 0x1f];
        if (!secret) return status(SW.referencedDataNotFound);
        if (secret.tries === 0) return status(data.length > 0 ? SW.keyBlocked : 0x63c0);
        if (data.length === 0) return status(0x63c0 | secret.tries);
        chip.shown.push(p2);
        if (Buffer.from(data).toString('latin1') === secret.value) return status(SW.ok);
        secret.tries--;
        return status(0x63c0 | secret.tries);
      }
      if (ins === 0xb0) {
        if (p1 & 0x80) current = p1 & 0x1f;
        const file = selected.files[current];
        if (!file) return status(SW.fileNotFound);
        const offset = p1 & 0x80 ? p2 : (p1 << 8) | p2;
        if (offset >= file.length) return status(SW.offsetPastEnd);
        return ok(file.subarray(offset, offset + (le ?? 256)));
      }
      if (ins === 0x2a) return ok(chip.sign({ p1, p2, data }));
      return status(SW.instructionUnknown);
    },
  };
  return chip;
}
