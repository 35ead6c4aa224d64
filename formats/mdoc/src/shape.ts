import { CborError, type CborKey, type CborValue, type DecodeOptions, decode, Encoded } from '@tegata/cbor';
import { MdocError, type MdocErrorCode } from './error.ts';

/** What can be wrong with a member; these codes appear in errors and reports. */
export type ShapeRule =
  | 'member-missing'
  | 'member-type'
  | 'member-empty'
  | 'digest-id-range'
  | 'key-authorizations-overlap'
  | 'message-empty'
  | 'too-many'
  | 'too-large'
  | 'member-value';

/**
 * Reads the members of a decoded structure against its CDDL. Every mistake becomes an MdocError of one code, with the path to
 * the member in its context.
 */
export class Shape {
  private readonly code: MdocErrorCode;
  private readonly step: CborKey;
  private readonly value: CborValue;
  private readonly parent: Shape | undefined;
  private readonly options: DecodeOptions | undefined;

  /**
   * @param step what this is called: the structure's name, or the key or index under which it stands in `parent`
   * @param options for embedded CBOR that is decoded on the way
   */
  constructor(code: MdocErrorCode, step: CborKey, value: CborValue, parent?: Shape, options = parent?.options) {
    this.code = code;
    this.step = step;
    this.value = value;
    this.parent = parent;
    this.options = options;
  }

  /** Decodes a structure of that name. @throws {MdocError} of this code */
  static of(code: MdocErrorCode, name: string, bytes: Uint8Array, options?: DecodeOptions): Shape {
    return new Shape(code, name, decodeFor(code, name, bytes, options), undefined, options);
  }

  /** Put together only when there is something to complain about. */
  private get path(): string {
    return this.parent ? `${this.parent.path}.${String(this.step)}` : String(this.step);
  }

  fail(rule: ShapeRule, why: string): never {
    throw new MdocError(this.code, `${this.path} is not as its definition says: ${why}.`, { path: this.path, rule });
  }

  private at(key: CborKey | number, value: CborValue): Shape {
    return new Shape(this.code, key, value, this);
  }

  map(): Map<CborKey, CborValue> {
    return this.value instanceof Map ? this.value : this.fail('member-type', 'a map is expected');
  }

  /** A member of the map that must be there. */
  get(key: CborKey): Shape {
    const map = this.map();
    if (!map.has(key)) this.at(key, undefined).fail('member-missing', 'the member is missing');
    return this.at(key, map.get(key));
  }

  optional(key: CborKey): Shape | undefined {
    const map = this.map();
    return map.has(key) ? this.at(key, map.get(key)) : undefined;
  }

  /** Name and value of each entry of a map with text keys; an empty map only where `mayBeEmpty`. */
  textEntries(mayBeEmpty = false): [string, Shape][] {
    const entries: [string, Shape][] = [];
    for (const [key, value] of this.map()) {
      if (typeof key !== 'string') this.fail('member-type', 'its keys are text');
      entries.push([key as string, this.at(key, value)]);
    }
    if (entries.length === 0 && !mayBeEmpty) this.fail('member-empty', 'one entry at least is expected');
    return entries;
  }

  array(mayBeEmpty = false): Shape[] {
    if (!Array.isArray(this.value)) return this.fail('member-type', 'an array is expected');
    if (this.value.length === 0 && !mayBeEmpty) this.fail('member-empty', 'one item at least is expected');
    return (this.value as CborValue[]).map((item, index) => this.at(index, item));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.fail('member-type', 'text is expected');
  }

  bytes(): Uint8Array {
    return this.value instanceof Uint8Array ? this.value : this.fail('member-type', 'a byte string is expected');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('member-type', 'true or false is expected');
  }

  unsigned(): number {
    const { value } = this;
    return typeof value === 'number' && value >= 0
      ? value
      : this.fail('member-type', 'an unsigned integer is expected');
  }

  is<T>(type: abstract new (...args: never[]) => T, name: string): T {
    return this.value instanceof type ? this.value : this.fail('member-type', `${name} is expected`);
  }

  encoded(): Encoded {
    // The constructor is private, so that received bytes and content cannot be paired wrongly.
    return this.value instanceof Encoded ? this.value : this.fail('member-type', 'embedded CBOR (tag 24) is expected');
  }

  /** The content of embedded CBOR, decoded. */
  inside(): Shape {
    const value = decodeFor(this.code, () => this.path, this.encoded().content, this.options);
    return new Shape(this.code, this.step, value, this.parent, this.options);
  }

  raw(): CborValue {
    return this.value;
  }
}

/** Decodes and turns a CborError into the MdocError of what was read. */
export function decodeFor(
  code: MdocErrorCode,
  what: string | (() => string),
  bytes: Uint8Array,
  options?: DecodeOptions,
): CborValue {
  try {
    return decode(bytes, options);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    const name = typeof what === 'string' ? what : what();
    const { offset, path = '' } = error.context;
    const context: Record<string, string | number> = { rule: error.code, path: `${name}${path}` };
    if (offset !== undefined) context['offset'] = offset;
    throw new MdocError(code, `${name}: ${error.message}`, context, error);
  }
}
