import { silentLog } from '@xinglin/platform/kernel';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleNotice } from '../../../test/support/notice-sample.ts';
import { PDFTOPPM, PDFTOTEXT, ink, pdfPages, pdfText, red, redRule } from '../../../test/support/pdf-pages.ts';
import type { PageImage } from '../../../test/support/pdf-pages.ts';
import { sampleReport } from '../../../test/support/report-sample.ts';
import { noticeDocument } from './print/notice-document.ts';
import { officialPdf } from './print/official-pdf.ts';
import { renderPdf } from './print/pdf.ts';
import { createRenderer } from './print/renderer.ts';
import type { Renderer } from './print/renderer.ts';

const hasPoppler = PDFTOPPM !== undefined && PDFTOTEXT !== undefined;
const now = new Date('2026-11-23T02:00:00Z');
const squeeze = (text: string): string => text.replace(/\s+/g, '');
const xmlText = (xml: string): string =>
  [...xml.matchAll(/<w:t[^>]*>([^<]*)<\/w:t>/g)].map((match) => match[1]).join('');
const unzip = (bytes: Uint8Array): Record<string, string> =>
  Object.fromEntries(
    Object.entries(unzipSync(bytes)).map(([name, content]) => [
      name,
      name.endsWith('.png') ? `png:${content.length}` : new TextDecoder().decode(content),
    ]),
  );

let renderer: Renderer;
beforeAll(() => {
  renderer = createRenderer({ log: silentLog() });
});
afterAll(() => renderer.close());

