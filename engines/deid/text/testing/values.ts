import { divisions, divisionPath } from '../../regions/index.ts';
import { GIVEN_FIRST, GIVEN_LAST } from '../data/given-characters.data.ts';
import { isUscc, residentCheck } from '../numbers/check-digits.ts';
import { readingOf } from '../names/pinyin.ts';
import { COMPOUND_SURNAMES, SINGLE_SURNAMES } from '../names/surnames.ts';
import type { SpanType } from '../types.ts';
import type { Random } from './random.ts';

/** A made-up value of a type, in one of the ways people write it. */
export type Maker = (random: Random) => string;

const MALE =
  '伟强磊军勇杰涛明超刚平辉鹏飞波斌宇浩凯健俊帆旭宁龙林阳建华亮成峰国志文博坤岩利楠德福贵荣昌盛山江海松柏青云天翔腾越东升振兴家豪子轩浩然泽宇铭皓晨睿思远嘉懿煜城雨泽昊天瑾瑜致远俊驰弘文哲瀚鑫鸿懿烨磊晟立诚伟宸绍齐建辉晋鹏炫明健柏金根水生火旺土发长庚保国卫东胜利援朝跃进红兵学军新民永康守义';
const FEMALE =
  '芳娜敏静丽艳娟霞燕玲丹萍红玉梅莉婷雪颖晶倩琴兰云洁柳淑秀英桂珍凤香月菊花琳璐瑶欣怡诗涵雨馨梦琪忆彤慧妍紫萱雅馨可馨若曦悦茜彩慕青采薇含烟映雪惜珊初蝶冰蓝晓蕾素芬春梅巧云金莲美玲翠花银凤小红亚男招娣爱华佩佩曼莹思琦语嫣楚楚嘉欣蓓蓓玉兰桂芳爱珍凤英素珍秀芝惠芬淑华莲花秋菊冬梅';

/** Single characters and pairs; the halves never share a given name, so that judging meets new ones. */
export function chineseName(random: Random): string {
  const roll = random.next();
  const surname =
    roll < 0.04
      ? random.pick(COMPOUND_SURNAMES.slice(0, 20))
      : roll < 0.7
        ? SINGLE_SURNAMES[random.int(90)]!
        : roll < 0.92
          ? SINGLE_SURNAMES[random.int(220)]!
          : random.pick(SINGLE_SURNAMES);
  const pool = random.chance(0.5) ? MALE : FEMALE;
  const one = (): string => pool[random.int(pool.length)]!;
  return surname + (random.chance(0.27) ? one() : random.chance(0.03) ? one().repeat(2) : one() + one());
}

/** Names of all the characters dictionaries know names of, so that the model does not learn a short list by heart. */
export function wideName(random: Random): string {
  const surname = random.chance(0.05)
    ? random.pick(COMPOUND_SURNAMES.slice(0, 30))
    : random.chance(0.6)
      ? SINGLE_SURNAMES[random.int(160)]!
      : random.pick(SINGLE_SURNAMES);
  const last = GIVEN_LAST[random.int(700)]!;
  return surname + (random.chance(0.3) ? last : GIVEN_FIRST[random.int(700)]! + last);
}

const UYGHUR_GIVEN =
  '买买提 艾力 阿不都热西提 古丽 阿依古丽 热合曼 吐尔逊 努尔古丽 木拉提 玛依拉 艾合买提 帕提古丽 库尔班 依明 阿迪力 迪丽拜尔 阿卜杜拉 穆合塔尔 再努尔 吾买尔 塔依尔 茹仙古丽 伊力哈木 祖丽皮亚 海热提 肉孜 哈力克 米日古丽 阿曼古丽'.split(
    ' ',
  );
const TIBETAN =
  '扎西 次仁 卓玛 多吉 丹增 平措 央金 格桑 洛桑 德吉 旺堆 尼玛 索朗 拉姆 白玛 达瓦 仁青 顿珠 边巴 强巴'.split(' ');
const MONGOL =
  '巴特尔 乌兰图雅 苏日娜 那日苏 其木格 斯琴高娃 呼和 朝鲁 娜仁花 阿拉坦 额尔敦 孟和 宝音 哈斯 乌云其其格'.split(' ');

