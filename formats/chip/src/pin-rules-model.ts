// What a card of chip-for-tests.ts must answer as far as secrets go, written from card.md §§2, 3, 5 and 12 without the chip's code. The model reads
// each command itself, foretells what it can, and checks the rest against what has been verified.
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ascii, hexOf, long } from './chip-for-tests.ts';

interface Parsed {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Buffer;
  readonly le: number | undefined;
  readonly extended: boolean;
}

type Kind = 'binary' | 'records' | 'secret' | 'key' | 'opaque';
/** `refusal`: any status word but 9000; `open`: this is checked elsewhere. */
type Expected = number | 'refusal' | 'open';

interface Row {
  readonly kind: Kind;
  readonly needs?: readonly number[] | 'never';
  readonly tries?: number;
  readonly change?: RegExp;
  readonly size?: number;
}

const PIN = /^(3[0-9]){4}$/;
const PASSWORD = /^(3[0-9]|4[1-9a-f]|5[0-9a]){6,16}$/;

/** Application by application: AID, and what each EF is. */
const TABLE: Readonly<Record<string, readonly [aid: string, files: Readonly<Record<number, Row>>]>> = {
  jpki: [
    'd392f000260100000001',
    {
      1: { kind: 'binary', needs: [0x1b], size: 600 },
      8: { kind: 'binary', size: 3 },
      9: { kind: 'binary', needs: 'never' },
      22: { kind: 'opaque' },
      23: { kind: 'key', needs: [0x18] },
      24: { kind: 'secret', tries: 3, change: PIN },
      26: { kind: 'key', needs: [0x1b] },
      27: { kind: 'secret', tries: 5, change: PASSWORD },
    },
  ],
  text: [
    'd3921000310001010408',
    {
      1: { kind: 'binary', needs: [0x11, 0x14], size: 600 },
      4: { kind: 'binary', size: 600 },
      8: { kind: 'binary', size: 3 },
      17: { kind: 'secret', tries: 3, change: PIN },
      18: { kind: 'secret', tries: 0 },
      19: { kind: 'key' },
      20: { kind: 'secret', tries: 10 },
      29: { kind: 'secret' },
    },
  ],
  surface: ['d3921000310001010402', { 4: { kind: 'binary', size: 600 }, 19: { kind: 'secret', tries: 10 } }],
  common: [
    'd3921000310001010100',
    {
      1: { kind: 'records' },
      2: { kind: 'records' },
      3: { kind: 'records', needs: [0x1c] },
      25: { kind: 'key' },
      28: { kind: 'secret', tries: 3, change: PIN },
    },
  ],
  resident: ['d3921000310001010401', { 28: { kind: 'secret', tries: 3, change: PIN } }],
  isd: ['a0000001510000', {}],
};

const STATUS = new Set([
  0x9000, 0x6300, 0x6700, 0x66f1, 0x6881, 0x6882, 0x6981, 0x6982, 0x6984, 0x6985, 0x6986, 0x6987, 0x6988, 0x69fc,
  0x6a80, 0x6a82, 0x6a83, 0x6a86, 0x6a88, 0x6b00, 0x6d00, 0x6e00, 0x6f00,
]);

/** The seed that the tests hand over with SET SESSION KEY. */
export const SEED = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex');

/** The other reading of the rules. */
export class PinRulesModel {
  application: string | undefined;
  file: number | undefined;
  readonly verified = new Set<number>();
  readonly tries = new Map<string, number>();
  readonly values = new Map<string, string>([
    ['jpki/18', ascii('1234')],
    ['jpki/1b', ascii('TEGATA1')],
    ['text/11', ascii('5678')],
    ['text/12', ''],
    ['text/14', ascii('900000000010')],
    ['text/1d', ascii('free')],
    ['surface/13', ascii('900000000010')],
    ['common/1c', ascii('4321')],
    ['resident/1c', ascii('8765')],
  ]);
  /** The number of the next command of secure messaging. */
  n: number | undefined;

  reset(): void {
    this.#leave(undefined);
  }

  /** Attempts left by the rules; `undefined` where there is no limit. */
  left(application: string, id: number): number | undefined {
    const full = TABLE[application]?.[1][id]?.tries;
    return full === undefined ? undefined : (this.tries.get(name(application, id)) ?? full);
  }