describe.runIf(hasPoppler)('a notice as PDF', () => {
  let pdf: Uint8Array;
  let pages: PageImage[];
  beforeAll(async () => {
    pdf = await renderer.render({ kind: 'official', format: 'pdf', document: noticeDocument(sampleNotice(), now) });
    pages = pdfPages(pdf, 72);
  });

  test('is A4, three pages, each with text on it', () => {
    expect(pages.map((page) => [page.width, page.height])).toEqual(Array.from({ length: 3 }, () => [596, 842]));
    for (const page of pages) expect(ink(page, [0.13, 0.12, 0.88, 0.88])).toBeGreaterThan(0.03);
  });
  test('the red name and the red rule stand on page one, where the standard puts them, and nowhere else', () => {
    const first = pages[0]!;
    expect(red(first, [0.1, 0.2, 0.9, 0.32])).toBeGreaterThan(0.05);
    const rule = redRule(first, [0.14, 0.3, 0.87, 0.45]);
    expect(rule).toBeGreaterThan(0.35);
    expect(rule).toBeLessThan(0.42);
    for (const page of pages.slice(1)) expect(red(page)).toBe(0);
  });
  test('margins are those of the standard: nothing in them but the page number', () => {
    for (const page of pages) {
      expect(ink(page, [0, 0, 1, 0.118])).toBe(0);
      expect(ink(page, [0, 0, 0.125, 1])).toBe(0);
      expect(ink(page, [0.885, 0, 1, 1])).toBe(0);
      expect(ink(page, [0, 0.93, 1, 1])).toBe(0);
      expect(ink(page, [0.1, 0.89, 0.9, 0.93])).toBeGreaterThan(0);
    }
  });
  test('the page number is outside: right on odd pages, left on even ones', () => {
    const half = (page: PageImage): [boolean, boolean] => [
      ink(page, [0.1, 0.89, 0.5, 0.93]) > 0,
      ink(page, [0.5, 0.89, 0.9, 0.93]) > 0,
    ];
    expect(pages.map(half)).toEqual([
      [false, true],
      [true, false],
      [false, true],
    ]);
  });
  test('the imprint stands between rules at the foot of the last page only', () => {
    const bottom: [number, number, number, number] = [0.14, 0.845, 0.87, 0.885];
    expect(ink(pages[2]!, bottom)).toBeGreaterThan(0.02);
    expect(squeeze(pdfText(pdf))).toContain('东莞市卫生健康局2026年11月23日印发');
  });
  test('the text layer has everything, rare characters too', () => {
    const text = squeeze(pdfText(pdf));
    for (const part of [
      '加急',
      '东莞市卫生健康局文件',
      '东卫网安通〔2026〕12号',
      '横向移动网络安全事件的通报',
      '龘䶮、喆堃、珺昱',
      '275a021bbfb6489e54d471899f7db9d1663fc6',
      '五、整改要求',
      '2026年11月30日17时30分',
      '—1—',
      '—3—',
    ])
      expect(text).toContain(part);
  });
  test('glyphs are drawn, not empty boxes: every character leaves its own ink', async () => {
    // One character a page, large. An empty box (.notdef) would give the same picture for all of them, a blank font none.
    const characters = Array.from('东莞卫健龘䶮喆堃〔〕号：，“”一Aa0');
    const sheet = await renderPdf({
      pageSize: { width: 60, height: 60 },
      pageMargins: 5,
      defaultStyle: { font: 'FangSong', fontSize: 32, lineHeight: 1 },
      content: characters.map((text, i) => ({ text, ...(i === 0 ? {} : { pageBreak: 'before' as const }) })),
    });
    const glyphs = pdfPages(sheet, 72);
    expect(glyphs).toHaveLength(characters.length);
    for (const [i, glyph] of glyphs.entries()) expect(ink(glyph), characters[i]).toBeGreaterThan(0.001);
    expect(new Set(glyphs.map((glyph) => glyph.pixels.toString('base64'))).size).toBe(characters.length);
  });
  test('the characters the layout itself adds are in the fonts too', async () => {
    const { createRequire } = await import('node:module');
    const fontkit = createRequire(import.meta.url)('fontkit') as {
      openSync(path: string): { hasGlyphForCodePoint(code: number): boolean };
    };
    const { FONT_FILES } = await import('./print/fonts.ts');
    const used = new Set(JSON.stringify([officialPdf(noticeDocument(sampleNotice(), now)).content, sampleReport()]));
    for (const file of Object.values(FONT_FILES)) {
      const font = fontkit.openSync(file);
      expect([...used].filter((char) => char > ' ' && !font.hasGlyphForCodePoint(char.codePointAt(0)!))).toEqual([]);
    }
  });
  test('a draft carries its mark, an issued notice none', async () => {
    const draft = await renderer.render({
      kind: 'official',
      format: 'pdf',
      document: noticeDocument(sampleNotice({ status: 'draft', issuedAt: null, number: '', deadline: null }), now),
    });
    expect(squeeze(pdfText(draft))).toContain('草稿，未编号');
    const grey = (page: PageImage): number => ink(page, [0.3, 0.4, 0.75, 0.7]);
    expect(pdfPages(draft)[0]!.pixels.equals(pages[0]!.pixels)).toBe(false);
    expect(grey(pdfPages(draft)[0]!)).toBeGreaterThan(0);
  });
  test('an annex has its own page after the signature and before the imprint; no heading is left alone at a foot', async () => {
    const [one] = sampleNotice().recipients;
    const recipients = Array.from({ length: 8 }, (_, i) => ({ ...one!, id: `r${i}`, institution: `第${i + 1}医院` }));
    const filler = '近期，区域医疗网络安全监测发现勒索软件横向移动活动，存在向其他医疗卫生机构扩散的风险。';
    for (let lines = 1; lines <= 8; lines += 1) {
      const body = `各有关单位：\n\n${Array.from({ length: lines }, () => filler).join('\n\n')}\n\n# 一、线索\n\n${filler}`;
      const text = pdfText(
        await renderer.render({
          kind: 'official',
          format: 'pdf',
          document: noticeDocument(sampleNotice({ recipients, body }), now),
        }),
      );
      const sheets = text.split('\f').map((sheet) =>
        sheet
          .split('\n')
          .map(squeeze)
          .filter((line) => line !== ''),
      );
      for (const sheet of sheets) expect(sheet.at(-2) ?? '').not.toMatch(/^[一二三]、/);
      const annex = sheets.findIndex((sheet) => sheet[0] === '附件');
      expect(annex).toBeGreaterThan(0);
      expect(sheets[annex]?.join('')).toContain('8第8医院2026年11月30日17时30分');
      expect(sheets[annex]?.join('')).toContain('印发');
      expect(sheets[annex - 1]?.join('')).toContain('（盖章处）');
    }
  });
  test('many rows are all there, in order, over many pages', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `| 第${i + 1}行 | 10.0.${i}.1 |`).join('\n');
    const long = await renderer.render({
      kind: 'official',
      format: 'pdf',
      document: noticeDocument(sampleNotice({ body: `# 一、清单\n\n| 名称 | 地址 |\n|---|---|\n${rows}` }), now),
    });
    const text = squeeze(pdfText(long));
    for (let i = 1; i <= 120; i += 1) expect(text).toContain(`第${i}行10.0.${i - 1}.1`);
  });
});

