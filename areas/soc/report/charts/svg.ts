/**
 * Small charts as SVG text: the same drawing goes into the PDF as vectors and into Word as a picture. No script, no style sheet, only what
 * every SVG renderer draws alike.
 */
export interface ChartStyle {
  readonly fontFamily: string;
  readonly width: number;
  readonly height: number;
}

export const COLORS = {
  ink: '#1f2d3d',
  quiet: '#7a8794',
  grid: '#e3e8ee',
  blue: '#1f5fa8',
  red: '#c0392b',
  amber: '#d98e04',
  green: '#2e8b57',
  light: '#b9cfe6',
} as const;

export interface Series {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
  readonly kind: 'line' | 'bar';
  /** Counts on the right axis when its size is another. */
  readonly axis?: 'right';
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly color?: string;
  /** The same thing a period ago, drawn as a thin pale bar behind. */
  readonly before?: number;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const n = (value: number): string => String(Math.round(value * 100) / 100);

/** Full-width characters count 1, others 0.55. */
export function emWidth(text: string): number {
  let width = 0;
  for (const char of text) width += char.codePointAt(0)! > 0x2e7f ? 1 : 0.55;
  return width;
}

export function shorten(text: string, ems: number): string {
  if (emWidth(text) <= ems) return text;
  let result = '';
  for (const char of text) {
    if (emWidth(result + char) > ems - 1) break;
    result += char;
  }
  return `${result}…`;
}

/** 1,234 · 1.2万 · 3.4亿 */
export function compact(value: number): string {
  if (value >= 1e8) return `${n(Math.round(value / 1e7) / 10)}亿`;
  if (value >= 1e4) return `${n(Math.round(value / 1e3) / 10)}万`;
  return Math.round(value).toLocaleString('en-US');
}

/** The least round number (1, 2, 5 × 10ⁿ steps, four of them) that holds the largest value. */
export function niceMax(value: number): number {
  if (value <= 4) return 4;
  const step = 10 ** Math.floor(Math.log10(value / 4));
  for (const factor of [1, 2, 2.5, 5, 10])
    if (factor * step * 4 >= value && Number.isInteger(factor * step)) return factor * step * 4;
  return Math.ceil(value / 4) * 4;
}

function text(
  x: number,
  y: number,
  content: string,
  size: number,
  options: { color?: string; anchor?: 'start' | 'middle' | 'end'; bold?: boolean; font: string },
): string {
  return `<text x="${n(x)}" y="${n(y)}" font-family="${escape(options.font)}" font-size="${size}" fill="${options.color ?? COLORS.ink}" text-anchor="${options.anchor ?? 'start'}"${options.bold === true ? ' font-weight="bold"' : ''}>${escape(content)}</text>`;
}

function wrap(style: ChartStyle, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${style.width}" height="${style.height}" viewBox="0 0 ${style.width} ${style.height}">${parts.join('')}</svg>`;
}

/** Bars and lines over the same labels, with a legend; a second axis on the right for series that ask for it. */
export function timeChart(style: ChartStyle, labels: readonly string[], series: readonly Series[]): string {
  const { width, height, fontFamily: font } = style;
  const right = series.some((one) => one.axis === 'right');
  const box = { left: 44, right: width - (right ? 48 : 12), top: 28, bottom: height - 22 };
  const max = (axis: 'left' | 'right'): number =>
    niceMax(Math.max(0, ...series.filter((one) => (one.axis ?? 'left') === axis).flatMap((one) => one.values)));
  const maxima = { left: max('left'), right: max('right') };
  const step = (box.right - box.left) / Math.max(1, labels.length);
  const x = (i: number): number => box.left + step * (i + 0.5);
  const y = (value: number, axis: 'left' | 'right'): number =>
    box.bottom - ((box.bottom - box.top) * value) / maxima[axis];
  const parts: string[] = [];
  let legend = box.left;
  for (const one of series) {
    parts.push(
      `<rect x="${n(legend)}" y="6" width="12" height="${one.kind === 'line' ? 3 : 10}" ${one.kind === 'line' ? 'transform="translate(0 4)"' : ''} fill="${one.color}"/>`,
    );
    const name = `${one.name}${one.axis === 'right' ? '（右轴）' : ''}`;
    parts.push(text(legend + 16, 15, name, 10, { font, color: COLORS.quiet }));
    legend += 16 + emWidth(name) * 10 + 18;
  }
  for (let i = 0; i <= 4; i += 1) {
    const at = box.bottom - ((box.bottom - box.top) * i) / 4;
    parts.push(
      `<line x1="${box.left}" y1="${n(at)}" x2="${n(box.right)}" y2="${n(at)}" stroke="${i === 0 ? COLORS.quiet : COLORS.grid}" stroke-width="0.8"/>`,
    );
    parts.push(
      text(box.left - 5, at + 3.5, compact((maxima.left * i) / 4), 9, { font, anchor: 'end', color: COLORS.quiet }),
    );
    if (right)
      parts.push(text(box.right + 5, at + 3.5, compact((maxima.right * i) / 4), 9, { font, color: COLORS.quiet }));
  }
  const every = Math.ceil(labels.length / 12);
  for (const [i, label] of labels.entries())
    if (i % every === 0)
      parts.push(text(x(i), box.bottom + 14, label, 9, { font, anchor: 'middle', color: COLORS.quiet }));
  const bars = series.filter((one) => one.kind === 'bar');
  const barWidth = Math.min(26, (step * 0.66) / Math.max(1, bars.length));
  for (const [b, one] of bars.entries()) {
    for (const [i, value] of one.values.entries()) {
      const top = y(value, one.axis ?? 'left');
      if (value > 0)
        parts.push(
          `<rect x="${n(x(i) + (b - bars.length / 2) * barWidth)}" y="${n(top)}" width="${n(barWidth - 1)}" height="${n(box.bottom - top)}" fill="${one.color}"/>`,
        );
    }
  }
  for (const one of series.filter((candidate) => candidate.kind === 'line')) {
    const points = one.values.map((value, i) => `${n(x(i))},${n(y(value, one.axis ?? 'left'))}`);
    if (points.length > 1)
      parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${one.color}" stroke-width="1.8"/>`);
    for (const point of points)
      parts.push(`<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="2.4" fill="${one.color}"/>`);
  }
  return wrap(style, parts);
}

/** Horizontal bars, longest first as given, each with its number. */
export function barChart(style: ChartStyle, bars: readonly Bar[]): string {
  const { width, height, fontFamily: font } = style;
  if (bars.length === 0) return emptyChart(style);
  const label = Math.min(width * 0.42, Math.max(...bars.map((bar) => emWidth(bar.label) * 10)) + 8);
  const max = Math.max(1, ...bars.flatMap((bar) => [bar.value, bar.before ?? 0]));
  const row = Math.min(26, (height - 6) / bars.length);
  const room = width - label - 52;
  const parts: string[] = [];
  for (const [i, bar] of bars.entries()) {
    const top = 3 + i * row;
    const middle = top + row / 2;
    parts.push(text(label - 6, middle + 3.5, shorten(bar.label, (label - 8) / 10), 10, { font, anchor: 'end' }));
    if (bar.before !== undefined && bar.before > 0)
      parts.push(
        `<rect x="${n(label)}" y="${n(middle + row * 0.22)}" width="${n(Math.max(1, (room * bar.before) / max))}" height="${n(row * 0.2)}" fill="${COLORS.light}"/>`,
      );
    const size = (room * bar.value) / max;
    if (bar.value > 0)
      parts.push(
        `<rect x="${n(label)}" y="${n(middle - row * 0.32)}" width="${n(Math.max(1, size))}" height="${n(row * 0.5)}" fill="${bar.color ?? COLORS.blue}"/>`,
      );
    parts.push(text(label + size + 5, middle + 3, compact(bar.value), 10, { font, color: COLORS.ink }));
  }
  return wrap(style, parts);
}

/** One bar cut into parts, with its legend below: how a whole is made up. */
export function stackChart(style: ChartStyle, parts: readonly Bar[]): string {
  const { width, fontFamily: font } = style;
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  if (total === 0) return emptyChart(style);
  const drawn: string[] = [];
  let x = 0;
  let legend = 0;
  let line = 46;
  for (const part of parts) {
    const size = (width * part.value) / total;
    const color = part.color ?? COLORS.blue;
    if (part.value > 0)
      drawn.push(`<rect x="${n(x)}" y="4" width="${n(Math.max(1, size - 1))}" height="22" fill="${color}"/>`);
    if (size > 24)
      drawn.push(
        text(x + size / 2, 19, compact(part.value), 10, { font, anchor: 'middle', color: '#ffffff', bold: true }),
      );
    x += size;
    const name = `${part.label} ${compact(part.value)}`;
    const needed = 16 + emWidth(name) * 10 + 16;
    if (legend + needed > width) [legend, line] = [0, line + 16];
    drawn.push(
      `<rect x="${n(legend)}" y="${line - 9}" width="10" height="10" fill="${color}"/>`,
      text(legend + 14, line, name, 10, { font, color: COLORS.ink }),
    );
    legend += needed;
  }
  return wrap(style, drawn);
}

function emptyChart(style: ChartStyle): string {
  return wrap(style, [
    `<rect x="0.5" y="0.5" width="${style.width - 1}" height="${style.height - 1}" fill="none" stroke="${COLORS.grid}"/>`,
    text(style.width / 2, style.height / 2 + 4, '本期无数据', 11, {
      font: style.fontFamily,
      anchor: 'middle',
      color: COLORS.quiet,
    }),
  ]);
}
