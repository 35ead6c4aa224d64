import { type CommandFields, encodeCommand, parseCommand } from './command.ts';
import { ApduError } from './error.ts';
import { isSecretCommand } from './mask-command.ts';
import { parseResponse, type Response } from './response.ts';
import type { Transport } from './transport.ts';

/** What one exchange may cost at most. */
export interface TransceiveLimits {
  /** Commands sent for one answer (default 64). */
  readonly maxRounds?: number;
  /** Bytes of answer (default 65,536). */
  readonly maxBytes?: number;
}

const SHORT_MAX = 256;

/**
 * Sends a command and follows `61xx` (GET RESPONSE) and `6Cxx` (again with the right Le) to the last status word (ISO/IEC 7816-4 §5.3.4). A command
 * with a PIN in it is never sent again: that could spend a second try.
 * @throws {ApduError} `card-hostile` when the card never comes to an end, or gives more than Le; `response-malformed` for less than a status
 * word; `command-malformed`; what the transport throws
 * @example
 * const { data, sw } = await transceive(card, { cla: 0, ins: 0xb0, p1: 0, p2: 0, le: 256 });
 */
export async function transceive(
  transport: Transport,
  command: Uint8Array | CommandFields,
  { maxRounds = 64, maxBytes = 65_536 }: TransceiveLimits = {},
): Promise<Response> {
  let sent = command instanceof Uint8Array ? command : encodeCommand(command);
  const parts: Uint8Array[] = [];
  let total = 0;
  let corrected = false;
  for (let round = 0; round < maxRounds; round++) {
    const response = parseResponse(await transport.transmit(sent));
    const most = parseCommand(sent).le ?? SHORT_MAX;
    if (response.data.length > most) {
      throw new ApduError('card-hostile', 'The card answers with more than it was asked for. Use another card.', {
        rule: 'answer longer than Le',
        le: most,
        length: response.data.length,
      });
    }
    const high = response.sw >> 8;
    const rest = response.sw & 255 || 256;
    if (high === 0x6c && !corrected && !isSecretCommand(sent)) {
      corrected = true;
      sent = encodeCommand({ ...parseCommand(sent), le: rest });
      continue;
    }
    corrected = false;
    total += response.data.length;
    if (total > maxBytes) break;
    if (high !== 0x61) {
      if (parts.length === 0) return response;
      parts.push(response.data);
      return { data: new Uint8Array(Buffer.concat(parts)), sw: response.sw };
    }
    parts.push(response.data);
    sent = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, rest & 255);
  }
  throw new ApduError('card-hostile', 'The card answers without end. Take it away and use another one.', {
    rule: 'answer without end',
    maxRounds,
    maxBytes,
  });
}
