/**
 * Well-formed CBOR of any shape for property tests: heads of any size, indefinite lengths, embedded items, floats with any bits.
 * @module
 */
import fc from 'fast-check';

/** A head of the major type, written with so many bytes more than need be. */
function head(major: number, argument: bigint, longer: number): number[] {
  const sizes = [24n, 0x100n, 0x1_0000n, 0x1_0000_0000n, 1n << 64n];
  const least = sizes.findIndex((end) => argument < end);
  const size = Math.min(4, least + longer);
  if (size === 0) return [(major << 5) | Number(argument)];
  const bytes = 1 << (size - 1);
  const out = [(major << 5) | (23 + size)];
  for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push(Number((argument >> BigInt(shift)) & 0xffn));
  return out;
}

const longer = fc.constantFrom(0, 0, 0, 1, 2, 4);
const argument = fc.oneof(fc.bigInt({ min: 0n, max: 30n }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
const content = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.uint8Array({ minLength: 250, maxLength: 260 }));
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((value) => new TextEncoder().encode(value));

const integer = fc
  .tuple(fc.constantFrom(0, 1), argument, longer)
  .map(([major, value, more]) => head(major, value, more));
const definite = (major: 2 | 3) =>
  fc
    .tuple(major === 2 ? content : text, longer)
    .map(([bytes, more]) => [...head(major, BigInt(bytes.length), more), ...bytes]);
const chunked = (major: 2 | 3) =>
  fc.array(definite(major), { maxLength: 3 }).map((chunks) => [(major << 5) | 31, ...chunks.flat(), 0xff]);
const simple: fc.Arbitrary<number[]> = fc.oneof(
  fc.constantFrom<number[]>([0xf4], [0xf5], [0xf6], [0xf7], [0xe0], [0xf0], [0xf3]),
  fc.integer({ min: 32, max: 255 }).map((value) => [0xf8, value]),
  fc
    .tuple(fc.constantFrom(2, 4, 8), fc.uint8Array({ minLength: 8, maxLength: 8 }))
    .map(([size, bits]) => [0xf9 + Math.log2(size) - 1, ...bits.subarray(0, size)]),
  fc.constantFrom<number[]>([0xf9, 0x7e, 0], [0xf9, 0x7c, 0], [0xfa, 0x7f, 0x80, 0, 0], [0xf9, 0x80, 0]),
);

/** Any item. Maps may hold a key twice, and keys of any kind. */
export const { anyItem } = fc.letrec<{ anyItem: number[] }>((tie) => {
  const items = fc.array(tie('anyItem'), { maxLength: 4 });
  const container = (major: 4 | 5) =>
    fc.tuple(items, longer, fc.boolean()).map(([all, more, open]) => {
      const used = major === 5 ? all.slice(0, all.length - (all.length % 2)) : all;
      const count = BigInt(major === 5 ? used.length / 2 : used.length);
      return open ? [(major << 5) | 31, ...used.flat(), 0xff] : [...head(major, count, more), ...used.flat()];
    });
  const tag = fc
    .tuple(
      argument.filter((number) => ![0n, 2n, 3n, 24n, 1004n].includes(number)),
      longer,
      tie('anyItem'),
    )
    .map(([number, more, inner]) => [...head(6, number, more), ...inner]);
  const special = fc.oneof(
    fc
      .tuple(fc.constantFrom(2n, 3n), longer, content)
      .map(([number, more, bytes]) => [...head(6, number, more), ...head(2, BigInt(bytes.length), 0), ...bytes]),
    fc
      .tuple(longer, longer, tie('anyItem'))
      .map(([outer, more, inner]) => [...head(6, 24n, outer), ...head(2, BigInt(inner.length), more), ...inner]),
  );
  const leaf = fc.oneof(integer, definite(2), definite(3), chunked(2), chunked(3), simple);
  return {
    anyItem: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, container(4), container(5), tag, special),
  };
});
