import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonKeepingDigits } from '../../src/json/lossless-json.ts';

describe('parseJsonKeepingDigits', () => {
  test.each([
    ['1234567890123456789', '1234567890123456789'],
    ['-1234567890123456789', '-1234567890123456789'],
    ['9007199254740993', '9007199254740993'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    // A double holds this value, and yet writes it as 1234567890123456800.
    ['1234567890123456768', '1234567890123456768'],
    ['0.12345678901234567891', '0.12345678901234567891'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
  ])('%s becomes text', (literal, kept) => {
    expect(parseJsonKeepingDigits(`{"a":[${literal}, {"b": ${literal}}]}`)).toEqual({
      a: [kept, { b: kept }],
    });
    expect(parseJsonKeepingDigits(literal)).toBe(kept);
  });

  test.each([
    '0',
    '-0',
    '1.0',
    '9007199254740991',
    '1234567890123456800',
    '0.30000000000000004',
    '12.30000000000000071054',
    '100.00000000000000000',
    '1e21',
    '1.5E+300',
    '0e5',
    '0.000000000000000000',
  ])('%s stays a number', (literal) => {
    expect(parseJsonKeepingDigits(`[${literal}]`)).toEqual([Number(literal)]);
  });

  test('digits inside strings and keys are left alone', () => {
    const text = String.raw`{"id \" 1234567890123456789":"a \\\" 9876543210987654321 \\","n":1234567890123456789}`;
    expect(parseJsonKeepingDigits(text)).toEqual({
      ...(JSON.parse(text) as object),
      n: '1234567890123456789',
    });
  });

  test('what is not JSON is refused in the words of JSON.parse', () => {
    for (const text of [
      '',
      '{"a":',
      '"1234567890123456789',
      '[1234567890123456789,]',
      '01234567890123456789',
    ]) {
      expect(() => parseJsonKeepingDigits(text)).toThrow(SyntaxError);
    }
  });

  test('is JSON.parse for everything whose digits a double holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseJsonKeepingDigits(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('every whole number comes back with every digit, wherever it stands', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.string(), (number, key) => {
        const text = `{${JSON.stringify(key)}: ${number}, "list": [${number},${JSON.stringify(key)}]}`;
        const { list } = parseJsonKeepingDigits(text) as { list: unknown[] };
        expect(String(list[0])).toBe(String(number));
        expect(list[1]).toBe(key);
      }),
    );
  });
});
