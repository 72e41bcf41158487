import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddress, overlaps, parseBlock } from './address.ts';
import { checkEmail, checkPhone, checkRegionCode, checkUscc, usccCheckDigit } from './validate.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'.split('');
const body = fc.array(fc.constantFrom(...ALPHABET), { minLength: 17, maxLength: 17 }).map((chars) => chars.join(''));

describe('checkUscc()', () => {
  test('accepts real codes', () => {
    // Published codes of 华为技术有限公司 and 腾讯科技(深圳)有限公司.
    expect(checkUscc('914403001922038216')).toBeUndefined();
    expect(checkUscc('9144030071526726XG')).toBeUndefined();
  });
  test('accepts what usccCheckDigit() completes, and finds any one wrong character', () => {
    fc.assert(
      fc.property(body, fc.nat({ max: 17 }), fc.constantFrom(...ALPHABET), (first, at, other) => {
        const code = first + usccCheckDigit(first);
        expect(checkUscc(code)).toBeUndefined();
        if (code[at] === other) return;
        expect(checkUscc(code.slice(0, at) + other + code.slice(at + 1))).toBeDefined();
      }),
    );
  });
  test('says which digit is expected and what to do', () => {
    expect(checkUscc('914403001922038217')?.message.zh).toContain('末位应为 6');
    expect(checkUscc('91440300192203821O')?.remedy.zh).toContain('0 写成 O');
    expect(checkUscc('9.14403E+17')?.remedy.zh).toContain('文本');
  });
});

test.each(['441900', '110101', '650100'])('checkRegionCode() accepts %s', (code) =>
  expect(checkRegionCode(code)).toBeUndefined(),
);
test.each(['44190', '991900', '东莞', '4419001'])('checkRegionCode() refuses %s', (code) =>
  expect(checkRegionCode(code)).toBeDefined(),
);

test.each([
  '13800138000',
  '+86-13912345678',
  '0769-22831234',
  '(0769)22831234',
  '010-88888888-801',
  '400-123-4567',
  '12345',
])('checkPhone() accepts %s', (phone) => expect(checkPhone(phone)).toBeUndefined());
test.each(['1380013800', '23800138000', 'abc', '0769'])('checkPhone() refuses %s', (phone) =>
  expect(checkPhone(phone)).toBeDefined(),
);

test('checkEmail() accepts an address and refuses what would split a header', () => {
  expect(checkEmail('wangli@hospital.cn')).toBeUndefined();
  for (const bad of ['wangli', 'a@b', 'a b@c.cn', 'x@y.cn\nBcc: z@z.cn']) expect(checkEmail(bad), bad).toBeDefined();
});

describe('parseBlock()', () => {
  test.each([
    ['10.0.0.0/8', 4, true],
    ['10.1.2.3', 4, true],
    ['10.1.2.3/24', 4, false],
    ['::ffff:10.0.0.1', 4, true],
    ['2001:db8::/32', 6, true],
    ['fe80::1', 6, true],
    ['::', 6, true],
  ])('reads %s', (text, version, aligned) => expect(parseBlock(text)).toMatchObject({ version, aligned }));
  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/33',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    '10.0.0.1/',
    '1.1.1.1/2/3',
  ])('refuses %j', (text) => expect(parseBlock(text)).toBeUndefined());
  test('any IPv4 block holds its own addresses and overlaps itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (ip, prefix) => {
        const block = parseBlock(`${ip}/${prefix}`);
        const one = parseBlock(ip);
        expect(block && one && overlaps(block, one)).toBe(true);
        expect(block!.last - block!.first + 1n).toBe(1n << BigInt(32 - prefix));
      }),
    );
  });
  test('any IPv6 address is an address', () => {
    fc.assert(
      fc.property(
        fc.ipV6().filter((ip) => !ip.includes('.')),
        (ip) => isAddress(ip),
      ),
    );
  });
  test('overlaps() is false for neighbours and across versions', () => {
    expect(overlaps(parseBlock('10.0.0.0/24')!, parseBlock('10.0.1.0/24')!)).toBe(false);
    expect(overlaps(parseBlock('0.0.0.0/0')!, parseBlock('::/0')!)).toBe(false);
  });
});