export function minorityName(random: Random): string {
  const roll = random.next();
  if (roll < 0.6) return `${random.pick(UYGHUR_GIVEN)}\u00B7${random.pick(UYGHUR_GIVEN)}`;
  if (roll < 0.8) return random.pick(TIBETAN) + random.pick(TIBETAN);
  return random.pick(MONGOL);
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export function pinyinName(random: Random): string {
  const name = chineseName(random);
  const size = COMPOUND_SURNAMES.includes(name.slice(0, 2)) ? 2 : 1;
  const surname = Array.from(name.slice(0, size))
    .map((char) => readingOf(char, size === 1))
    .join('');
  const given = Array.from(name.slice(size))
    .map((char) => readingOf(char))
    .join('');
  if (surname === '' || given.length < 2 || surname.length < 2) return 'Zhang Wei';
  const roll = random.next();
  if (roll < 0.5) return `${capital(surname)} ${capital(given)}`;
  if (roll < 0.7) return `${surname.toUpperCase()} ${capital(given)}`;
  return surname.length > 2 && given.length > 2
    ? `${surname.toUpperCase()} ${given.toUpperCase()}`
    : `${capital(surname)} ${capital(given)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

let counties: readonly string[] | undefined;
function county(random: Random): string {
  counties ??= [...divisions().values()]
    .filter((each) => each.level === 'county' && each.current && Number(each.code) < 660000)
    .map((each) => each.code);
  return random.pick(counties);
}
let abolished: readonly string[] | undefined;

function birth(random: Random): string {
  return `${random.between(1931, 2022)}${two(random.between(1, 12))}${two(random.between(1, 28))}`;
}

export function idCard(random: Random): string {
  abolished ??= [...divisions().values()]
    .filter((each) => each.level === 'county' && !each.current && Number(each.code) < 660000)
    .map((each) => each.code);
  const body = (random.chance(0.15) ? random.pick(abolished) : county(random)) + birth(random) + random.digits(3);
  return body + 'X0123456789'.at((residentCheck(Array.from(body).map(Number)) + 1) % 11);
}

export function oldIdCard(random: Random): string {
  return (
    county(random) +
    birth(random)
      .slice(2)
      .replace(/^[012]/, '5') +
    random.digits(3)
  );
}

export function hmtResidence(random: Random): string {
  const body = `${random.pick(['810000', '820000', '830000'])}${birth(random)}${random.digits(3)}`;
  return body + 'X0123456789'.at((residentCheck(Array.from(body).map(Number)) + 1) % 11);
}

export function uscc(random: Random): string {
  const body = `${random.pick(['91', '12', '52', '93'])}${county(random)}${Array.from({ length: 9 }, () => random.pick(Array.from('0123456789ABCDEFGHJKLMNPQRTUWXY'))).join('')}`;
  for (const last of '0123456789ABCDEFGHJKLMNPQRTUWXY')
    if (isUscc(Array.from(body + last).map((char) => char.charCodeAt(0)))) return body + last;
  return body;
}

export function mobile(random: Random): string {
  return `1${random.pick(['3', '5', '7', '8', '9'])}${random.digits(9)}`;
}

export function landline(random: Random): string {
  const area = random.pick(['010', '021', '0571', '0755', '020', '0574', '0371', '028', '0898', '0991', '024', '0512']);
  return `${area}${random.pick(['-', '-', '', ' '])}${random.between(2, 8)}${random.digits(area.length === 3 ? 7 : random.pick([6, 7]))}${random.chance(0.1) ? `-${random.digits(4)}` : ''}`;
}

export function bankCard(random: Random): string {
  const body =
    random.pick(['622202', '621700', '622848', '621661', '623058', '436742', '552245']) +
    random.digits(random.chance(0.2) ? 9 : 12);
  const length = body.length + 1;
  for (let check = 0; check < 10; check++) {
    const all = Array.from(`${body}${check}`).map(Number);
    let sum = 0;
    for (let i = 0; i < length; i++) {
      let digit = all[length - 1 - i]!;
      if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
    if (sum % 10 === 0) return `${body}${check}`;
  }
  return body;
}

export const passport: Maker = (random) =>
  random.chance(0.6)
    ? `E${random.between(3, 9)}${random.digits(7)}`
    : random.chance(0.5)
      ? `E${random.pick(Array.from('ABCDEFGHJK'))}${random.digits(7)}`
      : `G${random.between(3, 9)}${random.digits(7)}`;
export const permit: Maker = (random) =>
  random.chance(0.5) ? `C${random.between(3, 9)}${random.digits(7)}` : `${random.pick(['H', 'M'])}0${random.digits(7)}`;
export const plate: Maker = (random) => {
  const head =
    random.pick(Array.from('京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼新')) +
    random.pick(Array.from('ABCDEFGH'));
  const dot = random.pick(['', '', '\u00B7', ' ']);
  if (random.chance(0.3)) return `${head}${dot}${random.pick(['D', 'F'])}${random.digits(5)}`;
  return head + dot + random.digits(2) + random.pick(Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ')) + random.digits(2);
};
export const email: Maker = (random) =>
  `${random.pick(['zhang', 'li.wei', 'wang_h', 'chenxm', 'doctor', 'lily'])}${random.digits(random.between(0, 5))}@${random.pick(['163.com', 'qq.com', '126.com', 'hospital.org.cn', 'gmail.com', 'sina.com.cn'])}`;
export const ip: Maker = (random) =>
  random.chance(0.9)
    ? `${random.pick(['10', '192.168', '172.16'])}.${random.int(255)}.${random.int(255)}${''}`.replace(
        /^10\.(\d+)\.(\d+)$/,
        `10.$1.$2.${random.between(1, 254)}`,
      )
    : `fe80::${random.between(1, 9)}ff:fe23:4567:890a`;
export const mac: Maker = (random) =>
  Array.from({ length: 6 }, () => random.int(256).toString(16).padStart(2, '0'))
    .join(random.pick([':', '-']))
    .toUpperCase();

const ROADS =
  '人民 解放 中山 建设 文三 学院 长江 和平 朝阳 新华 胜利 北京 南京 黄河 迎宾 滨江 钱江 凤起 环城 幸福'.split(' ');
const ESTATES = '阳光 锦绣 翠苑 碧桂 万科 绿城 金色 紫荆 香榭 滨江 世纪 东方 丽景 御景 龙湖'.split(' ');
const VILLAGES = '张家 王庄 李家 大河 上坝 新桥 前进 红星 杨树 柳林 石门 龙泉 东风 小王 后寨'.split(' ');

export const address: Maker = (random) => {
  const path = divisionPath(county(random)).map((each) => each.name);
  const region = random.chance(0.2)
    ? path.slice(1).join('') || path.join('')
    : random.chance(0.1)
      ? path.slice(-1).join('')
      : path.join('');
  const roll = random.next();
  if (roll < 0.35)
    return `${region}${random.pick(ROADS)}${random.pick(['路', '街', '大道', '东路', '北街'])}${random.between(1, 999)}号${random.chance(0.6) ? `${random.pick(ESTATES)}${random.pick(['小区', '花园', '家园', '苑', '公寓'])}` : ''}${random.chance(0.7) ? `${random.between(1, 30)}${random.pick(['栋', '幢', '号楼'])}${random.between(1, 4)}单元${random.between(1, 33)}${two(random.between(1, 4))}室` : ''}`;
  if (roll < 0.6)
    return `${region}${random.pick(VILLAGES)}${random.pick(['镇', '乡', '街道'])}${random.pick(VILLAGES)}村${random.chance(0.7) ? `${random.pick(['', '第'])}${random.pick(['3', '五', '12', '二'])}${random.pick(['组', '社', '队'])}` : ''}${random.chance(0.4) ? `${random.between(1, 200)}号` : ''}`;
  if (roll < 0.75)
    return `${random.pick(ROADS)}路${random.between(1, 999)}号${random.between(1, 30)}${random.pick(['栋', '幢'])}${random.between(101, 2204)}室`;
  return region.length > 5 ? region : `${region}${random.pick(VILLAGES)}镇`;
};

const HAN = '〇一二三四五六七八九';
const hanNumber = (value: number): string =>
  value < 10
    ? HAN[value]!
    : value === 10
      ? '十'
      : value < 20
        ? `十${HAN[value % 10]!}`
        : `${HAN[Math.floor(value / 10)]!}十${value % 10 === 0 ? '' : HAN[value % 10]!}`;

export const date: Maker = (random) => {
  const year = random.between(2015, 2026);
  const month = random.between(1, 12);
  const day = random.between(1, 28);
  switch (random.int(10)) {
    case 0:
    case 1:
      return `${year}年${month}月${day}日`;
    case 2:
    case 3:
      return `${year}-${two(month)}-${two(day)}`;
    case 4:
      return `${year}/${month}/${day}`;
    case 5:
      return `${year}.${two(month)}.${two(day)}`;
    case 6:
      return `${month}月${day}日`;
    case 7:
      return `${Array.from(String(year))
        .map((digit) => HAN[Number(digit)])
        .join('')}年${hanNumber(month)}月${hanNumber(day)}日`;
    case 8:
      return `${year}年${two(month)}月`;
    default:
      return `${year}-${two(month)}-${two(day)} ${two(random.int(24))}:${two(random.int(60))}`;
  }
};

export const age: Maker = (random) => {
  const years = random.between(1, 98);
  const roll = random.next();
  if (roll < 0.8) return `${years}${random.pick(['岁', '岁', '岁', '周岁'])}`;
  if (roll < 0.88) return `${random.between(1, 11)}月龄`;
  if (roll < 0.94 && years > 10) return `${hanNumber(years)}岁`;
  return `${random.between(1, 6)}岁${random.between(1, 11)}个月`;
};

const number: (prefixes: readonly string[], lengths: readonly number[]) => Maker = (prefixes, lengths) => (random) =>
  random.pick(prefixes) + random.digits(random.pick(lengths));
export const mrn = number(['', '', 'ZY', '00', 'B', 'M'], [6, 8, 7, 10]);
export const outpatient = number(['', 'MZ', '20', 'J'], [8, 10, 7]);
export const report = number(['CT', 'MR', 'US', 'B2024-', 'P', '', 'XR2025'], [6, 7, 8, 5]);
export const social = number(['', 'A', '33', 'SB'], [9, 10, 8]);
export const account = number(['wx_', 'zh', 'gh', '', 'user', '66'], [6, 7, 9]);

const PLACES =
  '浙江大学 杭州市 武汉市 四川大学 北京 上海市 南京 郑州大学 中山大学 复旦大学 湖南省 安徽省 青岛 无锡市 泉州市 仙桃市 义乌市'.split(
    ' ',
  );
export const org: Maker = (random) => {
  const place = random.pick(PLACES);
  const roll = random.next();
  if (roll < 0.6) {
    if (place.endsWith('大学'))
      return `${place}${random.pick(['', '医学院'])}附属${random.pick(['第一', '第二', '肿瘤', '儿童', '口腔'])}医院`;
    return `${place}${random.pick(['第一人民', '第二人民', '中心', '中医', '妇幼保健', '友谊', '同济', '协和', '仁爱', '第三'])}医院`;
  }
  if (roll < 0.75)
    return `${place.replace('大学', '')}${random.pick(['宏达', '远大', '吉利', '恒瑞', '天工', '华星'])}${random.pick(['机械', '电子', '纺织', '科技', '物流', '建筑'])}有限公司`;
  if (roll < 0.9)
    return `${place.replace('大学', '')}${random.pick(['第三', '实验', '育才', '外国语', '第一'])}${random.pick(['中学', '小学', '幼儿园'])}`;
  return `${random.pick(VILLAGES)}${random.pick(['镇', '乡'])}${random.pick(['中心卫生院', '卫生院'])}`;
};

/** Titles, surname with title. */
export const MAKERS: Readonly<Record<SpanType, Maker>> = {
  NAME: chineseName,
  ID_CARD: idCard,
  HMT_RESIDENCE: hmtResidence,
  USCC: uscc,
  MOBILE: mobile,
  LANDLINE: landline,
  BANK_CARD: bankCard,
  PASSPORT: passport,
  HKMO_PERMIT: permit,
  PLATE: plate,
  EMAIL: email,
  IP: ip,
  MAC: mac,
  ADDRESS: address,
  DATE: date,
  AGE: age,
  MRN: mrn,
  OUTPATIENT_NO: outpatient,
  REPORT_NO: report,
  SOCIAL_CARD: social,
  ACCOUNT: account,
  ORG: org,
};
