import { CliError } from '../error.ts';

/** Somebody who can be asked. */
export interface Person {
  /** Asks for a secret; nothing of what is typed is shown. @throws {CliError} `interrupted` */
  hidden(prompt: string): Promise<string>;
  /** Asks a question; anything but `yes` is no. @throws {CliError} `interrupted` */
  yes(question: string): Promise<boolean>;
}

/** The part of a terminal's input that asking needs. */
export interface TerminalInput {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  /** Puts back what came behind the end of a line. */
  unshift?(chunk: Uint8Array): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
}

const MOST = 64;
const ENTER = new Set([0x0a, 0x0d]);
const ERASE = new Set([0x08, 0x7f]);
const [CTRL_C, CTRL_D, CTRL_U] = [0x03, 0x04, 0x15];

/** Who sits at the terminal; `undefined` where the input is none. Prompts go to standard error. */
export function personAtTerminal(input: TerminalInput, output: { write(text: string): unknown }): Person | undefined {
  if (!input.isTTY || !input.setRawMode) return undefined;
  const typed = (prompt: string, echo: boolean) => typedLine(input, output, prompt, echo);
  return {
    hidden: (prompt) => typed(prompt, false),
    yes: async (question) => (await typed(question, true)).trim().toLowerCase() === 'yes',
  };
}

// In raw mode the terminal itself shows nothing: what is not to be seen is seen by nobody, also when the program is killed in between.
function typedLine(
  input: TerminalInput,
  output: { write(text: string): unknown },
  prompt: string,
  echo: boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const line: number[] = [];
    const end = (interrupted: boolean) => {
      input.off('data', read);
      input.setRawMode?.(false);
      input.pause();
      output.write('\n');
      if (interrupted) reject(new CliError('interrupted', 'Nothing was done.'));
      else resolve(Buffer.from(line).toString('utf8'));
      line.fill(0);
    };
    const read = (chunk: Uint8Array) => {
      for (const [at, byte] of chunk.entries()) {
        if (ENTER.has(byte)) {
          const rest = chunk.subarray(at + 1);
          end(false);
          if (rest.length > 0) input.unshift?.(rest);
          return;
        }
        if (byte === CTRL_C || byte === CTRL_D) return end(true);
        if (ERASE.has(byte)) {
          if (line.pop() !== undefined && echo) output.write('\b \b');
        } else if (byte === CTRL_U) line.length = 0;
        else if (byte >= 0x20 && line.length < MOST) {
          line.push(byte);
          if (echo) output.write(String.fromCharCode(byte));
        }
      }
    };
    input.setRawMode?.(true);
    output.write(prompt);
    input.on('data', read);
    input.resume();
  });
}
