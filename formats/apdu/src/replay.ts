import { ApduError } from './error.ts';
import { TraceMask } from './mask-trace.ts';
import { TRACE_HEADER } from './trace.ts';
import type { Transport } from './transport.ts';

/** A recorded conversation, as a card. */
export interface ReplayedCard extends Transport {
  /** Commands of the recording that have not been sent yet. */
  readonly left: number;
}

interface Exchange {
  readonly command: Uint8Array;
  /** Absent where the card left. */
  readonly answer?: Uint8Array;
}

const MAX_EXCHANGES = 10_000;
const LINE = /^([<>])\s*((?:[0-9A-Fa-f]{2}\s*)+)$/;

/**
 * Plays a trace back to a reader: each command must be the recorded one, and gets the recorded answer. In a masked trace secrets are compared
 * as masked, and what was masked in an answer stays `2A`.
 * @throws {ApduError} `trace-malformed` with the line; from `transmit` `replay-differs` with the index of the command, and `card-removed` where
 *   the card left
 * @example
 * const card = replayTrace(readFileSync('card.trace', 'utf8'));
 */
export function replayTrace(text: string): ReplayedCard {
  const { exchanges, masked } = readTrace(text);
  const mask = masked ? new TraceMask() : undefined;
  let next = 0;
  let gone = false;
  return {
    get left() {
      return exchanges.length - next;
    },
    async transmit(command) {
      if (gone) throw cardRemoved();
      const exchange = exchanges[next];
      const sent = mask?.command(command) ?? command;
      if (!exchange || Buffer.compare(exchange.command, sent) !== 0) {
        const rule = exchange ? 'another command was recorded' : 'the recording is over';
        throw new ApduError('replay-differs', `Command ${next} is not the recorded one: ${rule}. Record again.`, {
          index: next,
          rule,
        });
      }
      next++;
      if (!exchange.answer) {
        gone = true;
        throw cardRemoved();
      }
      return exchange.answer.slice();
    },
    async close() {},
  };
}

function readTrace(text: string): { exchanges: Exchange[]; masked: boolean } {
  const exchanges: Exchange[] = [];
  let asked: Uint8Array | undefined;
  let number = 0;
  for (const raw of text.split(/\r?\n/)) {
    number++;
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '') continue;
    const [, sign, digits = ''] = LINE.exec(line) ?? [];
    if (sign === undefined) throw malformed(number, 'a line is "> HEX", "< HEX" or "# remark"');
    const bytes = new Uint8Array(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'));
    if (exchanges.length >= MAX_EXCHANGES) throw malformed(number, `more than ${MAX_EXCHANGES} commands`);
    if (sign === '>') {
      if (asked) exchanges.push({ command: asked });
      asked = bytes;
    } else {
      if (!asked) throw malformed(number, 'an answer without a command');
      exchanges.push({ command: asked, answer: bytes });
      asked = undefined;
    }
  }
  if (asked) exchanges.push({ command: asked });
  if (exchanges.length === 0) throw malformed(number, 'no command in it');
  return { exchanges, masked: text.startsWith(`${TRACE_HEADER} masked`) };
}

function malformed(line: number, rule: string): ApduError {
  return new ApduError('trace-malformed', `Line ${line} is not one of an APDU trace: ${rule}.`, { line, rule });
}

function cardRemoved(): ApduError {
  return new ApduError('card-removed', 'The card left the reader when this was recorded.');
}
