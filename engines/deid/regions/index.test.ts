import { describe, expect, it } from 'vitest';
import { CURRENT, ABOLISHED } from './divisions.data.ts';
import { divisionPath, divisions, isIssuingCode, islandDivisions, shortName } from './index.ts';

describe('divisions', () => {
  it('divisions() holds every province, and counties in force as well as abolished', () => {
    const all = [...divisions().values()];
    expect(all.filter((each) => each.level === 'province' && each.current)).toHaveLength(34);
    expect(all.filter((each) => each.level === 'county' && each.current).length).toBeGreaterThan(2900);
    expect(all.filter((each) => !each.current).length).toBeGreaterThan(1500);
    expect(all.every((each) => /^\d{6}$/.test(each.code) && /^[\u4e00-\u9fff]+$/.test(each.name))).toBe(true);
  });

  it('divisions() knows counties that were merged away', () => {
    expect(divisions().get('110103')).toEqual({ code: '110103', name: '崇文区', level: 'county', current: false });
    expect(divisions().get('330103')?.current).toBe(false); // 下城区, merged in 2021
    expect(divisions().get('330106')?.current).toBe(true);
  });

  it('the packed module stays far below 300 kB', () => {
    expect(new TextEncoder().encode(CURRENT + ABOLISHED).length).toBeLessThan(200_000);
  });
});

describe('divisionPath', () => {
  it('divisionPath() gives province, city and county when the code is known', () => {
    expect(divisionPath('420103').map((each) => each.name)).toEqual(['湖北省', '武汉市', '江汉区']);
  });

  it('divisionPath() leaves out the rows that are no place when a municipality has them', () => {
    expect(divisionPath('110101').map((each) => each.name)).toEqual(['北京市', '东城区']);
  });

  it('divisionPath() is empty when the code is unknown', () => {
    expect(divisionPath('999999')).toEqual([]);
  });
});

describe('isIssuingCode', () => {
  it('isIssuingCode() accepts counties in force, abolished ones and the HMT prefixes', () => {
    for (const code of [110101, 110103, 330103, 440300, 810000, 820000, 830000])
      expect(isIssuingCode(code), String(code)).toBe(true);
  });

  it('isIssuingCode() refuses numbers that never were a county', () => {
    for (const code of [0, 100000, 119999, 202403, 810001, 999999, 660000])
      expect(isIssuingCode(code), String(code)).toBe(false);
  });
});

describe('shortName', () => {
  it('shortName() drops the rank and the nationality', () => {
    expect(
      [
        '浙江省',
        '西湖区',
        '大理白族自治州',
        '内蒙古自治区',
        '香港特别行政区',
        '黔东南苗族侗族自治州',
        '新疆维吾尔自治区',
        '赵县',
      ].map(shortName),
    ).toEqual(['浙江', '西湖', '大理', '内蒙古', '香港', '黔东南', '新疆', '赵县']);
  });
});

describe('islandDivisions', () => {
  it('islandDivisions() starts each row with its province', () => {
    const provinces = new Set(islandDivisions().map(([province]) => province));
    expect(provinces).toEqual(new Set(['香港特别行政区', '澳门特别行政区', '台湾省']));
    expect(islandDivisions().some((row) => row.includes('油尖旺区'))).toBe(true);
  });
});
