import { type VerifyOptions, verifyOptions } from './options.ts';
import { faultOf, type QuestionCommand, runQuestion } from './question-command.ts';
import { renderResult } from './render.ts';
import type { VerifyResult } from './result.ts';
import type { CommandIo } from './terminal-io.ts';
import { VERIFY_USAGE } from './usage.ts';
import { SettingReader } from './verification.ts';
import { verifyOne } from './verify-one.ts';

/**
 * `tegata verify`.
 * @returns the exit code: 0 everything is valid, 1 something is not, 2 the arguments cannot be used; it never throws
 */
export function verifyCommand(args: readonly string[], io: CommandIo): Promise<number> {
  return runQuestion(verifyQuestion(new SettingReader(io.clock)), args, io);
}

/** The question of `tegata verify`; what many documents share is read once by the reader. */
export function verifyQuestion(reader: SettingReader): QuestionCommand<VerifyOptions, VerifyResult> {
  return {
    usage: VERIFY_USAGE,
    options: verifyOptions,
    answer: (options, files) => verifyOne(reader.read(options, files)),
    failed: (error) => ({ valid: false, documents: [], error: faultOf(error) }),
    good: ({ valid }) => valid,
    render: renderResult,
  };
}
