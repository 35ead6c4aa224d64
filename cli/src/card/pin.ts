import { changePin } from '@tegata/applicant-app';
import { ArgumentError } from '../verify/argument-error.ts';
import { cardArguments, oneOf, WHERE } from './arguments.ts';
import type { CardIo } from './card-io.ts';
import { holdCard } from './card-source.ts';
import { beforeLastTry } from './last-try.ts';
import { runCard } from './run-card.ts';
import { type GivenSecrets, SecretInput } from './secret-input.ts';
import { PIN_USAGE } from './usage.ts';

const OPTIONS = {
  ...WHERE,
  'pin-kind': 'value',
  pin: 'value',
  'pin-file': 'value',
  'new-pin': 'value',
  'new-pin-file': 'value',
  'yes-last-try': 'flag',
} as const;

const WORDS = {
  auth: 'authentication PIN (4 digits)',
  sign: 'signature password',
  text: 'PIN of the attributes (4 digits)',
  card: 'card PIN (4 digits)',
} as const;

/**
 * `tegata card pin change`.
 * @returns 0 changed, 1 the card refused, 2 the arguments cannot be used
 */
export function pinCommand(args: readonly string[], io: CardIo): Promise<number> {
  return runCard(args, io, PIN_USAGE, async () => {
    const { values, positionals } = cardArguments(args, OPTIONS, 1);
    if (positionals[0] !== 'change') throw new ArgumentError('usage', 'The command is "tegata card pin change".');
    const kind = oneOf('pin-kind', values['pin-kind'], ['auth', 'sign', 'text', 'card']);
    const secrets = new SecretInput(io, values as GivenSecrets);
    const current = await secrets.take({ kind, option: 'pin', words: `present ${WORDS[kind]}` });
    const next = await secrets.take({ kind, option: 'new-pin', words: `new ${WORDS[kind]}`, twice: true });
    const held = await holdCard(values, io);
    try {
      await beforeLastTry(io, values['yes-last-try'] === true, (confirmLastTry) =>
        changePin({ card: held.card, kind, current, next, confirmLastTry }),
      );
    } finally {
      current.fill(0);
      next.fill(0);
      await held.close();
    }
    await io.write(values.json ? `${JSON.stringify({ changed: kind })}\n` : `Changed: ${WORDS[kind]}.\n`);
    return 0;
  });
}