  /** Checks an answer and follows what it changed. */
  observe(command: Uint8Array, response: Uint8Array): number {
    assert.ok(response.length >= 2, 'an answer has at least two bytes');
    const sw = (response.at(-2)! << 8) | response.at(-1)!;
    assert.ok(STATUS.has(sw) || sw >> 4 === 0x63c || sw >> 8 === 0x6c, `status word ${sw.toString(16)}`);
    const data = response.subarray(0, -2);
    // Only a seed that is not below the modulus is an internal error.
    if (sw === 0x6f00) assert.equal(command[1], 0xae);
    if (sw !== 0x9000) assert.equal(data.length, 0, 'only 9000 comes with data');
    const parsed = parse(command);
    const expected = parsed ? this.#expected(parsed, sw, data) : 0x6700;
    if (expected === 'refusal') assert.notEqual(sw, 0x9000, 'no other command succeeds');
    else if (expected !== 'open') assert.equal(sw.toString(16), expected.toString(16));
    return sw;
  }

  // The status word that must come; `open` where card.md leaves it to data that the model does not look at.
  #expected(command: Parsed, sw: number, data: Uint8Array): Expected {
    const { cla, ins } = command;
    if (cla === 0x08 && [0x20, 0xa4, 0xb0].includes(ins)) return this.#secure(command, sw, data);
    if (cla !== 0x00 && cla !== 0x80) return 'refusal';
    switch (cla === 0x80 ? ins | 0x100 : ins) {
      case 0xa4:
        return this.#select(command, sw);
      case 0x20:
        return this.#verify(command);
      case 0x24:
        return this.#change(command, ['jpki', 'text'], 0x01);
      case 0x132:
        return this.#change(command, ['common', 'resident'], 0x00);
      case 0xb0:
        return this.#read(command, data);
      case 0xb2:
        return this.#record(command);
      case 0x88:
      case 0x12a:
        return this.#sign(command, sw, data);
      case 0x1ae:
        if (this.application !== 'text' || !this.verified.has(0x11)) return 'refusal';
        if (sw === 0x9000) this.n = 1;
        return 'open';
      case 0xca:
        return this.application === undefined || this.application === 'isd' ? 'open' : 'refusal';
      case 0x84:
        if (sw === 0x9000) assert.equal(data.length, command.le);
        return 'open';
      default:
        return 'refusal';
    }
  }

  #leave(application: string | undefined): void {
    this.application = application;
    this.file = undefined;
    this.verified.clear();
    this.n = undefined;
  }

  #row(id: number | undefined): Row | undefined {
    return id === undefined || this.application === undefined ? undefined : TABLE[this.application]?.[1][id];
  }

  #select({ p1, p2, data, extended }: Parsed, sw: number): Expected {
    if (extended) return 0x6700;
    if (p1 === 0x04 && p2 === 0x0c) {
      if (data.length < 1 || data.length > 16) return 0x6700;
      const found = Object.keys(TABLE).find((key) => TABLE[key]![0].startsWith(data.toString('hex')));
      if (!found) return 0x6a82;
      this.#leave(found);
      return 0x9000;
    }
    if (p1 === 0x02 && p2 === 0x0c) {
      if (data.length !== 2) return 0x6700;
      const id = data.readUInt16BE();
      if (!this.#row(id)) return 0x6a82;
      this.file = id;
      return 0x9000;
    }
    const nothing = p1 === 0 && p2 === 0 && data.length === 0 && this.application !== undefined;
    return sw === 0x9000 && nothing ? 'open' : 'refusal';
  }

  /** The EF that P2 of VERIFY, CHANGE and signing means, or the status word. */
  #referenced(p2: number): number | { id: number; row: Row } {
    if (p2 < 0x80 || p2 > 0x9f) return 0x6a86;
    const id = p2 === 0x80 ? this.file : p2 - 0x80;
    if (id === undefined) return 0x6986;
    const row = this.#row(id);
    if (!row) return 0x6a88;
    this.file = id;
    return { id, row };
  }

  #verify({ p1, p2, data, le, extended }: Parsed): number {
    if (extended || le !== undefined || data.length > 16) return 0x6700;
    if (p1 !== 0) return 0x6a86;
    const found = this.#referenced(p2);
    if (typeof found === 'number') return found;
    const { id, row } = found;
    if (row.kind !== 'secret') return 0x6981;
    const key = name(this.application!, id);
    const left = this.left(this.application!, id);
    if (data.length === 0) return left === undefined ? 0x6300 : 0x63c0 + left;
    this.verified.delete(id);
    const right = data.toString('hex') === this.values.get(key);
    if (left === undefined) {
      if (!right) return 0x6300;
    } else {
      if (left === 0) return 0x6984;
      this.tries.set(key, right ? row.tries! : left - 1);
      if (!right) return 0x63c0 + left - 1;
    }
    this.verified.add(id);
    return 0x9000;
  }

  #change({ p1, p2, data, le, extended }: Parsed, where: readonly string[], expected: number): number {
    if (this.application === undefined || !where.includes(this.application)) return 0x6d00;
    if (extended || le !== undefined) return 0x6700;
    if (p1 !== expected || p2 !== 0x80) return 0x6a86;
    if (this.file === undefined) return 0x6986;
    const row = this.#row(this.file)!;
    if (row.kind !== 'secret') return 0x6981;
    if (!row.change) return 0x6985;
    if (this.left(this.application, this.file) === 0) return 0x6984;
    if (!this.verified.has(this.file)) return 0x6982;
    const length = row.change === PIN ? data.length === 4 : data.length >= 6 && data.length <= 16;
    if (!length) return 0x6700;
    if (!row.change.test(data.toString('hex'))) return 0x6a80;
    this.values.set(name(this.application, this.file), data.toString('hex'));
    return 0x9000;
  }

  #open(row: Row): boolean {
    return row.needs !== 'never' && (row.needs === undefined || row.needs.some((id) => this.verified.has(id)));
  }

  #read({ p1, p2, data, le, extended }: Parsed, content: Uint8Array | undefined): Expected {
    if (extended || le === undefined || data.length > 0) return 0x6700;
    const bySfi = p1 >= 0x80;
    if (bySfi && (p1 < 0x81 || p1 > 0x9e)) return 0x6a86;
    const id = bySfi ? p1 - 0x80 : this.file;
    const offset = bySfi ? p2 : p1 * 256 + p2;
    const row = this.#row(id);
    if (id === undefined) return 0x6986;
    if (!row) return 0x6a82;
    this.file = id;
    if (row.kind !== 'binary') return 0x6981;
    if (!this.#open(row)) return 0x6982;
    const size = row.size!;
    if (offset >= size) return 0x6b00;
    if (content) assert.equal(content.length, Math.min(le, size - offset));
    if (content && size === 600) assert.equal(hexOf(content), hexOf(long.subarray(offset, offset + le)));
    return 0x9000;
  }

  #record({ p1, p2, data, le, extended }: Parsed): Expected {
    if (extended || le === undefined || data.length > 0) return 0x6700;
    const sfi = p2 >> 3;
    if (![4, 5].includes(p2 & 7) || sfi === 31) return 0x6a86;
    const id = sfi === 0 ? this.file : sfi;
    const row = this.#row(id);
    if (id === undefined) return 0x6986;
    if (!row) return 0x6a82;
    this.file = id;
    if (row.kind !== 'records') return 0x6981;
    if (!this.#open(row)) return 0x6982;
    return p1 === 0 ? 0x6a83 : 'open';
  }

  // What is refused before the key is looked up leaves the current EF alone: Le, form, P1.
  #sign({ ins, p1, p2, data, le, extended }: Parsed, sw: number, signature: Uint8Array): Expected {
    if (extended || le === undefined || (ins === 0x88 && data.length === 0)) return 0x6700;
    if (ins === 0x88 ? p1 !== 0 : p1 > 5) return 0x6a86;
    const found = ins === 0x2a && p2 === 0x00 ? this.#default() : this.#referenced(p2);
    if (typeof found === 'number') return found;
    const { id, row } = found;
    if (row.kind !== 'key') return 0x6981;
    if (!this.#open(row)) return 0x6982;
    if (ins === 0x88 && !(this.application === 'common' && id === 0x19)) return 0x6985;
    if (sw === 0x9000) assert.equal(signature.length, 256);
    else assert.ok(sw === 0x6985 || sw === 0x6c00);
    return 'open';
  }

  #default(): number | { id: number; row: Row } {
    return this.application === 'text' ? { id: 0x13, row: this.#row(0x13)! } : 0x6a88;
  }

  #secure(command: Parsed, sw: number, content: Uint8Array): Expected {
    const { n } = this;
    if (n === undefined) return command.ins === 0xa4 ? 0x6882 : 0x69fc;
    if (command.data.length === 0) return 0x6987;
    const reading = command.ins === 0xb0;
    const value = onlyValue(command.data, reading ? 0x96 : 0x86);
    const length = reading && value?.length === 3 && value[0] === 0 ? value.readUInt16BE(1) || 65_536 : undefined;
    const plain = reading ? Buffer.alloc(0) : unpad(value && decrypt(n, value));
    if (!plain || (reading && length === undefined)) {
      this.n = undefined;
      return 0x6988;
    }
    this.n = n + 1;
    const inner: Parsed = { ...command, extended: false, le: length, data: plain };
    if (command.ins === 0x20) return this.#verify(inner);
    if (command.ins === 0xa4) return this.#select(inner, sw);
    const object = sw === 0x9000 ? onlyValue(Buffer.from(content), 0x86) : undefined;
    const expected = this.#read(inner, object && unpad(decrypt(n, object)));
    // What was read may be longer, encrypted, than the Le of the command lets through.
    return expected === 0x9000 && sw === 0x6700 ? 'open' : expected;
  }
}

