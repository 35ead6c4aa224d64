import { explain, languageOf } from '../terminal.ts';
import { ArgumentError } from '../verify/argument-error.ts';
import type { CardIo } from './card-io.ts';

/** What a card command says when it fails; for programs as JSON. */
export interface CardFailure {
  readonly code: string;
  readonly message: string;
  /** Tries left of the PIN that was wrong, is locked or is about to be. */
  readonly triesLeft?: number;
}

/**
 * Runs a card command and turns what it throws into an exit code: 1 the card or the machine refused, 2 the arguments cannot be used.
 * No stack trace, and nothing that was typed or read.
 */
export async function runCard(
  args: readonly string[],
  io: CardIo,
  usage: string,
  work: () => Promise<number>,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    await io.write(usage);
    return 0;
  }
  try {
    return await work();
  } catch (error) {
    const failure = failureOf(error);
    if (args.includes('--json')) await io.write(`${JSON.stringify({ error: failure })}\n`);
    io.writeError(`${said(failure, io)}\n${failure.code === 'usage' ? `\n${usage}` : ''}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

function said({ code, message, triesLeft }: CardFailure, io: CardIo): string {
  const language = languageOf(io.environment);
  const words = language === 'ja' ? explain(code, language) : code;
  const text = words === code ? `${code}: ${message}` : words;
  if (triesLeft === undefined) return text;
  return `${text} ${language === 'ja' ? `残り${triesLeft}回。` : `Tries left: ${triesLeft}.`}`;
}

/** An error that is not one of ours is a fault of this program, and is not quoted. */
export function failureOf(error: unknown): CardFailure {
  if (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^[a-z][a-z0-9-]*$/.test(error.code)
  ) {
    const { code, message } = error;
    const context = 'context' in error ? (error.context as Readonly<Record<string, unknown>>) : {};
    const { triesLeft } = context;
    return { code, message, ...(typeof triesLeft === 'number' ? { triesLeft } : {}) };
  }
  return { code: 'internal-fault', message: 'The command failed because of a fault of this program.' };
}
