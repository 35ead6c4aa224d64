const utf8 = new TextEncoder();

/** A buffer that grows by doubling; everything is written straight into it. */
export class Writer {
  private buffer: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private length = 0;

  constructor(capacity = 512) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  private reserve(more: number): number {
    const start = this.length;
    const needed = start + more;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
      grown.set(this.buffer.subarray(0, start));
      this.buffer = grown;
      this.view = new DataView(grown.buffer);
    }
    return start;
  }

  /** The head of an item in its shortest form (RFC 8949 §3). `major` is the major type, already shifted by five bits. */
  head(major: number, argument: number): void {
    const at = this.reserve(9);
    const buffer = this.buffer;
    if (argument < 24) {
      buffer[at] = major | argument;
      this.length = at + 1;
    } else if (argument < 0x100) {
      buffer[at] = major | 24;
      buffer[at + 1] = argument;
      this.length = at + 2;
    } else if (argument < 0x1_0000) {
      buffer[at] = major | 25;
      this.view.setUint16(at + 1, argument);
      this.length = at + 3;
    } else if (argument < 0x1_0000_0000) {
      buffer[at] = major | 26;
      this.view.setUint32(at + 1, argument);
      this.length = at + 5;
    } else {
      buffer[at] = major | 27;
      this.view.setBigUint64(at + 1, BigInt(argument));
      this.length = at + 9;
    }
  }

  /** A head whose argument needs more than 53 bits. */
  bigHead(major: number, argument: bigint): void {
    const at = this.reserve(9);
    this.buffer[at] = major | 27;
    this.view.setBigUint64(at + 1, argument);
    this.length = at + 9;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.buffer[at] = value;
    this.length = at + 1;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.buffer.set(bytes, at);
    this.length = at + bytes.length;
  }

  /** A text string with its head. The caller has made sure that it is well-formed Unicode. */
  text(text: string): void {
    const units = text.length;
    if (units < 24) {
      // Names of elements are short and ASCII: their length is known before they are written.
      const at = this.reserve(units + 1);
      const buffer = this.buffer;
      let index = 0;
      for (; index < units; index++) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7f) break;
        buffer[at + 1 + index] = unit;
      }
      if (index === units) {
        buffer[at] = 0x60 | units;
        this.length = at + 1 + units;
        return;
      }
    }
    const bytes = utf8.encode(text);
    this.head(0x60, bytes.length);
    this.raw(bytes);
  }

  /** The shortest of the three forms that keeps the value (RFC 8949 §4.2.1); there is one NaN. */
  float(value: number): void {
    const at = this.reserve(9);
    const half = toHalf(value);
    if (half !== undefined) {
      this.buffer[at] = 0xf9;
      this.view.setUint16(at + 1, half);
      this.length = at + 3;
    } else if (Math.fround(value) === value) {
      this.buffer[at] = 0xfa;
      this.view.setFloat32(at + 1, value);
      this.length = at + 5;
    } else {
      this.buffer[at] = 0xfb;
      this.view.setFloat64(at + 1, value);
      this.length = at + 9;
    }
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** The half-precision form, where it is exact. */
function toHalf(value: number): number | undefined {
  if (Number.isNaN(value)) return 0x7e00;
  if (Math.fround(value) !== value) return undefined;
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7f_ffff;
  if (exponent === 0xff) return sign | 0x7c00;
  if (exponent === 0 && fraction === 0) return sign;
  const unbiased = exponent - 127;
  if (unbiased >= -14 && unbiased <= 15) {
    return (fraction & 0x1fff) === 0 ? sign | ((unbiased + 15) << 10) | (fraction >>> 13) : undefined;
  }
  if (unbiased >= -24 && unbiased < -14) {
    const shift = -1 - unbiased;
    const whole = fraction | 0x80_0000;
    return (whole & ((1 << shift) - 1)) === 0 ? sign | (whole >>> shift) : undefined;
  }
  return undefined;
}
