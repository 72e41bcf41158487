import type { Block } from '../../supervise/notices/markdown.ts';

/** An official document (公文) as GB/T 9704-2012 lays it out, free of any output format. */
export interface OfficialDocument {
  /** 发文机关标志, in red: the office's full name, usually with 文件. */
  readonly header: string;
  /** 发文字号, e.g. 东卫网安通〔2026〕12号; empty for a draft. */
  readonly number: string;
  /** 紧急程度. */
  readonly urgency: '' | '加急' | '特急';
  readonly title: string;
  /** 主送机关, without the colon. */
  readonly addressees: string;
  readonly body: readonly Block[];
  /** 附件: named after the body, each on a page of its own after the signature and before the imprint (7.3.7). */
  readonly annexes: readonly { readonly title: string; readonly body: readonly Block[] }[];
  /** 发文机关署名. */
  readonly signature: string;
  /** 成文日期, e.g. 2026年11月23日. */
  readonly date: string;
  /** 抄送机关. */
  readonly copies: string;
  /** 印发机关 and 印发日期. */
  readonly printedBy: string;
  readonly printedOn: string;
  /** Across the page, for what is not in force: 草稿, 已撤回. */
  readonly watermark: string;
}

/** Measures of GB/T 9704-2012, clauses 5 and 6, in points (1 mm = 2.8346 pt). */
export const MM = 72 / 25.4;
export const PAGE = {
  width: 210 * MM,
  height: 297 * MM,
  /** 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm. */
  top: 37 * MM,
  left: 28 * MM,
  right: 26 * MM,
  bottom: 35 * MM,
  textWidth: 156 * MM,
  textHeight: 225 * MM,
} as const;
/** 字号: 2号 22 pt, 3号 16 pt, 4号 14 pt, 小四 12 pt. */
export const SIZE = { second: 22, third: 16, fourth: 14, small: 12 } as const;
/** 22 lines on a page. */
export const LINE = PAGE.textHeight / 22;
export const RED = '#d7000f';

/** The red name fills the text width without touching its edges; never larger than what the standard's model shows. */
export function headerSize(text: string): number {
  return Math.min(62, Math.floor((PAGE.textWidth * 0.96) / Math.max(1, textWidth(text))));
}

/** Width in full-width characters: Latin letters and digits take half. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += char.codePointAt(0)! < 0x2e80 && !'“”‘’…—·'.includes(char) ? 0.5 : 1;
  return width;
}

const WORDS = new Intl.Segmenter('zh', { granularity: 'word' });

/** A title in lines of nearly equal length, as the standard asks (排列对称, 词意完整): broken between words, not inside “ ” or a number. */
export function balanceTitle(title: string, perLine = 19): string[] {
  const lines = Math.ceil(textWidth(title) / perLine);
  const result: string[] = [];
  let rest = title;
  for (let left = lines; left > 1; left -= 1) {
    const target = textWidth(rest) / left;
    const characters = Array.from(rest);
    const boundaries = new Set<number>();
    let length = 0;
    for (const { segment } of WORDS.segment(rest)) boundaries.add((length += Array.from(segment).length));
    let best = 1;
    let bestCost = Number.POSITIVE_INFINITY;
    let width = 0;
    for (let i = 1; i < characters.length; i += 1) {
      width += textWidth(characters[i - 1]!);
      const [before, after] = [characters[i - 1]!, characters[i]!];
      const apart = /[\w.]/.test(before) && /[\w.]/.test(after);
      const forbidden = apart || '”）》、，的'.includes(after) || '“（《'.includes(before) || width > perLine;
      const cost = Math.abs(width - target) + (forbidden ? 100 : 0) + (boundaries.has(i) ? 0 : 4);
      if (cost < bestCost) [best, bestCost] = [i, cost];
    }
    result.push(characters.slice(0, best).join(''));
    rest = characters.slice(best).join('');
  }
  return [...result, rest];
}

/**
 * Column widths in parts of the whole. Each column gets what its longest cell needs, as far as there is room; when there is not, the widest
 * columns give way and wrap. Room that is left goes to all alike.
 */
export function columnShares(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  fontSize: number,
  width: number,
): number[] {
  const wanted = header.map(
    (cell, column) =>
      Math.max(
        3 * fontSize,
        ...[cell, ...rows.map((row) => row[column] ?? '')].map((text) => textWidth(text) * fontSize * 1.06),
      ) + 12,
  );
  const total = wanted.reduce((sum, want) => sum + want, 0);
  if (total <= width) return wanted.map((want) => want / total);
  // Short columns (numbers, dates, names) keep their line; only what reads well on several lines wraps. If that leaves too little, all give way.
  const long = wanted.map((want) => want > 13.5 * fontSize);
  const kept = wanted.reduce((sum, want, i) => sum + (long[i] === true ? 0 : want), 0);
  const room = width - kept;
  const exempt = long.some(Boolean) && room >= long.filter(Boolean).length * 8 * fontSize;
  const flexible = wanted.filter((_, i) => !exempt || long[i] === true);
  // The cap at which the capped widths just fill the room.
  let [low, high] = [0, Math.max(...flexible)];
  for (let i = 0; i < 40; i += 1) {
    const cap = (low + high) / 2;
    if (flexible.reduce((sum, want) => sum + Math.min(want, cap), 0) > (exempt ? room : width)) high = cap;
    else low = cap;
  }
  return wanted.map((want, i) => (exempt && long[i] !== true ? want : Math.min(want, low)) / width);
}

const NUMERALS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** 1 → 一, 12 → 十二, 20 → 二十; enough for headings. */
export function chineseNumber(value: number): string {
  if (value <= 10) return NUMERALS[value] ?? String(value);
  if (value < 20) return `十${NUMERALS[value - 10]}`;
  return `${NUMERALS[Math.floor(value / 10)]}十${value % 10 === 0 ? '' : NUMERALS[value % 10]}`;
}
