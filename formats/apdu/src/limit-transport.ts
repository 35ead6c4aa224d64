import { ApduError } from './error.ts';
import type { Transport } from './transport.ts';

/** What a card may cost its reader in one session. */
export interface CardBudget {
  /** Commands sent (default 1,000; a whole reading takes about 120). */
  readonly maxCommands?: number;
  /** Bytes of all answers (default 512 KiB). */
  readonly maxBytes?: number;
}

/**
 * A transport that ends when a card makes its reader ask and ask: whatever such a card answers, the work that it can cause is bounded.
 * @throws {ApduError} `card-hostile` from the command on that is too many
 * @example
 * const card = limitTransport(await reader.waitForCard());
 */
export function limitTransport(
  transport: Transport,
  { maxCommands = 1000, maxBytes = 512 * 1024 }: CardBudget = {},
): Transport {
  let commands = 0;
  let bytes = 0;
  const spent = (limit: string, value: number) =>
    new ApduError('card-hostile', 'The card answers without end. Take it away and use another one.', {
      [limit]: value,
    });
  return {
    async transmit(command) {
      if (commands >= maxCommands) throw spent('maxCommands', maxCommands);
      commands++;
      const answer = await transport.transmit(command);
      bytes += answer.length;
      if (bytes > maxBytes) throw spent('maxBytes', maxBytes);
      return answer;
    },
    close: () => transport.close(),
  };
}
