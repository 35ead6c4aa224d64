import type { CommandIo } from './verify/terminal-io.ts';

/** Runs one subcommand with the arguments behind its name; gives the exit code. */
export type Subcommand = (args: readonly string[], io: CommandIo) => Promise<number>;

/** A command that is a word before others: `tegata x509 check`. */
export interface CommandGroup {
  readonly name: string;
  /** One line or more for each subcommand. */
  readonly usage: string;
  readonly subcommands: Readonly<Record<string, Subcommand>>;
}

/**
 * Hands the arguments to the subcommand that the first of them names.
 * @returns its exit code; 2 where there is no such subcommand
 */
export async function runSubcommand(group: CommandGroup, args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (name === undefined) io.writeError(`usage: Say what to do.\n\n${group.usage}`);
    else await io.write(group.usage);
    return name === undefined ? 2 : 0;
  }
  const known = Object.hasOwn(group.subcommands, name) ? group.subcommands[name] : undefined;
  if (known) return known(rest, io);
  io.writeError(`usage: There is no "tegata ${group.name} ${name}".\n\n${group.usage}`);
  return 2;
}