describe('a notice as Word file', () => {
  test('says the same, with the offices’ own fonts, page size and red rule', async () => {
    const files = unzip(
      await renderer.render({ kind: 'official', format: 'docx', document: noticeDocument(sampleNotice(), now) }),
    );
    const xml = files['word/document.xml'] ?? '';
    const text = xmlText(xml);
    for (const part of [
      '加急',
      '东莞市卫生健康局文件',
      '东卫网安通〔2026〕12号',
      '龘䶮、喆堃、珺昱',
      '五、整改要求',
      '（盖章处）',
      '2026年11月23日印发',
    ])
      expect(text).toContain(part);
    expect(xml).toContain('w:eastAsia="仿宋_GB2312"');
    expect(xml).toContain('w:eastAsia="方正小标宋简体"');
    expect(xml).toMatch(/<w:color w:val="d7000f"\/>/i);
    expect(xml).toMatch(/<w:pgSz w:w="11906" w:h="16838"/);
    expect(xml).toMatch(/<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587"/);
    expect(xml.match(/<w:tbl>/g)).toHaveLength(3);
    expect(xml.match(/<w:tblHeader/g)).toHaveLength(3);
    const footers = Object.entries(files).filter(([name]) => name.startsWith('word/footer'));
    expect(footers).toHaveLength(2);
    expect(footers.map(([, footer]) => /w:jc w:val="(\w+)"/.exec(footer)?.[1] ?? '').toSorted()).toEqual([
      'left',
      'right',
    ]);
  });
  test('text that looks like XML stays text', async () => {
    const files = unzip(
      await renderer.render({
        kind: 'official',
        format: 'docx',
        document: noticeDocument(sampleNotice({ title: '关于<script>&"的通报', body: 'a < b && c' }), now),
      }),
    );
    expect(files['word/document.xml']).toContain('a &lt; b &amp;&amp; c');
  });
});

describe('a situation report', () => {
  test.runIf(hasPoppler)('as PDF has its prose, its figures and charts in colour', async () => {
    const pdf = await renderer.render({ kind: 'report', format: 'pdf', document: sampleReport() });
    const text = squeeze(pdfText(pdf));
    for (const part of [
      '东莞市卫生健康局网络安全态势周报',
      '产生安全告警1,283条（较上周增加335条，上升35.3%）',
      '新出现“办公网主机大量访问445端口”142条（高危），上周未见。',
      '平均处置时间（MTTR）2小时13分，较上周延长46分40秒',
      '图3触发最多的检测规则',
      '东卫网安通〔2026〕10号',
      '督促东莞市塘厦医院、东莞市第一人民医院尽快完成',
    ])
      expect(text).toContain(part);
    const pages = pdfPages(pdf);
    expect(pages.length).toBeGreaterThanOrEqual(3);
    for (const page of pages.slice(0, -1)) expect(ink(page)).toBeGreaterThan(0.02);
    expect(Math.max(...pages.map((page) => red(page)))).toBeGreaterThan(0.005);
  });
  test('an institution without a single event still gets its report', async () => {
    const none = { now: 0, before: 0 };
    const quiet = sampleReport({
      region: false,
      alerts: none,
      criticalAlerts: none,
      incidents: none,
      closedIncidents: none,
      events: none,
      openIncidents: 0,
      mttd: { now: null, before: null },
      mttr: { now: null, before: null },
      levels: [],
      topRules: [],
      topInstitutions: [],
      tactics: [],
      incidentList: [],
      sources: { total: 0, silent: 0 },
      notices: { issued: none, accepted: none, states: [], open: 0, overdue: 0, overdueList: [] },
    });
    const files = unzip(await renderer.render({ kind: 'report', format: 'docx', document: quiet }));
    expect(xmlText(files['word/document.xml'] ?? '')).toContain('与上周相比没有显著变化。');
    expect((await renderer.render({ kind: 'report', format: 'pdf', document: quiet })).length).toBeGreaterThan(10_000);
  });
  test('as Word file has the charts as pictures with their captions', async () => {
    const files = unzip(await renderer.render({ kind: 'report', format: 'docx', document: sampleReport() }));
    const pictures = Object.entries(files).filter(([name]) => name.startsWith('word/media/'));
    expect(pictures).toHaveLength(6);
    for (const [, size] of pictures) expect(Number(size.slice(4))).toBeGreaterThan(4000);
    const text = xmlText(files['word/document.xml'] ?? '');
    expect(text).toContain('图6  通报办理状态');
    expect(text).toContain('二、与上周相比的变化');
  });
});

describe('createRenderer()', () => {
  test('does several jobs in turn, and goes on after one that fails', async () => {
    const bad = {
      kind: 'official',
      format: 'pdf',
      document: { ...noticeDocument(sampleNotice(), now), body: null },
    } as never;
    const results = await Promise.allSettled([
      renderer.render({ kind: 'official', format: 'docx', document: noticeDocument(sampleNotice(), now) }),
      renderer.render(bad),
      renderer.render({ kind: 'official', format: 'docx', document: noticeDocument(sampleNotice(), now) }),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'internal.unavailable' });
  });
  test('gives up a document that takes too long, and makes the next one on a new thread', async () => {
    const hasty = createRenderer({ log: silentLog(), timeoutMs: 1 });
    await expect(hasty.render({ kind: 'report', format: 'pdf', document: sampleReport() })).rejects.toMatchObject({
      code: 'internal.unavailable',
    });
    await hasty.close();
    await expect(hasty.render({ kind: 'report', format: 'pdf', document: sampleReport() })).rejects.toMatchObject({
      code: 'internal.unavailable',
    });
  });
  test('does not stop the thread that asked', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    await renderer.render({ kind: 'report', format: 'pdf', document: sampleReport() });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});
