/**
 * MB (UTF-8) per CPU-second of free-text de-identification: all 22 types, the whole NDJSON path, and plain V8 regular expressions
 * (15 passes, one alternation) over the same notes in the same run; and the quality on the project's own held-out notes and on those
 * of another hand.
 *
 *   npm run -s bench -- deid-text [--json] [--seconds=2] [--quality]
 */
import { createTextDeidentifier, evaluate, type Evaluation, type LabelledText } from '@xinglin/deid';
import { independentNotes, type IndependentSet } from '../engines/deid/text/testing/read-labelled.ts';
import { adversarialNotes, hardNegatives, ordinaryNotes } from '../engines/deid/text/testing/generate.ts';

const json = process.argv.includes('--json');
const seconds = Number(process.argv.find((word) => word.startsWith('--seconds='))?.slice(10) ?? 2);
const deid = createTextDeidentifier();

// Identifiers are rarer in real notes than in a generator that must exercise them: every note carries clinical prose as well.
const PROSE = [
  '查体：神志清楚，精神可，皮肤黏膜无黄染及出血点，浅表淋巴结未触及肿大。双肺呼吸音清，未闻及干湿性啰音。心率78次/分，律齐，各瓣膜听诊区未闻及病理性杂音。腹平软，无压痛及反跳痛，肝脾肋下未触及，移动性浊音阴性，肠鸣音4次/分。双下肢无水肿，生理反射存在，病理反射未引出。',
  '辅助检查：血常规示白细胞12.5×10^9/L，中性粒细胞85.6%，血红蛋白118g/L，血小板236×10^9/L；C反应蛋白45.2mg/L。肝肾功能、电解质未见明显异常。胸部CT平扫示右肺下叶斑片状密度增高影，考虑感染性病变，建议治疗后复查。',
  '诊疗经过：入院后予头孢哌酮舒巴坦3.0g静脉滴注每12小时一次抗感染，氨溴索30mg化痰，多索茶碱0.2g平喘，并予低流量吸氧、心电监护、维持水电解质平衡等对症支持治疗。患者咳嗽咳痰较前减轻，体温恢复正常，复查炎症指标明显下降，饮食睡眠可，大小便正常。',
];
const labelled = [...ordinaryNotes(11, 3000)];
const notes = labelled.map(({ text }, index) =>
  // Parsed, as they come from a file: strings glued together are slower to read.
  String(JSON.parse(JSON.stringify(`${text}\n${PROSE[index % 3]}${index % 2 === 0 ? PROSE[(index + 1) % 3] : ''}`))),
);
const bytes = notes.reduce((sum, note) => sum + Buffer.byteLength(note), 0);

const PATTERNS: readonly RegExp[] = [
  /[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]/g,
  /8[123]0000(?:19|20)\d{6}\d{3}[\dX]/g,
  /[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}/g,
  /1[3-9]\d{9}/g,
  /0\d{2,3}-?\d{7,8}/g,
  /[1-9]\d{15,18}/g,
  /[EGDSP][A-Z]?\d{7,8}/g,
  /[CHMW]\d{8,10}/g,
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}/g,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\d{1,3}(?:\.\d{1,3}){3}/g,
  /(?:[0-9A-F]{2}[:-]){5}[0-9A-F]{2}/gi,
  /\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?/g,
  /\d{1,3}(?:周?岁|月龄)/g,
  /(?:病案号|住院号|门诊号|报告号|社保卡号|账号)[：:]?\s*([A-Za-z0-9-]{5,})/g,
];
const ONE = new RegExp(PATTERNS.map((pattern) => `(?:${pattern.source})`).join('|'), 'gi');

interface Measure {
  readonly name: string;
  readonly mbPerCpuSecond: number;
  readonly hits: number;
}

function measure(name: string, run: (note: string) => number): Measure {
  const spend = (budget: number): { done: number; used: number; hits: number } => {
    const start = process.cpuUsage();
    let done = 0;
    let used = 0;
    let hits = 0;
    while (used < budget) {
      hits = 0;
      for (const note of notes) hits += run(note);
      done++;
      const { user, system } = process.cpuUsage(start);
      used = (user + system) / 1e6;
    }
    return { done, used, hits };
  };
  spend(0.8);
  // CPU time, not wall time: the machine may be busy with other things.
  const { done, used, hits } = spend(seconds);
  return { name, mbPerCpuSecond: Number(((bytes * done) / used / 1e6).toFixed(1)), hits };
}

const lines = new Map(notes.map((text, id) => [text, JSON.stringify({ id, text })]));
const results = [
  measure('22 types, spans', (note) => deid.spans(note).length),
  measure('22 types, NDJSON in, masked NDJSON out', (note) => {
    const { id, text } = JSON.parse(lines.get(note) ?? '') as { id: number; text: string };
    return JSON.stringify({ id, text: deid.mask(text) }).length > 0 ? 1 : 0;
  }),
  measure('V8 RegExp, 15 passes', (note) => {
    let hits = 0;
    for (const pattern of PATTERNS) {
      pattern.lastIndex = 0;
      while (pattern.exec(note) !== null) hits++;
    }
    return hits;
  }),
  measure('V8 RegExp, one alternation', (note) => {
    let hits = 0;
    ONE.lastIndex = 0;
    while (ONE.exec(note) !== null) hits++;
    return hits;
  }),
];

const independent = (set: IndependentSet, file: 'independent' | 'unseen'): Evaluation =>
  evaluate(independentNotes(set, file), (text) => deid.spans(text));
const quality = (set: Iterable<LabelledText>): Evaluation => evaluate(set, (text) => deid.spans(text));
const evaluations = {
  ordinary: quality(ordinaryNotes(101, 2000)),
  adversarial: quality(adversarialNotes(103, 2000)),
  hardNegative: quality(hardNegatives(105, 1000)),
  independentOrdinary: independent('ordinary', 'independent'),
  independentAdversarial: independent('adversarial', 'independent'),
  independentNegative: independent('negative', 'independent'),
  laterOrdinary: independent('ordinary', 'unseen'),
  laterAdversarial: independent('adversarial', 'unseen'),
  laterNegative: independent('negative', 'unseen'),
};

if (json) console.log(JSON.stringify({ bytes, notes: notes.length, speed: results, quality: evaluations }));
else {
  const base = results[2]?.mbPerCpuSecond ?? 1;
  for (const { name, mbPerCpuSecond, hits } of results)
    console.error(
      `${name.padEnd(42)} ${String(mbPerCpuSecond).padStart(8)} MB/cpu-s  x${(mbPerCpuSecond / base).toFixed(2).padStart(5)} of 15 passes  ${hits} hits`,
    );
  const percent = (part: number, whole: number): string =>
    (whole === 0 ? '-' : ((100 * part) / whole).toFixed(2)).padStart(7);
  for (const [name, { all, byType, falseHitsPer100, texts }] of Object.entries(evaluations)) {
    console.error(
      `\n${name}: ${texts} notes, masked ${percent(all.masked, all.gold)} %, exact ${percent(all.exact, all.gold)} %, ${falseHitsPer100.toFixed(2)} false hits per 100`,
    );
    if (process.argv.includes('--quality'))
      for (const [type, score] of Object.entries(byType))
        console.error(
          `  ${type.padEnd(14)} gold ${String(score.gold).padStart(6)}  masked ${percent(score.masked, score.gold)}  exact ${percent(score.exact, score.gold)}  precision ${percent(score.given - score.falseHits, score.given)}`,
        );
  }
}
