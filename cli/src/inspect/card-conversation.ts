import {
  type Command,
  commandName,
  describeStatus,
  isSecretCommand,
  maskCommand,
  parseCommand,
  parseResponse,
} from '@tegata/apdu';
import { AIDS, APPLICATIONS, type CardApplication, DATA_OBJECTS, efName, WRONG_AIDS } from './card-names.ts';
import { maskBytes, maskWhole } from './mask.ts';
import { hex } from './octets.ts';
import type { View } from './section.ts';

/** One command or one response, described. */
export interface Described {
  /** `SELECT`, or the status word. */
  readonly name: string;
  /** What it is about. */
  readonly meaning: string;
  /** The bytes as they may be shown. */
  readonly shown: Uint8Array;
}

/** A file that was read, as far as it was read from its beginning. */
export interface FileRead {
  readonly application?: CardApplication;
  readonly file: number;
  readonly bytes: Uint8Array;
}

interface Reading {
  readonly application: CardApplication | undefined;
  readonly file: number | undefined;
  offset: number;
}

const MAX_FILE = 65_536;
const MAX_FILES = 32;
/** A file that nobody has named may be the My Number, and a chunk of it has fewer digits. */
const UNKNOWN_FILE_DIGITS = 5;

/**
 * Follows the commands to one card, so that each is named by what is selected, and each response by what was asked. Give commands and
 * responses in their order.
 */
export class CardConversation {
  readonly #view: View;
  #application: CardApplication | undefined;
  #file: number | undefined;
  #reading: Reading | undefined;
  /** Whether the last message was a command that asks for something else than a file. */
  #askedOtherwise = false;
  #last: string | undefined;
  readonly #files = new Map<string, { application: CardApplication | undefined; file: number; bytes: Uint8Array }>();

  constructor(view: View) {
    this.#view = view;
  }

  /** @throws {ApduError} `command-malformed` */
  command(bytes: Uint8Array): Described {
    const command = parseCommand(bytes);
    const reading = this.#reading;
    this.#reading = undefined;
    const meaning = this.#meaning(command, reading);
    this.#askedOtherwise = this.#reading === undefined;
    const secret = isSecretCommand(bytes) && !this.#view.unmask;
    return { name: commandName(bytes), meaning, shown: secret ? maskCommand(bytes) : bytes };
  }

  /** @throws {ApduError} `response-malformed` */
  response(bytes: Uint8Array): Described {
    const { data, sw } = parseResponse(bytes);
    this.#last = undefined;
    const reading = this.#reading;
    if (reading && data.length > 0) this.#keep(reading, data);
    const more = sw >> 8 === 0x61;
    this.#reading = more && reading ? { ...reading, offset: reading.offset + data.length } : undefined;
    const shown = this.#view.unmask
      ? bytes
      : Uint8Array.from([...this.#masked(data, reading), ...bytes.subarray(data.length)]);
    return {
      name: describeStatus(sw),
      meaning:
        data.length === 0
          ? ''
          : `${data.length} bytes${reading ? ` of ${this.#fileName(reading.application, reading.file)}` : ''}`,
      shown,
    };
  }

  /** The file to which the last response belongs, as far as it has been read. */
  lastFile(): FileRead | undefined {
    return this.#last === undefined
      ? undefined
      : this.files().find(({ application, file }) => placeOf(application, file) === this.#last);
  }

  /** The files that have been read so far. */
  files(): FileRead[] {
    return [...this.#files.values()].map(({ application, file, bytes }) => ({
      ...(application ? { application } : {}),
      file,
      bytes,
    }));
  }

  #meaning(command: Command, before: Reading | undefined): string {
    switch (command.ins) {
      case 0xa4:
        return this.#select(command);
      case 0xb0:
        return this.#readBinary(command);
      case 0xb2:
        return `record ${command.p1}${command.p2 >> 3 ? ` of ${efName(command.p2 >> 3)}` : ''}`;
      case 0xc0:
        this.#reading = before;
        return 'the rest of the answer';
      case 0x20:
        return `${this.#keyName(command.p2)}${command.data.length === 0 ? ': how many tries are left?' : ''}`;
      case 0x24:
      case 0x32:
      case 0x2a:
      case 0x88:
        return this.#keyName(command.p2);
      case 0xca: {
        const object = (command.p1 << 8) | command.p2;
        return DATA_OBJECTS[object] ?? `object ${object.toString(16).toUpperCase().padStart(4, '0')}`;
      }
      default:
        return '';
    }
  }

  #select(command: Command): string {
    if (command.p1 === 0x04) {
      const aid = Buffer.from(command.data).toString('hex').toUpperCase();
      this.#application = AIDS[aid];
      this.#file = undefined;
      if (this.#application) return APPLICATIONS[this.#application].name;
      if (WRONG_AIDS.has(aid)) return `AID ${aid}: passed around as one of the card, but no card answers it`;
      return aid === '' ? 'the issuer security domain' : `AID ${aid}`;
    }
    if ((command.p1 === 0x02 || command.p1 === 0x00) && command.data.length === 2) {
      this.#file = ((command.data[0] as number) << 8) | (command.data[1] as number);
      return this.#fileName(this.#application, this.#file);
    }
    return '';
  }

  #readBinary(command: Command): string {
    const bySfi = (command.p1 & 0x80) !== 0;
    if (bySfi) this.#file = command.p1 & 0x1f;
    const offset = bySfi ? command.p2 : (command.p1 << 8) | command.p2;
    this.#reading = { application: this.#application, file: this.#file, offset };
    return `${this.#fileName(this.#application, this.#file)}${offset > 0 ? `, from byte ${offset}` : ''}`;
  }