function name(application: string, id: number): string {
  return `${application}/${id.toString(16)}`;
}

function parse(command: Uint8Array): Parsed | undefined {
  const bytes = Buffer.from(command);
  if (bytes.length < 4) return undefined;
  const [cla, ins, p1, p2] = bytes as unknown as [number, number, number, number];
  const made = (data: Buffer, le: number | undefined, extended: boolean) => ({ cla, ins, p1, p2, data, le, extended });
  const none = Buffer.alloc(0);
  const body = bytes.subarray(4);
  if (body.length === 0) return made(none, undefined, false);
  if (body.length === 1) return made(none, body[0] || 256, false);
  const extended = body[0] === 0;
  const start = extended ? 3 : 1;
  const tail = extended ? 2 : 1;
  if (extended && body.length === 3) return made(none, body.readUInt16BE(1) || 65_536, true);
  if (body.length < start + 1) return undefined;
  const lc = extended ? body.readUInt16BE(1) : body[0]!;
  const rest = body.subarray(start);
  if (lc === 0 || rest.length < lc) return undefined;
  if (rest.length === lc) return made(rest, undefined, extended);
  if (rest.length !== lc + tail) return undefined;
  const le = extended ? rest.readUInt16BE(lc) || 65_536 : rest[lc] || 256;
  return made(rest.subarray(0, lc), le, extended);
}

