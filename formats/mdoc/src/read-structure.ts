import { CborCursor, CborError, type CborKey, cborPath, type DecodeOptions } from '@tegata/cbor';
import { MdocError, type MdocErrorCode } from './error.ts';
import type { ShapeRule } from './shape.ts';

/** Something in a structure is not as its definition says; becomes an MdocError with the path to it. */
export class Fault extends Error {
  readonly rule: ShapeRule;
  readonly offset: number;
  readonly member: string;
  /** @param offset where the structure or the member begins @param member what is missing there, if that is the fault */
  constructor(rule: ShapeRule, offset: number, why: string, member = '') {
    super(why);
    this.rule = rule;
    this.offset = offset;
    this.member = member;
  }
}

/** A member that its definition requires is not there. */
export function missing(offset: number, member: string): never {
  throw new Fault('member-missing', offset, 'the member is missing', `.${member}`);
}

/** A map or an array that must hold something holds nothing. */
export function empty(offset: number): never {
  throw new Fault('member-empty', offset, 'one entry at least is expected');
}

/**
 * Reads one whole structure with a cursor. Every mistake becomes an MdocError of one code, with the rule, the offset and the path to the
 * member in its context; the path is looked for only then.
 * @param name what the structure is called in errors
 */
export function readStructure<T>(
  code: MdocErrorCode,
  name: string,
  bytes: Uint8Array,
  options: DecodeOptions | undefined,
  read: (cursor: CborCursor) => T,
): T {
  try {
    const cursor = new CborCursor(bytes, options);
    const value = read(cursor);
    cursor.end();
    return value;
  } catch (error) {
    if (error instanceof Fault) {
      const path = `${name}${cborPath(bytes, error.offset)}${error.member}`;
      const context = { path, rule: error.rule, offset: error.offset };
      throw new MdocError(code, `${path} is not as its definition says: ${error.message}.`, context);
    }
    if (!(error instanceof CborError)) throw error;
    const { offset } = error.context;
    const path = offset === undefined ? name : `${name}${cborPath(bytes, offset)}`;
    const rule = error.code === 'type-mismatch' ? 'member-type' : error.code;
    const context = { rule, path, ...(offset === undefined ? {} : { offset }) };
    throw new MdocError(code, `${path}: ${error.message}`, context, error);
  }
}

/** The key of the next entry of a map whose keys are text; undefined behind the last one. */
export function nextName(cursor: CborCursor): string | undefined {
  const at = cursor.position;
  const key: CborKey | undefined = cursor.nextKey();
  if (key === undefined || typeof key === 'string') return key;
  throw new Fault('member-type', at, 'its keys are text');
}