  #fileName(application: CardApplication | undefined, file: number | undefined): string {
    if (file === undefined) return 'the current file';
    const known = application && (APPLICATIONS[application].files[file] ?? APPLICATIONS[application].keys[file]);
    return known ? `${efName(file)}, ${known}` : efName(file);
  }

  #keyName(p2: number): string {
    const key = p2 & 0x1f;
    if (p2 === 0x80)
      return this.#file === undefined ? 'the selected key' : this.#fileName(this.#application, this.#file);
    const known = this.#application && APPLICATIONS[this.#application].keys[key];
    if (p2 === 0x00) return 'the default key of the application';
    return known ?? `key ${key.toString(16).toUpperCase().padStart(2, '0')}`;
  }

  #masked(data: Uint8Array, reading: Reading | undefined): Uint8Array {
    if (reading && isMyNumberFile(reading.application, reading.file)) return maskWhole(data);
    const known = reading ? reading.application !== undefined && reading.file !== undefined : this.#askedOtherwise;
    return maskBytes(data, known ? undefined : UNKNOWN_FILE_DIGITS);
  }

  #keep(reading: Reading, data: Uint8Array): void {
    if (reading.file === undefined) return;
    const place = placeOf(reading.application, reading.file);
    this.#last = place;
    const known = this.#files.get(place);
    if (!known && this.#files.size >= MAX_FILES) return;
    const before = known?.bytes ?? new Uint8Array(0);
    // Only what continues from the beginning can be decoded.
    if (reading.offset > before.length || reading.offset + data.length > MAX_FILE) return;
    const end = reading.offset + data.length;
    const bytes = end <= before.length ? before : new Uint8Array(end);
    if (bytes !== before) bytes.set(before);
    bytes.set(data, reading.offset);
    this.#files.set(place, { application: reading.application, file: reading.file, bytes });
  }
}

const placeOf = (application: CardApplication | undefined, file: number) => `${application ?? '?'}/${file}`;

/** Whether a file is the My Number, as text or as an image. */
export function isMyNumberFile(application: CardApplication | undefined, file: number | undefined): boolean {
  return (application === 'text' && file === 1) || (application === 'surface' && file === 5);
}

/** One line for a described message. */
export const line = (sign: '>' | '<', { name, meaning, shown }: Described, most?: number): string =>
  `${sign} ${name}${meaning === '' ? '' : `: ${meaning}`}\n    ${hex(shown, most)}`;
