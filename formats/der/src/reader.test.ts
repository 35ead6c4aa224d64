import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DerError, type DerErrorCode, DerReader, der, parseDer, tag } from './index.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const reader = (hex: string) => DerReader.over(bytes(hex));

function refuses(code: DerErrorCode, action: () => unknown, offset?: number) {
  assert.throws(action, (error) => {
    assert(error instanceof DerError);
    assert.equal(error.code, code);
    if (offset !== undefined) assert.equal(error.context.offset, offset);
    return true;
  });
}

describe('the frame of an element', () => {
  it('is refused when octets follow it', () => refuses('der-trailing-bytes', () => parseDer(bytes('0500 00')), 2));
  it('is refused when the input ends inside it', () => refuses('der-truncated', () => parseDer(bytes('3003 0201'))));
  it('is refused when it is longer than what holds it', () =>
    refuses('der-truncated', () => parseDer(bytes('3003 0202 01 05')), 2));
  it('is refused with an indefinite length', () =>
    refuses('der-length-indefinite', () => parseDer(bytes('3080 0500 0000'))));
  it('is refused with a long form of a short length', () =>
    refuses('der-length-not-minimal', () => parseDer(bytes('04 81 01 00'))));
  it('is refused with a leading zero in the length', () =>
    refuses('der-length-not-minimal', () => parseDer(bytes(`04 82 0080 ${'00'.repeat(128)}`))));
  it('is refused with a length of five octets', () =>
    refuses('der-too-large', () => parseDer(bytes('04 85 0100000000'))));
  it('is refused with the tag 0', () => refuses('der-tag-malformed', () => parseDer(bytes('0000'))));
  it('is refused as a constructed OCTET STRING', () =>
    refuses('der-tag-malformed', () => parseDer(bytes('2403 0401 00'))));
  it('is refused as a primitive SEQUENCE', () => refuses('der-tag-malformed', () => parseDer(bytes('1000'))));
  it('is refused with a small tag number in the long form', () =>
    refuses('der-tag-malformed', () => parseDer(bytes('9f 1e 00'))));
  it('is refused with a padded tag number', () => refuses('der-tag-malformed', () => parseDer(bytes('9f 80 1f 00'))));
  it('is read with a tag number above 30', () => {
    assert.equal(parseDer(bytes('bf 85 3e 02 05 00')).tag, tag.constructed(702));
  });
  it('is read with a length of 128 octets', () => {
    assert.equal(parseDer(bytes(`04 81 80 ${'00'.repeat(128)}`)).content.length, 128);
  });
  it('is refused beyond the allowed depth', () => {
    let nested = der.null();
    for (let i = 0; i < 33; i++) nested = der.sequence(nested);
    refuses('der-too-deep', () => parseDer(nested));
  });
  it('is refused beyond the allowed size', () =>
    refuses('der-too-large', () => parseDer(der.octetString(new Uint8Array(100)), { maxBytes: 50 })));
  it('is refused beyond the allowed number of elements', () =>
    refuses('der-too-many', () => parseDer(der.sequence(der.null(), der.null()), { maxElements: 2 })));
  it('is refused under another tag than the expected one', () =>
    refuses('der-tag-unexpected', () => reader('0500').sequence(), 0));
  it('is refused when it is missing', () => refuses('der-truncated', () => reader('').integer()));
});

