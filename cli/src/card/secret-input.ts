import { closeSync, openSync } from 'node:fs';
import { type PinKind, pinBytes } from '@tegata/applicant-app';
import { ArgumentError, reasonOf } from '../verify/argument-error.ts';
import { readUpTo } from '../verify/given-file.ts';
import type { CardIo } from './card-io.ts';

/** A secret that a command needs: what it is, and the option that may give it. */
export interface WantedSecret {
  readonly kind: PinKind;
  /** `pin`, `new-pin`, `signature-password`: the option, and with `-file` the one that names a file. */
  readonly option: 'pin' | 'new-pin' | 'signature-password';
  /** Words for the prompt. */
  readonly words: string;
  /** Whether it is a new one, to be typed twice. */
  readonly twice?: boolean;
}

/** What was given for secrets on the command line. */
export type GivenSecrets = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  pin: 'TEGATA_CARD_PIN',
  'new-pin': 'TEGATA_CARD_NEW_PIN',
  'signature-password': 'TEGATA_CARD_SIGNATURE_PASSWORD',
} as const;
const MOST = 256;

/** Takes secrets: from the option, the file that is named, the environment, or the person, in this order. */
export class SecretInput {
  readonly #io: CardIo;
  readonly #given: GivenSecrets;
  #lines: string[] | undefined;

  constructor(io: CardIo, given: GivenSecrets) {
    this.#io = io;
    this.#given = given;
  }

  /** Whether it was given, so that nobody needs to be asked. */
  has({ option }: Pick<WantedSecret, 'option'>): boolean {
    return this.#found(option);
  }

  /**
   * The secret as the card takes it.
   * @throws {ArgumentError} `usage` when it was not given and nobody can be asked, `file-unreadable`
   * @throws {ApplicantAppError} `pin-format`, `signature-password-format`
   */
  async take(wanted: WantedSecret): Promise<Uint8Array> {
    const { kind, option, words } = wanted;
    const given = this.#value(option);
    if (given !== undefined) return pinBytes(kind, given);
    const { person } = this.#io;
    if (!person) {
      const message = `The ${words} is needed: --${option}, --${option}-file FILE (- is standard input) or ${VARIABLES[option]}.`;
      throw new ArgumentError('usage', message, { option });
    }
    const typed = pinBytes(kind, await person.hidden(`${words}: `));
    if (wanted.twice) {
      const again = pinBytes(kind, await person.hidden(`${words}, again: `));
      if (Buffer.compare(typed, again) !== 0) {
        throw new ArgumentError('usage', `The two entries of the ${words} differ. Nothing was done.`, { option });
      }
    }
    return typed;
  }

  #found(option: WantedSecret['option']): boolean {
    const { environment } = this.#io;
    return [this.#given[option], this.#given[`${option}-file`], environment[VARIABLES[option]]].some(
      (value) => value !== undefined,
    );
  }

  #value(option: WantedSecret['option']): string | undefined {
    const file = this.#given[`${option}-file`];
    if (this.#given[option] !== undefined) return this.#given[option];
    return file === undefined ? this.#io.environment[VARIABLES[option]] : this.#line(option, file);
  }

  /** The first line of a file; of standard input one line after the other. */
  #line(option: string, path: string): string {
    if (path !== '-') return firstLine(read(option, path));
    this.#lines ??= textOf(this.#io.readStdin(MOST)).split(/\r?\n/);
    const line = this.#lines.shift();
    if (!line)
      throw new ArgumentError('file-unreadable', `--${option}-file: standard input has no such line.`, { option });
    return line;
  }
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
const firstLine = (bytes: Uint8Array) => textOf(bytes).split(/\r?\n/, 1)[0] as string;

function read(option: string, path: string): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      return readUpTo(file, MOST);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new ArgumentError('file-unreadable', `--${option}-file: the file cannot be read (${reasonOf(error)}).`, {
      option,
    });
  }
}
