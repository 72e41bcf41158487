import { lexicon } from '../lexicon/lexicon.ts';
import { W } from '../lexicon/flags.ts';
import { ALNUM, DIGIT, HAN, HAN_DIGIT, KIND } from '../normalize.ts';
import { emit, follows, type Scan } from '../scan.ts';
import { T } from '../types.ts';

const set = (chars: string): Uint8Array => {
  const table = new Uint8Array(65536);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
};
/** Last characters of parts with a name. */
const NAMED = set(
  '省市区县旗州盟镇乡村屯庄街路巷弄道里苑园城湾府寓厦场寨坊堡沟坝岭塘圩埭浜湖桥寺坪坡岗店集营滩嘴埠场组队社宅邨墅阁居庭郡台',
);
/** Last characters of parts with a number. */
const NUMBERED = set('号栋幢座楼层室户组队弄院排门单期段区支村连营团师社');
/** Named ends that are everyday characters too: taken only at the end of two or more characters of name. */
const SHY = set('里城道场台居组队院社店集桥湖门庭区');
/** Marks that may follow a named end at once: 王庄村, 李家屯镇, 学院路街道. */
const END_MORE = set('村镇乡路街巷屯');
const TOWNS = set('镇乡区村道县市');
const ROADS = set('路街巷弄道');
/** Characters that no name of a place in an address has: verbs, prepositions, pronouns of clinical prose. */
const FOREIGN = set(
  '因于在从自由经被将把及或以为是的了着过不无有未已曾患诊治疗病痛发热术时我你他她其该此药服检查血压出入住转送约例年予行见示来',
);
/** The same, but only inside a part: 前进村 and 后寨乡 begin with them. */
const INNER_FOREIGN = set('前后');

/**
 * Follows the parts of an address from `from` on and gives its end; `parts` of them are counted in `address`.
 */
interface Address {
  end: number;
  regions: number;
  details: number;
  lowest: number;
}
const address: Address = { end: 0, regions: 0, details: 0, lowest: 9 };

function walk(scan: Scan, from: number): Address {
  const { code, gap, n } = scan.text;
  const words = lexicon();
  let at = from;
  address.end = from;
  address.regions = address.details = address.lowest = 0;
  for (let part = 0; part < 16 && at < n; part++) {
    if (part > 0 && gap[at]! >= 2 && !(gap[at] === 3 && continues(scan, at))) break;
    while (
      code[at] === 0x20 ||
      ((code[at] === 0x2c || code[at] === 0x2d || code[at] === 0x2f || code[at] === 0x7c) &&
        address.regions > 0 &&
        address.details === 0 &&
        isRegion(code, at + 1, n))
    )
      at++;
    const word = words.starts[code[at]!] === 1 ? words.find(code, at, n) : -1;
    if (word >= 0 && (words.flags[word]! & W.REGION) !== 0 && address.details === 0) {
      const end = at + words.length[word]!;
      const level = words.type[word]! & 7;
      // 安康 or 平安 without rank below a county is a name of something else.
      if (
        ((words.type[word]! & 8) === 0 || ROADS[code[end]!] !== 1) &&
        ((words.type[word]! & 8) === 0 || address.regions === 0 || level > address.lowest)
      ) {
        address.regions++;
        address.lowest = level;
        at = end;
        // 浙江 + 省: the short name with its rank in another writing
        if (
          (words.type[word]! & 8) !== 0 &&
          (code[at] === 0x7701 || code[at] === 0x5e02 || code[at] === 0x53bf || code[at] === 0x533a) &&
          !endsWord(code, at)
        )
          at++;
        address.end = at;
        continue;
      }
    }
    const end = partEnd(scan, at);
    if (end < 0) break;
    address.details++;
    at = address.end = end;
  }
  if (address.details > 0) {
    const tail = NEARBY.exec(String.fromCharCode(...code.subarray(address.end, address.end + 3)));
    if (tail !== null) address.end += tail[0].length;
  }
  return address;
}

const NEARBY = /^(?:附近|门口|对面|旁边|路口|楼下|后面|交界处|交叉口)/;

/** 住厚街镇康乐南路113号: a home without region or label. `at` is 住. Returns the end, or -1. */
export function addressAtHome(scan: Scan, at: number): number {
  const { code, gap } = scan.text;
  const from = at + 1;
  if (scan.addressCueEnd > at || gap[from]! > 1 || (KIND[code[from]!]! & HAN) === 0) return -1;
  const word = lexicon().find(code, from, scan.text.n);
  if (word >= 0 && (lexicon().flags[word]! & W.REGION) === 0) return -1;
  const { end, details } = walk(scan, from);
  // 住院楼, 住内科病区: rooms of a hospital are nobody's home.
  if (details === 0 || end - from < 4 || code[from] === 0x9662 || code[from] === 0x79d1) return -1;
  const last = code[end - 1]!;
  if (last === 0x533a && code[end - 2] === 0x75c5) return -1;
  emit(scan, from, end, T.ADDRESS, 57);
  return end;
}

const isRegion = (code: Uint16Array, at: number, n: number): boolean => {
  const word = lexicon().find(code, at, n);
  return word >= 0 && (lexicon().flags[word]! & W.REGION) !== 0;
};

