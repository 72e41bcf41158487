import { ABOLISHED, CURRENT, ISLANDS } from './divisions.data.ts';

/** One administrative division of GB/T 2260; codes of provinces end in `0000`, of prefectures in `00`. */
export interface Division {
  readonly code: string;
  readonly name: string;
  readonly level: 'province' | 'prefecture' | 'county';
  /** False when the code is no longer in force (merged, renamed, raised to a city); old identity numbers still carry it. */
  readonly current: boolean;
}

let table: ReadonlyMap<string, Division> | undefined;

function unpack(packed: string, current: boolean, into: Map<string, Division>): void {
  let before = '';
  for (const item of packed.split(',')) {
    const digits = /^\d+/.exec(item)?.[0] ?? '';
    const code = digits.length === 6 ? digits : before.slice(0, 4) + digits;
    before = code;
    const level = code.endsWith('0000') ? 'province' : code.endsWith('00') ? 'prefecture' : 'county';
    into.set(code, { code, name: item.slice(digits.length), level, current });
  }
}

/** All divisions, in force and abolished since 1980, by code. */
export function divisions(): ReadonlyMap<string, Division> {
  if (table === undefined) {
    const built = new Map<string, Division>();
    unpack(CURRENT, true, built);
    unpack(ABOLISHED, false, built);
    table = built;
  }
  return table;
}

/**
 * The division of a code with those above it, province first; empty for an unknown code.
 *
 * @example
 * ```ts
 * import { divisionPath } from '@xinglin/deid';
 *
 * divisionPath('330106').map((division) => division.name); // ['浙江省', '杭州市', '西湖区']
 * ```
 */
export function divisionPath(code: string): readonly Division[] {
  const known = divisions();
  if (!known.has(code)) return [];
  const codes = new Set([`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code]);
  return [...codes]
    .map((each) => known.get(each))
    .filter((division) => division !== undefined)
    .filter((division) => !PLACEHOLDERS.has(division.name));
}

/** Rows of the list that stand for "the counties below directly" and are no place. */
const PLACEHOLDERS = new Set(['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划', '市', '省直辖行政单位']);

/**
 * Whether a resident may hold an identity number beginning with these six digits: a county in force or abolished, or a province
 * or prefecture that issued numbers itself.
 */
export function isIssuingCode(code: number): boolean {
  issuing ??= issuingCodes();
  return code >= 110000 && code < 660000
    ? issuing[code - 110000] === 1
    : code >= 810000 && code <= 830000 && code % 10000 === 0;
}

let issuing: Uint8Array | undefined;

function issuingCodes(): Uint8Array {
  const codes = new Uint8Array(550000);
  for (const code of divisions().keys()) if (Number(code) < 660000) codes[Number(code) - 110000] = 1;
  return codes;
}

/** Province, city and districts of Hong Kong, Macau and Taiwan, which the list knows by name only. */
export function islandDivisions(): readonly (readonly string[])[] {
  return ISLANDS.split(';').map((row) => row.split(','));
}

/** `浙江省` → `浙江`, `西湖区` → `西湖`, `大理白族自治州` → `大理`; a name of two characters stays. */
export function shortName(name: string): string {
  if (name.length <= 2) return name;
  const bare = name.replace(
    /(?:特别行政区|(?:(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春|各)族?)*(?:自治区|自治州|自治县|自治旗)|地区|林区|新区|矿区|省|市|盟|区|县|旗)$/,
    '',
  );
  return bare.length >= 2 ? bare : name.replace(/(?:自治区|省|市|区|县|旗|州)$/, '');
}