describe('a value', () => {
  it('BOOLEAN is 00 or FF', () => {
    assert.equal(reader('0101ff').boolean(), true);
    assert.equal(reader('010100').boolean(), false);
    refuses('der-boolean-malformed', () => reader('010101').boolean());
    refuses('der-boolean-malformed', () => reader('0102ffff').boolean());
  });
  it('BOOLEAN DEFAULT FALSE is left out where it is FALSE', () => {
    assert.equal(reader('0101ff').booleanOrFalse(), true);
    assert.equal(reader('0500').booleanOrFalse(), false);
    refuses('der-boolean-malformed', () => reader('010100').booleanOrFalse());
  });
  it('BOOLEAN is read as BER only where the limits ask for it, and is counted', () => {
    const lenient = DerReader.over(bytes('3009 010101 010100 0101ff'), { booleans: 'ber' }).sequence();
    assert.deepEqual([lenient.booleanOrFalse(), lenient.booleanOrFalse(), lenient.boolean()], [true, false, true]);
    assert.equal(lenient.irregular, 2);
    refuses('der-boolean-malformed', () => DerReader.over(bytes('0102ffff'), { booleans: 'ber' }).boolean());
  });
  it('INTEGER is two’s complement without padding', () => {
    assert.equal(reader('020180').integer(), -128n);
    assert.equal(reader('02020080').integer(), 128n);
    refuses('der-integer-malformed', () => reader('0200').integer());
    refuses('der-integer-malformed', () => reader('0202007f').integer());
    refuses('der-integer-malformed', () => reader('0202ff80').integer());
  });
  it('a small INTEGER is not negative and below 2^31', () => {
    assert.equal(reader('02047fffffff').smallInteger(), 0x7fffffff);
    refuses('der-integer-malformed', () => reader('0201ff').smallInteger());
    refuses('der-integer-malformed', () => reader('02050100000000').smallInteger());
  });
  it('BIT STRING leaves its unused bits at zero', () => {
    assert.deepEqual(reader('03020106').bitString(), { bytes: Uint8Array.of(6), unusedBits: 1 });
    refuses('der-bit-string-malformed', () => reader('03020107').bitString());
    refuses('der-bit-string-malformed', () => reader('03020800').bitString());
    refuses('der-bit-string-malformed', () => reader('030101').bitString());
    refuses('der-bit-string-malformed', () => reader('0300').bitString());
  });
  it('NULL is empty', () => refuses('der-null-malformed', () => reader('050100').null()));
  it('OBJECT IDENTIFIER has whole, unpadded arcs', () => {
    assert.equal(reader('0604 8837 0805').oid(), '2.999.8.5');
    assert.equal(reader('0603 550403').oid(), '2.5.4.3');
    assert.equal(reader('0601 27').oid(), '0.39');
    assert.equal(reader('0601 28').oid(), '1.0');
    assert.equal(reader('060b 53 ffffffffffffffffff7f').oid(), '2.3.1180591620717411303423');
    refuses('der-oid-malformed', () => reader('0600').oid());
    refuses('der-oid-malformed', () => reader('060188').oid());
    refuses('der-oid-malformed', () => reader('0603 55 8001').oid());
    refuses('der-oid-malformed', () => reader('0602 8055').oid());
    refuses('der-oid-malformed', () => DerReader.over(der.element(tag.oid, new Uint8Array(129).fill(1))).oid());
  });
  it('SET OF stands in ascending order', () => {
    assert.equal(reader('3106 020101 020102').setOf().length, 2);
    refuses('der-set-unsorted', () => reader('3106 020102 020101').setOf(), 5);
  });
  it('UTCTime has seconds and Z, and names a real instant', () => {
    const time = (text: string) => DerReader.over(der.element(tag.utcTime, Buffer.from(text))).time();
    assert.equal(time('500101000000Z').toISOString(), '1950-01-01T00:00:00.000Z');
    assert.equal(time('491231235959Z').toISOString(), '2049-12-31T23:59:59.000Z');
    assert.equal(time('240229000000Z').toISOString(), '2024-02-29T00:00:00.000Z');
    for (const text of [
      '230229000000Z',
      '261301000000Z',
      '260001000000Z',
      '260100000000Z',
      '260101006000Z',
      '2601010000:0Z',
      '2601010000Z',
      '260101000000+0900',
      '260230000000Z',
      '260101240000Z',
      '260101000060Z',
      '',
    ]) {
      refuses('der-time-malformed', () => time(text));
    }
  });
  it('GeneralizedTime has four-digit years, seconds and Z, and no fraction', () => {
    const time = (text: string) => DerReader.over(der.element(tag.generalizedTime, Buffer.from(text))).time();
    assert.equal(time('20500101000000Z').toISOString(), '2050-01-01T00:00:00.000Z');
    assert.equal(time('00500101000000Z').getUTCFullYear(), 50);
    assert.equal(time('24000229000000Z').toISOString(), '2400-02-29T00:00:00.000Z');
    for (const text of ['21000229000000Z', '20500101000000.5Z', '20500101000000', '500101000000Z', '20501301000000Z']) {
      refuses('der-time-malformed', () => time(text));
    }
  });
  it('a character string keeps to the alphabet of its type', () => {
    const string = (type: number, hex: string) => DerReader.over(der.element(type, bytes(hex))).string();
    assert.equal(string(tag.utf8String, 'efbbbf e8a68b'), '\ufeff見');
    assert.equal(string(tag.bmpString, '898b'), '見');
    assert.equal(string(tag.universalString, '0002000b'), '𠀋');
    assert.equal(string(tag.printableString, '4a50'), 'JP');
    refuses('der-string-malformed', () => string(tag.utf8String, 'c080'));
    refuses('der-string-malformed', () => string(tag.printableString, '40'));
    refuses('der-string-malformed', () => string(tag.ia5String, 'e9'));
    refuses('der-string-malformed', () => string(tag.numericString, '41'));
    refuses('der-string-malformed', () => string(tag.visibleString, '0a'));
    refuses('der-string-malformed', () => string(tag.bmpString, '898b00'));
    refuses('der-string-malformed', () => string(tag.universalString, '0000d800'));
    refuses('der-tag-unexpected', () => string(tag.octetString, '00'));
  });
});

describe('any input', () => {
  it('is read, or refused with a DerError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
        try {
          parseDer(input);
        } catch (error) {
          assert(error instanceof DerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('that is a damaged structure is read, or refused with a DerError', () => {
    const sound = der.sequence(
      der.oid('2.999.8.5'),
      der.setOf(der.utf8('見本'), der.printable('JP')),
      der.explicit(0, der.bitString(Uint8Array.of(6), 1), der.time(new Date('2026-04-01T00:00:00Z'))),
    );
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.nat(255), (at, octet) => {
        const damaged = sound.slice();
        damaged[at] = octet;
        try {
          const inner = DerReader.over(damaged).sequence();
          inner.oid();
          inner.setOf().map((element) => element.raw);
          inner.inside(0xa0).bitString();
          inner.end();
        } catch (error) {
          assert(error instanceof DerError);
        }
      }),
    );
  });
  it('that parses is written back octet for octet', () => {
    const rewrite = (node: ReturnType<typeof parseDer>): Uint8Array =>
      der.element(node.tag, ...(node.children ? node.children.map(rewrite) : [node.content]));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        let node: ReturnType<typeof parseDer>;
        try {
          node = parseDer(input);
        } catch {
          return;
        }
        assert.deepEqual(rewrite(node), input);
      }),
      { numRuns: 5000 },
    );
  });
});
