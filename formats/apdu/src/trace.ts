import { TraceMask } from './mask-trace.ts';
import type { Transport } from './transport.ts';

/** The first line of a trace; what follows says whether it is masked. */
export const TRACE_HEADER = '# tegata apdu trace 1:';

/** Where a trace goes. */
export interface RecordTraceOptions {
  /** Gets each line, without its end. */
  readonly write: (line: string) => void;
  /** Writes everything as it is, PINs and My Number included. Only on the explicit wish of the card's holder. */
  readonly unmask?: boolean;
}

/**
 * Records a conversation with a card as lines of text: `> HEX` to the card, `< HEX` from it, `#` before remarks. The first line says
 * `masked` or `unmasked`. A command without an answer is one during which the card left. PINs, check codes, My Number and twelve digits in a row
 * are `2A` unless `unmask` is set; name, address and photo stay, so that a trace is personal data even so.
 * @example
 * const card = recordTrace(await reader.waitForCard(), { write: (line) => lines.push(line) });
 */
export function recordTrace(transport: Transport, { write, unmask = false }: RecordTraceOptions): Transport {
  const mask = new TraceMask();
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
  write(`${TRACE_HEADER} ${unmask ? 'unmasked, holds PINs and My Number' : 'masked'}`);
  return {
    async transmit(command) {
      write(`> ${hex(unmask ? command : mask.command(command))}`);
      const answer = await transport.transmit(command);
      write(`< ${hex(unmask ? answer : mask.response(answer))}`);
      return answer;
    },
    async close() {
      await transport.close();
    },
  };
}
