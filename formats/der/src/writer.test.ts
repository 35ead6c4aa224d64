import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DerError, DerReader, der, tag } from './index.ts';

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

describe('the writer', () => {
  it('encodes the arc 2.999 as 88 37', () => assert.equal(hex(der.oid('2.999.8.5')), '060488370805'));
  it('refuses what is not an object identifier', () => {
    for (const text of ['', '1', '3.1', '1.40', '1.02', '1.2.', 'a.b']) assert.throws(() => der.oid(text), DerError);
  });
  it('cuts the trailing zeros of named bits', () => {
    assert.equal(hex(der.namedBits([5, 6])), '03020106');
    assert.equal(hex(der.namedBits([0, 1])), '030206c0');
    assert.equal(hex(der.namedBits([])), '030100');
  });
  it('puts a zero before an unsigned number with the top bit set', () => {
    assert.equal(hex(der.integer(Uint8Array.of(0, 0, 0x80))), '02020080');
    assert.equal(hex(der.integer(new Uint8Array())), '020100');
  });
  it('sorts a SET OF', () => assert.equal(hex(der.setOf(der.integer(2), der.integer(1))), '3106020101020102'));
  it('switches from UTCTime to GeneralizedTime in 2050', () => {
    assert.equal(der.time(new Date('2049-12-31T23:59:59Z'))[0], tag.utcTime);
    assert.equal(der.time(new Date('2050-01-01T00:00:00Z'))[0], tag.generalizedTime);
    assert.throws(() => der.utcTime(new Date('2050-01-01T00:00:00Z')), DerError);
  });
  it('replaces a tag and keeps the form of the element', () => {
    assert.equal(hex(der.implicit(0, der.setOf(der.null()))), 'a0020500');
    assert.equal(hex(der.implicit(1, der.octetString(Uint8Array.of(1)))), '810101');
    assert.equal(hex(der.implicit(0, der.octetString(new Uint8Array(200))).subarray(0, 3)), '8081c8');
  });
  it('refuses text outside the alphabet of the type', () => {
    assert.throws(() => der.printable('見本'), DerError);
    assert.throws(() => der.ia5('é'), DerError);
  });
  it('writes every integer so that the reader gives it back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }), (value) => {
        assert.equal(DerReader.over(der.integer(value)).integer(), value);
      }),
    );
  });
  it('writes every object identifier so that the reader gives it back', () => {
    const arcs = fc.array(fc.bigInt({ min: 0n, max: 1n << 64n }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.nat(2), fc.nat(39), arcs, (top, second, rest) => {
        const dotted = [top, second, ...rest].join('.');
        assert.equal(DerReader.over(der.oid(dotted)).oid(), dotted);
      }),
    );
  });
  it('writes content of every length so that the reader gives it back', () => {
    for (const size of [0, 127, 128, 255, 256, 65535, 65536]) {
      assert.equal(DerReader.over(der.octetString(new Uint8Array(size))).octetString().length, size);
    }
  });
});