/** 市区, 市内, 区间: the rank belongs to another word. */
function endsWord(code: Uint16Array, at: number): boolean {
  const next = code[at + 1]!;
  return next === 0x5185 || next === 0x5916 || next === 0x573a;
}

/** An address broken over two lines goes on with a numbered part or with a road. */
function continues(scan: Scan, at: number): boolean {
  const { code } = scan.text;
  if ((KIND[code[at]!]! & (DIGIT | HAN_DIGIT)) !== 0) return numberedEnd(scan, at) > 0;
  const end = partEnd(scan, at);
  return end > 0 && ROADS[code[end - 1]!] === 1;
}

function numberedEnd(scan: Scan, at: number): number {
  const { code, n } = scan.text;
  let i = code[at] === 0x7b2c ? at + 1 : at;
  let digits = 0;
  while (i < n && i - at < 12) {
    const unit = code[i]!;
    if ((KIND[unit]! & (ALNUM | HAN_DIGIT)) !== 0 || unit === 0x5341 || unit === 0x767e) {
      digits++;
      i++;
    } else if (
      (unit === 0x2d || unit === 0x23 || unit === 0x2f || unit === 0x4e4b) &&
      digits > 0 &&
      (KIND[code[i + 1]!]! & (ALNUM | HAN_DIGIT)) !== 0
    )
      i++;
    else if (
      unit === 0x7532 ||
      unit === 0x4e59 ||
      unit === 0x4e19 ||
      unit === 0x4e1c ||
      unit === 0x897f ||
      unit === 0x5357 ||
      unit === 0x5317
    ) {
      // 甲乙丙, 东西南北 before a number part: 东3门, 甲5号
      if (digits === 0 && (KIND[code[i + 1]!]! & (DIGIT | HAN_DIGIT)) === 0) return -1;
      i++;
    } else break;
  }
  if (digits === 0) return -1;
  while (code[i] === 0x20) i++;
  if (code[i] === 0x23 && (KIND[code[i + 1]!]! & ALNUM) === 0) return i + 1;
  if (NUMBERED[code[i]!] !== 1) return digits > 0 && address.details > 0 && endsNumber(code, i) && i - at >= 2 ? i : -1;
  // 号楼, 号院, 单元
  if (code[i] === 0x5355) return code[i + 1] === 0x5143 ? i + 2 : -1;
  if (
    code[i] === 0x53f7 &&
    (code[i + 1] === 0x697c || code[i + 1] === 0x9662 || code[i + 1] === 0x95e8 || code[i + 1] === 0x680b)
  )
    return i + 2;
  if (code[i] === 0x671f && address.details === 0) return -1;
  if (code[i] === 0x95e8 && code[i + 1] === 0x8bca) return -1;
  if (code[i] === 0x6751 && code[i + 1] === 0x6c11) return i + 3;
  return i + 1;
}

/** 3栋502, 3-2-501: digits that close an address without a mark. */
function endsNumber(code: Uint16Array, at: number): boolean {
  const unit = code[at]!;
  return (KIND[unit]! & HAN) === 0 && unit !== 0x25 && unit !== 0x3a;
}

const SUFFIXES = [
  '街道',
  '社区',
  '小区',
  '花园',
  '新村',
  '公寓',
  '大厦',
  '广场',
  '大道',
  '胡同',
  '家属院',
  '家属楼',
  '宿舍',
  '工业园',
  '开发区',
  '高新区',
  '产业园',
  '行政村',
  '自然村',
  '经济开发区',
  '别墅',
  '新城',
  '家园',
  '花苑',
  '名苑',
  '嘉园',
  '雅苑',
  '农场',
  '林场',
  '渔村',
  '居委会',
  '村委会',
  '旧址',
  '大院',
  '商城',
  '商场',
  '市场',
  '中心',
  '嘎查',
  '苏木',
  '工业区',
  '生活区',
  '安置房',
  '安置区',
  '附近',
].map((text) => Array.from(text).map((char) => char.charCodeAt(0)));

/** 天 as a day. */
function isDay(code: Uint16Array, at: number): boolean {
  const before = at > 0 ? code[at - 1]! : 0;
  return (
    (KIND[before]! & (DIGIT | HAN_DIGIT)) !== 0 || '今昨明当每前后整半几次同白'.includes(String.fromCharCode(before))
  );
}

