import { type CborLimits, INDEFINITE, MAJOR, Reader } from './reader.ts';

/**
 * Where in the structure an offset lies, e.g. `.documents[0].issuerSigned`, embedded CBOR included; empty for the outermost item. Keys that do not look like
 * names are not repeated: `{…}` stands for them, and `{7}` for the key 7.
 */
export function cborPath(bytes: Uint8Array, offset: number, limits: CborLimits = {}): string {
  const walk = new Walk(
    new Reader(bytes, { maxBytes: bytes.length, maxDepth: limits.maxDepth, maxItems: limits.maxItems }),
    offset,
  );
  try {
    walk.item(0);
  } catch {
    // The walk ends where the reading has ended, or where it was going to: the steps up to there stand.
  }
  return walk.steps.join('');
}

const NAME = /^[A-Za-z_][\w.:-]{0,79}$/;

class Arrived extends Error {}

class Walk {
  readonly steps: string[] = [];
  private readonly reader: Reader;
  private readonly offset: number;

  constructor(reader: Reader, offset: number) {
    this.reader = reader;
    this.offset = offset;
  }

  item(depth: number): void {
    const { reader } = this;
    reader.head();
    if (reader.position > this.offset) throw new Arrived();
    switch (reader.major) {
      case MAJOR.bytes:
      case MAJOR.text:
        this.string();
        break;
      case MAJOR.array:
        reader.deeper(depth + 1);
        this.each((index) => this.step(`[${index}]`, depth));
        break;
      case MAJOR.map:
        reader.deeper(depth + 1);
        this.each(() => this.step(this.key(), depth));
        break;
      case MAJOR.tag:
        reader.deeper(depth + 1);
        if (reader.argument === 24) this.embedded(depth + 1);
        else this.item(depth + 1);
        break;
      default:
    }
  }

  /** Goes on inside of embedded CBOR when the offset lies there. */
  private embedded(depth: number): void {
    const { reader } = this;
    const before = reader.position;
    reader.head();
    if (reader.major !== MAJOR.bytes || reader.info === INDEFINITE) {
      reader.position = before;
      this.item(depth);
      return;
    }
    const from = reader.position;
    const to = reader.skipString();
    if (this.offset < from || this.offset >= to) return;
    reader.position = from;
    reader.limit = to;
    this.item(depth);
    throw new Arrived();
  }

  private each(one: (index: number) => void): void {
    const { reader } = this;
    const indefinite = reader.info === INDEFINITE;
    const count = indefinite ? Number.POSITIVE_INFINITY : reader.count();
    for (let index = 0; index < count; index++) {
      if (indefinite && reader.takeBreak()) return;
      one(index);
    }
  }

  private step(step: string, depth: number): void {
    this.steps.push(step);
    if (this.reader.position <= this.offset) this.item(depth + 1);
    if (this.reader.position > this.offset) throw new Arrived();
    this.steps.pop();
  }

  private key(): string {
    const { reader } = this;
    reader.head();
    switch (reader.major) {
      case MAJOR.unsigned:
        return `{${reader.argument}}`;
      case MAJOR.negative:
        return `{${-1n - BigInt(reader.argument)}}`;
      case MAJOR.text: {
        if (reader.info === INDEFINITE) break;
        const name = reader.name();
        return NAME.test(name) ? `.${name}` : '{…}';
      }
      case MAJOR.bytes:
        break;
      default:
        return '{…}';
    }
    this.string();
    return '{…}';
  }

  private string(): void {
    const { reader } = this;
    if (reader.info === INDEFINITE) reader.chunks(() => reader.content());
    else reader.content();
  }
}
