import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { svgToPng } from './raster.ts';
import { COLORS, barChart, compact, emWidth, niceMax, shorten, stackChart, timeChart } from './svg.ts';

const style = { fontFamily: 'Noto Sans SC', width: 480, height: 190 };

/** Elements with their attributes; throws when it is not well-formed XML. */
function elements(svg: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', (tag) =>
    found.push({ name: tag.name, attributes: tag.attributes as Record<string, string>, text: '' }),
  );
  parser.on('text', (text) => {
    const last = found.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(svg).close();
  return found;
}
const number = (value: string | undefined): number => Number(value);

describe('timeChart()', () => {
  const values = fc.array(fc.nat({ max: 1_000_000_000 }), { minLength: 7, maxLength: 7 });
  test('bars are as high as their values and stay inside, for any values', () => {
    fc.assert(
      fc.property(values, values, (bars, line) => {
        const svg = timeChart(
          style,
          ['1', '2', '3', '4', '5', '6', '7'],
          [
            { name: '告警', color: '#111111', kind: 'bar', values: bars },
            { name: '日志', color: '#222222', kind: 'line', axis: 'right', values: line },
          ],
        );
        const drawn = elements(svg)
          .filter((element) => element.name === 'rect' && element.attributes.fill === '#111111')
          .slice(1);
        const shown = bars.filter((value) => value > 0);
        expect(drawn).toHaveLength(shown.length);
        for (const rect of drawn) {
          expect(number(rect.attributes.y)).toBeGreaterThanOrEqual(0);
          expect(number(rect.attributes.y) + number(rect.attributes.height)).toBeLessThanOrEqual(style.height);
        }
        const heights = drawn.map((rect) => number(rect.attributes.height));
        for (const [i, value] of shown.entries())
          for (const [j, other] of shown.entries())
            if (value > other * 1.1 && value - other > Math.max(...bars) / 50)
              expect(heights[i]!).toBeGreaterThan(heights[j]!);
        for (const circle of elements(svg).filter((element) => element.name === 'circle'))
          expect(number(circle.attributes.cy)).toBeGreaterThanOrEqual(27);
      }),
    );
  });
  test('takes no day, one day and many days', () => {
    for (const count of [0, 1, 60]) {
      const labels = Array.from({ length: count }, (_, i) => `d${i}`);
      const svg = timeChart(style, labels, [
        { name: 'a', color: COLORS.blue, kind: 'line', values: labels.map((_, i) => i) },
      ]);
      expect(elements(svg).filter((element) => element.text.startsWith('d')).length).toBeLessThanOrEqual(12);
      expect(svg).not.toContain('NaN');
    }
  });
});

describe('barChart() and stackChart()', () => {
  test('text from outside cannot become markup', () => {
    const svg =
      barChart(style, [{ label: '<script>&"\'', value: 3 }]) + stackChart(style, [{ label: '</svg><x>', value: 1 }]);
    for (const one of svg.split(/(?<=<\/svg>)/))
      expect(elements(one).map((element) => element.name)).not.toContain('script');
  });
  test('bar lengths are in proportion to the values', () => {
    const bars = elements(
      barChart(style, [
        { label: '甲', value: 100 },
        { label: '乙', value: 50, before: 100 },
      ]),
    ).filter((element) => element.name === 'rect');
    const [first, before, second] = [
      bars[0],
      bars.find((bar) => bar.attributes.fill === COLORS.light),
      bars.at(-1),
    ].map((bar) => number(bar?.attributes.width));
    expect(second! / first!).toBeCloseTo(0.5, 2);
    expect(before).toBeCloseTo(first!, 2);
  });
  test('parts of a stack fill the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 8 }), (values) => {
        const bars = elements(
          stackChart(
            style,
            values.map((value, i) => ({ label: String(i), value })),
          ),
        ).filter((element) => element.name === 'rect' && element.attributes.height === '22');
        const total = values.reduce((sum, value) => sum + value, 0);
        if (total > 0) expect(bars).toHaveLength(values.filter((value) => value > 0).length);
        else expect(bars).toHaveLength(0);
      }),
    );
  });
  test('nothing to show is said', () => {
    expect(barChart(style, [])).toContain('本期无数据');
    expect(stackChart(style, [{ label: 'a', value: 0 }])).toContain('本期无数据');
  });
});

test('niceMax() holds the value, in four even whole steps, and wastes at most three fifths', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 40 }), (value) => {
      const max = niceMax(value);
      expect(max).toBeGreaterThanOrEqual(value);
      expect(Number.isInteger(max / 4)).toBe(true);
      if (value > 20) expect(max).toBeLessThanOrEqual(value * 2.5);
    }),
  );
});
test('compact() writes numbers as Chinese readers do', () =>
  expect([0, 999, 12_345, 318_400_512].map(compact)).toEqual(['0', '999', '1.2万', '3.2亿']));
test('shorten() never exceeds the room', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 2, max: 20 }),
      (text, ems) => emWidth(shorten(text, ems)) <= Math.max(ems, 1) + 0.6,
    ),
  );
});

describe('svgToPng()', () => {
  test('draws Chinese text: a label leaves ink, and different labels different pictures', async () => {
    const chart = (label: string): Promise<Uint8Array> =>
      svgToPng(barChart({ ...style, height: 60 }, [{ label, value: 1 }]), 1);
    const [one, other, none] = await Promise.all([chart('统方'), chart('勒索'), chart('')]);
    for (const png of [one, other, none])
      expect(Buffer.from(png!.subarray(0, 8)).toString('hex')).toBe('89504e470d0a1a0a');
    expect(Buffer.compare(one!, other!)).not.toBe(0);
    expect(Buffer.compare(one!, none!)).not.toBe(0);
  });
});