const block = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
const zero = Buffer.alloc(16);
const aes = SEED.subarray(0, 16);
const ivOf = (n: number) => createCipheriv('aes-128-cbc', aes, zero).setAutoPadding(false).update(block(n));

/** `86 <len> 01 ‖ ciphertext` for command number `n`, in hexadecimal. */
export function sealFor(n: number, plain: Uint8Array): string {
  const filler = Buffer.alloc(16 - (plain.length % 16));
  filler[0] = 0x80;
  const cipher = createCipheriv('aes-128-cbc', aes, ivOf(n)).setAutoPadding(false);
  const ct = cipher.update(Buffer.concat([plain, filler])).toString('hex');
  return `86${(1 + ct.length / 2).toString(16).padStart(2, '0')}01${ct}`;
}

function decrypt(n: number, value: Buffer): Buffer | undefined {
  if (value[0] !== 0x01 || value.length < 17 || value.length % 16 !== 1) return undefined;
  return createDecipheriv('aes-128-cbc', aes, ivOf(n)).setAutoPadding(false).update(value.subarray(1));
}

function unpad(plain: Buffer | undefined): Buffer | undefined {
  const match = plain && /^((?:..)*)80(?:00)*$/.exec(plain.toString('hex'));
  return match ? Buffer.from(match[1]!, 'hex') : undefined;
}

function onlyValue(object: Buffer, tag: number): Buffer | undefined {
  if (object[0] !== tag || object.length < 2) return undefined;
  const forms: Record<number, number> = { 129: 1, 130: 2 };
  const extra = object[1]! < 0x80 ? 0 : forms[object[1]!];
  if (extra === undefined || object.length < 2 + extra) return undefined;
  const length = extra === 0 ? object[1]! : object.readUIntBE(2, extra);
  return object.length === 2 + extra + length ? object.subarray(2 + extra) : undefined;
}
