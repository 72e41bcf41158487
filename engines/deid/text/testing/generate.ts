import { HARD_NEGATIVES, JUDGE_NOTES } from './carriers-judge.ts';
import { TRAIN_CARRIERS } from './carriers-train.ts';
import { random, type Random } from './random.ts';
import { MAKERS, minorityName, pinyinName, wideName } from './values.ts';
import { COMPOUND_SURNAMES, SINGLE_SURNAMES } from '../names/surnames.ts';
import { SPAN_TYPES, type Span, type SpanType } from '../types.ts';
import type { LabelledText } from '../evaluate.ts';

const SYMPTOMS =
  '发热 咳嗽 头痛 头晕 腹痛 胸闷 气促 恶心呕吐 乏力 皮疹 关节肿痛 心悸 腰痛 便血 黄疸 水肿 失眠 高血压 糖尿病 肺部感染 脑梗死 骨折 阑尾炎'.split(
    ' ',
  );
const EXAMS = '头颅CT 胸片 胃镜 心电图 腹部B超 血常规 肝功能 腰椎穿刺 冠脉造影 骨髓穿刺 MRI 肠镜 甲状腺彩超'.split(' ');
const DRUGS =
  '阿司匹林 硝苯地平 二甲双胍 头孢呋辛 左氧氟沙星 甘露醇 布洛芬 奥美拉唑 华法林 呋塞米 阿托伐他汀 胰岛素 氨溴索'.split(
    ' ',
  );
const DEPTS = '心内科 呼吸科 消化科 神经内科 骨科 普外科 泌尿外科 妇科 产科 儿科 急诊科 ICU 肿瘤科 皮肤科 眼科'.split(
  ' ',
);
const RELATIVES = '妻子 丈夫 儿子 女儿 父亲 母亲 哥哥 妹妹 女婿 侄子'.split(' ');
const DOSES = ['0.1g', '20mg', '5ml', '2.0g', '10U', '250ml', '75mg qd', '0.5g tid'];
const LABS = ['12.5×10^9/L', '138g/L', '4.2mmol/L', '45U/L', '88.6umol/L', '0.35ng/ml', '256'];

const FULL: Readonly<Record<string, string>> = {
  ',': '\uFF0C',
  ':': '\uFF1A',
  ';': '\uFF1B',
  '(': '\uFF08',
  ')': '\uFF09',
};

/** Everyday and clinical words the training sentences are padded with; set by the training script from the word pairs. */
export interface Filling {
  readonly words?: readonly string[];
  readonly roles?: readonly string[];
  /** Names from a wider range of characters than people have now. */
  readonly wideNames?: boolean;
}