/** The end of one part beginning at `at`, or -1. */
function partEnd(scan: Scan, at: number): number {
  const { code, gap, n } = scan.text;
  const numbered = numberedEnd(scan, at);
  if (numbered > 0) return numbered;
  const words = lexicon();
  for (let i = at; i < n && i - at < 11; i++) {
    const unit = code[i]!;
    const kind = KIND[unit]!;
    if ((kind & (HAN | ALNUM)) === 0 && unit !== 0xb7) return -1;
    if (i > at && gap[i]! >= 2) return -1;
    // 天河路, 天心区, but 3天, 今天, 当天
    if (unit === 0x5929 && isDay(code, i)) return -1;
    if (FOREIGN[unit] === 1 || (i > at && INNER_FOREIGN[unit] === 1)) return -1;
    if (words.starts[unit] === 1 && i > at) {
      const word = words.find(code, i, n);
      if (word >= 0 && (words.flags[word]! & (W.NUMBER | W.NAME_LABEL | W.DATE | W.AGE | W.NOT_PERSONAL)) !== 0)
        return -1;
    }
    if (i - at < 1) continue;
    for (const suffix of SUFFIXES) {
      if (code[i] !== suffix[0]) continue;
      let k = 1;
      while (k < suffix.length && code[i + k] === suffix[k]) k++;
      if (k === suffix.length && i - at >= 2) return i + k;
    }
    if (NAMED[unit] !== 1) continue;
    if (
      SHY[unit] === 1 &&
      (i - at < 2 || (KIND[code[i + 1]!]! & HAN) !== 0) &&
      !(i - at >= 1 && (KIND[code[i + 1]!]! & (DIGIT | HAN_DIGIT)) !== 0)
    )
      continue;
    // 路 in 路边, 路上; 村 in 村民; 区 in 区域
    const next = code[i + 1]!;
    if (next === 0x8fb9 || next === 0x4e0a || next === 0x57df || next === 0x6c11) {
      if (next === 0x6c11 && unit === 0x6751) return i + 1;
      continue;
    }
    return END_MORE[next] === 1 && unit !== next ? i + 2 : i + 1;
  }
  return -1;
}

/** An address that begins with the region word at `from` (of `size` units). Returns its end, or -1. */
export function addressAtRegion(scan: Scan, from: number, size: number): number {
  const cue = follows(scan.text, scan.addressCueEnd, from, 4) || follows(scan.text, scan.numberCueEnd, from, 2);
  const { end, regions, details } = walk(scan, from);
  if (end <= from) return -1;
  if (regions + details < 2 && !cue) return -1;
  if (end < from + size) return -1;
  emit(scan, from, end, T.ADDRESS, cue ? 58 : 55);
  return end;
}

/** An address behind a label that begins with no known region. Returns its end, or -1. */
export function addressAtLabel(scan: Scan, from: number, labelEnd: number): number {
  const { code, gap, n } = scan.text;
  const { end, details, regions } = walk(scan, from);
  if (details > 0 || regions > 0) {
    emit(scan, from, end, T.ADDRESS, 58);
    return end;
  }
  // A labelled field: the value up to its end, when the label has a colon and the value is no remark.
  if (labelEnd === from || !hasColon(code, labelEnd, from)) return -1;
  let i = from;
  while (
    i < n &&
    i - from < 30 &&
    (KIND[code[i]!]! & (HAN | ALNUM)) !== 0 &&
    gap[i]! < 2 &&
    !(gap[i]! > 0 && i > from && lexicon().find(code, i, n) >= 0)
  )
    i++;
  const word = lexicon().find(code, from, n);
  if (i - from < 3 || (word >= 0 && (lexicon().flags[word]! & W.STOP) !== 0)) return -1;
  const text = String.fromCharCode(...code.subarray(from, Math.min(i, from + 6)));
  if (/^(?:不详|同上|未知|本地|外地|无|见|同|拒|未|暂|略|以上|当地|农村|城市|否认|长期|原籍|上述)/.test(text))
    return -1;
  emit(scan, from, i, T.ADDRESS, 50);
  return i;
}

function hasColon(code: Uint16Array, from: number, end: number): boolean {
  for (let i = from; i < end; i++) if (code[i] === 0x3a || code[i] === 0x3e || code[i] === 0x3d) return true;
  return false;
}

/** 解放路88号: a road with its number and nothing before. `at` is the road's last character. Returns the end, or -1. */
export function addressAtRoad(scan: Scan, at: number): number {
  const { code, gap } = scan.text;
  let i = at + 1;
  while (code[i] === 0x20) i++;
  if ((KIND[code[i]!]! & (DIGIT | HAN_DIGIT)) === 0) return -1;
  let k = i;
  while ((KIND[code[k]!]! & (DIGIT | HAN_DIGIT)) !== 0 || code[k] === 0x2d) k++;
  if (code[k] !== 0x53f7 && code[k] !== 0x5f04) return -1;
  let start = at;
  while (start > 0 && at - start < 6 && start > scan.taken && gap[start] === 0) {
    const unit = code[start - 1]!;
    if ((KIND[unit]! & HAN) === 0 || FOREIGN[unit] === 1 || lexicon().single[unit] !== 0) break;
    start--;
  }
  if (at - start < 1) return -1;
  // 横沥镇中山东路99号: the town before the road
  if (start - 3 >= scan.taken && TOWNS[code[start - 1]!] === 1) {
    let town = start - 1;
    while (
      town > scan.taken &&
      start - town < 4 &&
      FOREIGN[code[town - 1]!] === 0 &&
      (KIND[code[town - 1]!]! & HAN) !== 0
    )
      town--;
    if (start - town >= 3) start = town;
  }
  const { end, details } = walk(scan, start);
  if (details < 2 || end <= i) return -1;
  emit(scan, start, end, T.ADDRESS, 54);
  return end;
}
