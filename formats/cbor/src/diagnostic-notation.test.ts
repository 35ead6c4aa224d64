import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CborError, diagnostic, encode, parseDiagnostic, Tagged } from './index.ts';
import { anyItem } from './well-formed-for-tests.ts';

/** Another seed finds other cases; on a failure its number is printed. */
const seed = Number(process.env['TEGATA_SEED'] ?? 8949);
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const parsed = (text: string) => hex(parseDiagnostic(text));

describe('parseDiagnostic', () => {
  it('gives back the bytes of whatever diagnostic prints exactly', () => {
    fc.assert(
      fc.property(anyItem, fc.boolean(), (item, pretty) => {
        const bytes = Uint8Array.from(item);
        const text = diagnostic(bytes, { exact: true, pretty });
        assert.equal(parsed(text), hex(bytes), text);
      }),
      { numRuns: 500, seed },
    );
  });

  it('prints the bits of a NaN that is not the usual one of its size, whatever the platform makes of them', () => {
    const cases: [bytes: string, text: string][] = [
      ['f97e00', 'NaN'],
      ['fa7fc00000', 'NaN_2'],
      ['fb7ff8000000000000', 'NaN_3'],
      ['f97e01', "float'7e01'"],
      ['faffc00000', "float'ffc00000'"],
      ['fa7fc00001', "float'7fc00001'"],
      ['fa7f800001', "float'7f800001'"],
      ['fb7ff0000000000001', "float'7ff0000000000001'"],
      ['fbfff8000000000000', "float'fff8000000000000'"],
    ];
    for (const [bytes, text] of cases) {
      assert.equal(diagnostic(Uint8Array.from(Buffer.from(bytes, 'hex')), { exact: true }), text);
      assert.equal(parsed(text), bytes);
    }
  });

  it('gives back the deterministic bytes of whatever diagnostic prints for a value', () => {
    const value = {
      integers: [0, -1, 23, 24, 2n ** 64n - 1n, -(2n ** 64n), 2n ** 70n],
      texts: ['', 'a "quoted" \\ text', '見本'],
      bytes: [new Uint8Array(0), Uint8Array.of(0, 255)],
      more: [true, null, 1.5, new Tagged(99, [new Map<number, string>([[1, 'one']])])],
    };
    assert.equal(parsed(diagnostic(value)), hex(encode(value)));
    assert.equal(parsed(diagnostic(value, { pretty: true })), hex(encode(value)));
  });

  const path = join(process.env['TEGATA_VECTORS'] ?? '', 'cbor/rfc8949-appendix-a.json');
  const skip = process.env['TEGATA_VECTORS'] && existsSync(path) ? false : 'TEGATA_VECTORS names no vectors folder';
  it('reads the notation of RFC 8949 Appendix A', { skip }, () => {
    type Vector = { hex: string; diagnostic?: string; deterministic: boolean };
    let compared = 0;
    for (const vector of JSON.parse(readFileSync(path, 'utf8')) as Vector[]) {
      if (vector.diagnostic === undefined || vector.hex === 'f818') continue;
      const isFloat = /[.eIN]/.test(vector.diagnostic) && /^[-\d.e+INafinty]+$/.test(vector.diagnostic);
      // A float or a number is written in its shortest form: others in the appendix show what must be read all the same.
      if (isFloat && (!vector.deterministic || (/[IN]/.test(vector.diagnostic) && vector.hex.length > 6))) continue;
      assert.equal(parsed(vector.diagnostic), vector.hex, vector.diagnostic);
      compared++;
    }
    assert.ok(compared > 60);
  });

  const cases: [what: string, text: string, bytes: string][] = [
    ['numbers in other bases', '[0x1f, 0o17, 0b101, -0x01]', '84181f0f0520'],
    ['comments and space', ' / one / [ 1 , # two\n 2 ] ', '820102'],
    [
      'byte strings as hexadecimal with space, base64, base64url and text',
      "[h'00 ff', b64'AP8=', b64'_-8', 'ab']",
      '844200ff4200ff42ffef426162',
    ],
    ['embedded items, one or several', '[24(<<{"a": 1}>>), <<1, 2>>]', '82d81844a161610142' + '0102'],
    [
      'encoding indicators',
      '[1_0, 2_1, "a"_2, h\'00\'_0, 1.5_3, {_1 1: 2}, [_0 ], 5_0(1)]',
      '881801190002' + '7a0000000161' + '580100' + 'fb3ff8000000000000' + 'b900010102' + '9800' + 'd80501',
    ],
    ['indefinite lengths', "[_ {_ 1: (_ h'01', h'02')}, \"\"_, ''_]", '9fbf015f41014102ffff7fff5fffff'],
    ['escapes', '"\\u00e9\\n\\"" ', '64c3a90a22'],
    ['single quotes in single quotes', "'it\\'s \"so\"'", '49' + '69742773' + '20' + '22736f22'],
    [
      'simple values and special floats',
      "[simple(255), simple(20), NaN, -Infinity, Infinity_2, float'7e01']",
      '86f8fff4f97e00f9fc00fa7f800000f97e01',
    ],
    ['a map with a key twice, as it may have to be shown', '{1: 2, 1: 3}', 'a201020103'],
  ];
  for (const [what, text, bytes] of cases) it(`reads ${what}`, () => assert.equal(parsed(text), bytes));

  const refused: [what: string, text: string, offset: number][] = [
    ['nothing', '  ', 2],
    ['text behind the item', '1 2', 2],
    ['a list without its end', '[1, 2', 5],
    ['a map without a value', '{1}', 2],
    ['half a byte', "h'0'", 2],
    ['a digit of base64 that stands for no byte', "b64'AAAAA'", 4],
    ['padding of base64 that fills nothing', "b64'AA='", 4],
    ['a string without its end', '"abc', 1],
    ['half of a surrogate pair', '"\\ud800"', 1],
    ['a wrong escape', '"\\x"', 1],
    ['an unknown word', 'maybe', 0],
    ['a number that does not fit its indicator', '300_0', 5],
    ['a float that does not fit its indicator', '1.1_1', 5],
    ['chunks of two kinds', '(_ "a", h\'00\')', 13],
    ['a tag above 64 bits', '18446744073709551616(1)', 0],
    ['a simple value between 24 and 31', 'simple(24)', 7],
    ['a number of thousands of digits', '1'.repeat(5000), 0],
  ];
  for (const [what, text, offset] of refused) {
    it(`refuses ${what}, and says where`, () => {
      assert.throws(
        () => parseDiagnostic(text),
        (error: CborError) => {
          assert.equal(error.name, 'CborError');
          assert.equal(error.code, 'notation', error.message);
          assert.equal(error.context.offset, offset);
          return true;
        },
      );
    });
  }

  it('keeps its limits on size and depth', () => {
    assert.throws(() => parseDiagnostic('[1]', { maxBytes: 2 }), { code: 'too-large' });
    for (const nested of ['[', '{1:', '1(', '<<', '(_ <<']) {
      assert.throws(() => parseDiagnostic(nested.repeat(20_000)), { code: 'too-deep' }, nested);
    }
    assert.equal(parsed(`${'['.repeat(64)}${']'.repeat(64)}`), `${'81'.repeat(63)}80`);
  });

  it('throws nothing but its own error on random text', () => {
    const token = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '(_ ',
      ')',
      ',',
      ':',
      '"',
      "'",
      "h'",
      '<<',
      '>>',
      '_1',
      '_ ',
      '1',
      '-',
      '.5',
      'e9',
      'simple(',
      'true',
      ' ',
      '/',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        try {
          parseDiagnostic(tokens.join(''));
        } catch (error) {
          assert.ok(error instanceof CborError, String(error));
        }
      }),
      { numRuns: 2000, seed },
    );
  });
});
