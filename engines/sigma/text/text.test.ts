import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, base64Offsets, encodeText } from './base64.ts';
import { inNetwork, parseIp, parseNetwork } from './cidr.ts';
import { fold } from './fold.ts';
import { compileGlob, globShape, parseGlob, printGlob } from './glob.ts';

describe('fold()', () => {
  test.each([
    ['ABC', 'abc'],
    ['\u212a', 'k'],
    ['ſ', 's'],
    ['ΣΑΣ', 'σασ'],
    ['μ', 'µ'],
    ['É', 'é'],
    ['İ', 'i\u0307'],
    ['ß', 'ß'],
  ])('folds %s to %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test('fold() gives the same for upper and lower case of ASCII, and is stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});

describe('parseGlob()', () => {
  const many = { wildcard: '*' };
  const one = { wildcard: '?' };
  test.each([
    ['', []],
    ['abc', ['abc']],
    ['a*b', ['a', many, 'b']],
    ['a?b', ['a', one, 'b']],
    ['C:\\Windows\\cmd.exe', ['C:\\Windows\\cmd.exe']],
    ['\\\\server', ['\\server']],
    ['a\\*b', ['a*b']],
    ['a\\?b', ['a?b']],
    ['a\\\\*b', ['a\\', many, 'b']],
    ['a\\\\\\*b', ['a\\*b']],
    ['\\\\\\\\', ['\\\\']],
    ['ends\\', ['ends\\']],
  ])('reads %j as the specification says', (value, expected) => {
    expect(parseGlob(value)).toEqual(expected);
  });

  test('printGlob() gives back a text that reads the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '*', '?', '\\') }), (text) => {
        const glob = parseGlob(text);
        expect(parseGlob(printGlob(glob))).toEqual(glob);
      }),
    );
  });
});

describe('compileGlob()', () => {
  test.each([
    ['abc', 'equals'],
    ['abc*', 'startswith'],
    ['*abc', 'endswith'],
    ['*abc*', 'contains'],
    ['*', 'any'],
    ['a*b', 'pieces'],
    ['', 'equals'],
  ])('globShape() calls %j %s', (pattern, kind) => {
    expect(globShape(parseGlob(pattern), false).kind).toBe(kind);
  });

  test('matches as the regular expression with . for ? and .* for *', () => {
    const unit = fc.constantFrom('a', 'b', '*', '?');
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 10 }),
        (pattern, text) => {
          const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
          expect(compileGlob(globShape(parseGlob(pattern), true))(text)).toBe(
            new RegExp(`^${source}$`, 's').test(text),
          );
          expect(compileGlob(globShape(parseGlob(pattern), false))(fold(text))).toBe(
            new RegExp(`^${source}$`, 'si').test(text),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('takes linear time where backtracking would not end', () => {
    const pattern = `${'a*'.repeat(30)}b`;
    expect(compileGlob(globShape(parseGlob(pattern), true))('a'.repeat(5000))).toBe(false);
  });

  test('? takes a whole code point', () => {
    const check = compileGlob(globShape(parseGlob('a?b'), true));
    expect(check('a😀b')).toBe(true);
    expect(check('a😀😀b')).toBe(false);
  });
});

describe('base64', () => {
  test('base64() equals the platform for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(base64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
      }),
    );
  });

  test('base64Offsets(): one of the three forms is in the encoding of every longer text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ minLength: 3, maxLength: 20 }),
        fc.uint8Array({ maxLength: 9 }),
        (before, middle, after) => {
          const whole = base64(Uint8Array.from([...before, ...middle, ...after]));
          expect(whole).toContain(base64Offsets(middle)[before.length % 3]);
        },
      ),
    );
  });

  test('encodeText() writes UTF-16 in both byte orders, and the mark for utf16', () => {
    expect([...encodeText('aé', 'utf16le')]).toEqual([0x61, 0, 0xe9, 0]);
    expect([...encodeText('aé', 'utf16be')]).toEqual([0, 0x61, 0, 0xe9]);
    expect([...encodeText('a', 'utf16')]).toEqual([0xff, 0xfe, 0x61, 0]);
    expect([...encodeText('é', 'utf8')]).toEqual([0xc3, 0xa9]);
  });
});

describe('networks', () => {
  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['192.168.1.77', '192.168.1.64/26', true],
    ['192.168.1.130', '192.168.1.64/26', false],
    ['1.2.3.4', '0.0.0.0/0', true],
    ['1.2.3.4', '1.2.3.4', true],
    ['fe80::1', 'fe80::/10', true],
    ['fe80::1%eth0', 'fe80::/10', true],
    ['2001:db8:1::5', '2001:db8::/32', true],
    ['2001:db9::5', '2001:db8::/32', false],
    ['::1', '::1/128', true],
    ['::ffff:10.0.0.9', '10.0.0.0/8', true],
    ['::ffff:11.0.0.9', '10.0.0.0/8', false],
    ['fe80::1', '10.0.0.0/8', false],
    ['10.0.0.1', 'fe80::/10', false],
    ['not an address', '0.0.0.0/0', false],
    ['10.0.0', '10.0.0.0/8', false],
    ['10.0.0.256', '10.0.0.0/8', false],
  ])('%s in %s: %s', (address, network, expected) => {
    expect(inNetwork(address, parseNetwork(network)!)).toBe(expected);
  });

  test.each(['10.0.0.0/33', 'fe80::/129', '10.0.0.0/8/8', 'abc', '', '10.0.0.0/-1', '1:2:3', '::1::', '10.0.0.0/x'])(
    'parseNetwork() refuses %j',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );

  test('parseIp() reads the short forms of IPv6', () => {
    expect(parseIp('::')).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(parseIp('1::8')).toEqual([1, 0, 0, 0, 0, 0, 0, 8]);
    expect(parseIp('1:2:3:4:5:6:7:8')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(parseIp('::1.2.3.4')).toEqual([0, 0, 0, 0, 0, 0, 0x102, 0x304]);
    expect(parseIp('1:2:3:4:5:6:7')).toBeUndefined();
  });
});
