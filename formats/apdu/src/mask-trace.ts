import { parseCommand } from './command.ts';
import { ApduError } from './error.ts';
import { maskCommand } from './mask-command.ts';
import { parseResponse } from './response.ts';
import { SW } from './status-word.ts';

const STAR = 0x2a;
const TEXT = 'd3921000310001010408';
const SURFACE = 'd3921000310001010402';
const JPKI = 'd392f000260100000001';

// The My Number (text 0001) and its image (surface 0005). Text 0003 too: it holds an unsalted digest of the number's file, and of so few numbers
// the right one is found by trying all.
const HIDDEN: Readonly<Record<string, readonly number[]>> = { [TEXT]: [1, 3], [SURFACE]: [5], [JPKI]: [] };
/** Where it is not known what is selected. */
const HIDDEN_ANYWHERE = [1, 3, 5];

/**
 * Hides what a trace must not show: every PIN, password and check code; the My Number, its image and the record that gives it away; twelve
 * digits in a row wherever they stand. Give it commands and responses in their order. Lengths stay as they are.
 */
export class TraceMask {
  #application = '';
  #selecting: string | undefined;
  #file: number | undefined;
  /** Whether the answer that comes is of a file that is not shown. */
  #hide = false;

  command(bytes: Uint8Array): Uint8Array {
    this.#follow(bytes);
    return maskDigits(maskCommand(bytes));
  }

  response(bytes: Uint8Array): Uint8Array {
    if (bytes.length < 2) return bytes;
    const { data, sw } = parseResponse(bytes);
    if (this.#selecting !== undefined) {
      this.#application = sw === SW.ok ? this.#selecting : '';
      this.#selecting = undefined;
      this.#file = undefined;
    }
    const masked = Uint8Array.from(bytes);
    if (this.#hide) masked.fill(STAR, 0, data.length);
    else masked.set(maskDigits(data));
    return masked;
  }

  #follow(bytes: Uint8Array): void {
    const command = attempt(bytes);
    // GET RESPONSE brings the rest of what was asked before.
    if (!command || command.ins === 0xc0) return;
    this.#hide = false;
    const { ins, p1, data } = command;
    if (ins === 0xa4 && p1 === 0x04) this.#selecting = Buffer.from(data).toString('hex');
    else if (ins === 0xa4)
      this.#file = data.length === 2 ? ((data[0] as number) << 8) | (data[1] as number) : undefined;
    else if (ins === 0xb0) {
      if (p1 & 0x80) this.#file = p1 & 0x1f;
      const hidden = HIDDEN[this.#application] ?? HIDDEN_ANYWHERE;
      this.#hide = this.#file === undefined || hidden.includes(this.#file);
    }
  }
}

function attempt(bytes: Uint8Array) {
  try {
    return parseCommand(bytes);
  } catch (error) {
    if (error instanceof ApduError) return undefined;
    throw error;
  }
}

// UTCTime and GeneralizedTime of a certificate are digits too, and are dates.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the tags and lengths of DER
const DIGITS = /\x17\x0d\d{12}Z|\x18\x0f\d{14}Z|\d{12,}/g;

function maskDigits(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const masked = text.replace(DIGITS, (run) => (run.endsWith('Z') ? run : '*'.repeat(run.length)));
  return masked === text ? bytes : new Uint8Array(Buffer.from(masked, 'latin1'));
}
