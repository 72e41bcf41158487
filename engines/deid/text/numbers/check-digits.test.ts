import { describe, expect, it } from 'vitest';
import { random } from '../testing/random.ts';
import { bankCard, hmtResidence, idCard, uscc } from '../testing/values.ts';
import {
  areaCodeLength,
  identityKind,
  isBirthDate,
  isCardPrefix,
  isDate,
  isLuhn,
  isUscc,
  residentCheck,
} from './check-digits.ts';

const digits = (text: string): number[] => Array.from(text, (char) => (char === 'X' ? 10 : Number(char)));
const codes = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

describe('residentCheck', () => {
  it('residentCheck() gives the check characters of the examples in GB 11643-1999', () => {
    expect(residentCheck(digits('11010519491231002'))).toBe(10);
    expect(residentCheck(digits('44052418800101001'))).toBe(4);
  });
});

describe('identityKind', () => {
  it('identityKind() tells residents, permits and foreigners apart', () => {
    expect(identityKind(digits('11010519491231002X'))).toBe('resident');
    const draw = random(1);
    for (let i = 0; i < 200; i++) {
      expect(identityKind(digits(idCard(draw)))).toBe('resident');
      expect(identityKind(digits(hmtResidence(draw)))).toBe('hmt');
    }
  });

  it('identityKind() refuses a wrong check digit, date or prefix', () => {
    expect(identityKind(digits('110105194912310021'))).toBeUndefined();
    expect(identityKind(digits('110105194913310021'))).toBeUndefined();
    expect(identityKind(digits('990105194912310021'))).not.toBe('resident');
  });

  it('any single wrong digit fails', () => {
    const good = digits('440524188001010014');
    for (let at = 0; at < 17; at++) {
      const bad = good.with(at, (good[at]! + 1) % 10);
      expect(identityKind(bad), String(at)).toBeUndefined();
    }
  });
});

describe('isUscc', () => {
  it('isUscc() accepts a code of GB 32100-2015 and refuses letters it excludes', () => {
    expect(isUscc(codes('91350100M000100Y43'))).toBe(true);
    expect(isUscc(codes('91350100M000100Y44'))).toBe(false);
    expect(isUscc(codes('91350100I000100Y43'))).toBe(false);
    const draw = random(2);
    for (let i = 0; i < 100; i++) expect(isUscc(codes(uscc(draw)))).toBe(true);
  });
});

describe('isLuhn', () => {
  it('isLuhn() accepts valid card numbers and refuses others', () => {
    expect(isLuhn(digits('4111111111111111'), 0, 16)).toBe(true);
    expect(isLuhn(digits('4111111111111112'), 0, 16)).toBe(false);
    const draw = random(3);
    for (let i = 0; i < 100; i++) {
      const card = digits(bankCard(draw));
      expect(isLuhn(card, 0, card.length)).toBe(true);
      expect(isCardPrefix(card)).toBe(true);
    }
  });
});

describe('dates and area codes', () => {
  it('isDate() knows leap years', () => {
    expect([
      isDate(2024, 2, 29),
      isDate(2023, 2, 29),
      isDate(1900, 2, 29),
      isDate(2000, 2, 29),
      isDate(2024, 4, 31),
    ]).toEqual([true, false, false, true, false]);
    expect(isBirthDate(digits('19491231'), 0)).toBe(true);
  });

  it('areaCodeLength() knows two- and three-digit codes', () => {
    expect(['010', '0571', '0898', '0123', '13'].map((code) => areaCodeLength(digits(code)))).toEqual([3, 4, 4, 0, 0]);
  });
});