/** Fills a carrier; punctuation outside values is made full width as `wide` says. */
export function fill(carrier: string, draw: Random, filling: Filling = {}): LabelledText {
  const wide = draw.chance(0.7);
  const gold: Span[] = [];
  let text = '';
  for (const [, slot, mark, plain] of carrier.matchAll(/\{(\w+)\}|<(\w+)>|([^{<]+|[{<])/g)) {
    if (slot !== undefined) {
      const made = slotValue(slot, draw, filling);
      if (made.type !== undefined)
        gold.push({ start: text.length, end: text.length + made.text.length, type: made.type });
      text += made.text;
    } else if (mark !== undefined) text += filler(mark, draw, filling);
    else text += wide ? widen(plain ?? '') : (plain ?? '');
  }
  return { text, gold };
}

function widen(text: string): string {
  return text
    .replace(/(?<=[\u4E00-\u9FFF})"])([,:;])(?=.|$)/g, (_, mark: string) => FULL[mark] ?? mark)
    .replace(/[()]/g, (mark) => FULL[mark] ?? mark)
    .replace(/(?<=[\u4E00-\u9FFF])\.(?=\D|$)/g, '\u3002');
}

function slotValue(slot: string, draw: Random, filling: Filling): { text: string; type?: SpanType } {
  if (slot === 'sex') return { text: draw.pick(['男', '女', '男性', '女性']) };
  if (slot === 'rel') return { text: draw.pick(RELATIVES) };
  if (slot === 'S')
    return {
      text: draw.chance(0.06) ? draw.pick(COMPOUND_SURNAMES.slice(0, 12)) : SINGLE_SURNAMES[draw.int(110)]!,
      type: 'NAME',
    };
  if (slot === 'MIN') return { text: minorityName(draw), type: 'NAME' };
  if (slot === 'PY') return { text: pinyinName(draw), type: 'NAME' };
  if (slot === 'NAME' && filling.wideNames === true && draw.chance(0.45)) return { text: wideName(draw), type: 'NAME' };
  const type = SPAN_TYPES.find((each) => each === slot);
  if (type === undefined) return { text: slot };
  return { text: MAKERS[type](draw), type };
}

function filler(mark: string, draw: Random, { words, roles }: Filling): string {
  const digits = /^d(\d+)$/.exec(mark)?.[1];
  if (digits !== undefined) return draw.digits(Number(digits));
  switch (mark) {
    case 'n':
      return String(draw.between(2, 60));
    case 'symptom':
      return draw.pick(SYMPTOMS);
    case 'exam':
      return draw.pick(EXAMS);
    case 'drug':
      return draw.pick(DRUGS);
    case 'dept':
      return draw.pick(DEPTS);
    case 'dose':
      return draw.pick(DOSES);
    case 'lab':
      return draw.pick(LABS);
    case 'role':
      return roles === undefined ? draw.pick(RELATIVES) : draw.pick(roles);
    case 'word':
      return words === undefined || words.length === 0 ? draw.pick(SYMPTOMS) : draw.pick(words);
    default:
      return mark;
  }
}

/** Notes the name model learns from. */
export function* trainingTexts(seed: number, count: number, filling: Filling): Generator<LabelledText> {
  const draw = random(seed);
  for (let i = 0; i < count; i++) yield fill(draw.pick(TRAIN_CARRIERS), draw, filling);
}

/** Ordinary notes from carriers the model never saw. */
export function* ordinaryNotes(seed: number, count: number): Generator<LabelledText> {
  const draw = random(seed);
  for (let i = 0; i < count; i++) yield fill(JUDGE_NOTES[i % JUDGE_NOTES.length]!, draw);
}

export function* hardNegatives(seed: number, count: number): Generator<LabelledText> {
  const draw = random(seed);
  for (let i = 0; i < count; i++) yield fill(HARD_NEGATIVES[i % HARD_NEGATIVES.length]!, draw);
}

/** Rewrites a note so that gold offsets follow: each span's value is replaced by `rewrite`, the rest by `around`. */
function rewritten(
  { text, gold }: LabelledText,
  rewrite: (value: string, type: SpanType) => string,
  around: (text: string) => string = (same) => same,
): LabelledText {
  let out = '';
  let at = 0;
  const marks: Span[] = [];
  for (const { start, end, type } of gold) {
    out += around(text.slice(at, start));
    const value = rewrite(text.slice(start, end), type);
    marks.push({ start: out.length, end: out.length + value.length, type });
    out += value;
    at = end;
  }
  return { text: out + around(text.slice(at)), gold: marks };
}

const wideDigits = (value: string): string =>
  value.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));
const hanDigits = (value: string): string =>
  value.replace(/\d/g, (digit) => '\u3007一二三四五六七八九'[Number(digit)]!);
const group = (value: string, separator: string): string =>
  value.length === 11
    ? `${value.slice(0, 3)}${separator}${value.slice(3, 7)}${separator}${value.slice(7)}`
    : value.length >= 15
      ? value.replace(/(.{4})(?=.)/g, `$1${separator}`)
      : value;
const NUMBERS: ReadonlySet<SpanType> = new Set(['MOBILE', 'ID_CARD', 'BANK_CARD', 'HMT_RESIDENCE']);

/** The ways people, forms, scanners and copying make a value harder to see. */
export const TRANSFORMS: Readonly<Record<string, (note: LabelledText, draw: Random) => LabelledText>> = {
  fullWidth: (note) =>
    rewritten(note, (value, type) => (type === 'NAME' || type === 'ORG' ? value : wideDigits(value))),
  chineseNumerals: (note) =>
    rewritten(note, (value, type) => (type === 'MOBILE' || type === 'MRN' ? hanDigits(value) : value)),
  grouped: (note, draw) =>
    rewritten(note, (value, type) => (NUMBERS.has(type) ? group(value, draw.pick([' ', '-', '.'])) : value)),
  spelled: (note) => rewritten(note, (value, type) => (type === 'MOBILE' ? Array.from(value).join(' ') : value)),
  brokenLine: (note) =>
    rewritten(note, (value, type) => (NUMBERS.has(type) ? `${value.slice(0, 7)}\n${value.slice(7)}` : value)),
  zeroWidth: (note) =>
    rewritten(note, (value, type) => (type === 'NAME' || NUMBERS.has(type) ? Array.from(value).join('\u200B') : value)),
  spacedNames: (note) =>
    rewritten(note, (value, type) =>
      type === 'NAME' && /^[\u4E00-\u9FFF]{2,3}$/.test(value) ? Array.from(value).join(' ') : value,
    ),
  traditional: (note) => rewritten(note, (value) => traditional(value), traditional),
  noPunctuation: (note) =>
    rewritten(
      note,
      (value) => value,
      (text) => text.replace(/[\uFF0C,\u3002;\uFF1B]/g, ' '),
    ),
};

const TRADITIONAL: Readonly<Record<string, string>> = Object.fromEntries(
  '张張 陈陳 刘劉 杨楊 赵趙 黄黃 吴吳 孙孫 马馬 郑鄭 谢謝 许許 韩韓 冯馮 邓鄧 萧蕭 叶葉 苏蘇 吕呂 卢盧 钟鐘 谭譚 陆陸 贾賈 韦韋 邹鄒 医醫 师師 护護 长長 患患 联聯 系系 电電 话話 号號 码碼 门門 诊診 龄齡 岁歲 儿兒 妈媽 亲親 报報 记記 录錄 签簽 检檢 查查 复復 诉訴 发發 热熱 头頭 晕暈 术術 药藥 进進 转轉 归歸 华華 国國 伟偉 强強 军軍 杰傑 涛濤 刚剛 飞飛 丽麗 艳艷 静靜 红紅 兰蘭 云雲 洁潔 办辦 县縣 乡鄉 镇鎮 区區 东東 广廣 随隨 访訪 责責 证證 银銀 卡卡'
    .split(' ')
    .map((pair) => [pair[0]!, pair[1]!]),
);
function traditional(text: string): string {
  return text.replace(/[\u4E00-\u9FFF]/g, (char) => TRADITIONAL[char] ?? char);
}

export function* adversarialNotes(seed: number, count: number): Generator<LabelledText & { transform: string }> {
  const draw = random(seed);
  const names = Object.keys(TRANSFORMS);
  let i = 0;
  for (const note of ordinaryNotes(seed + 1, count)) {
    const name = names[i++ % names.length]!;
    yield { ...TRANSFORMS[name]!(note, draw), transform: name };
  }
}
