import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { chineseTime } from '../../supervise/calendar/index.ts';
import { MM, columnShares } from '../print/official-document.ts';
import { sectionsOf } from './sections.ts';
import type { Section } from './sections.ts';
import type { ReportModel } from './report-model.ts';

const WIDTH = 210 * MM - 2 * 20 * MM;
const TONES = { good: '#2e8b57', bad: '#c0392b', plain: '#7a8794' } as const;
const NAVY = '#16365c';

export function reportPdf(model: ReportModel): TDocumentDefinitions {
  return {
    pageSize: 'A4',
    pageMargins: [20 * MM, 22 * MM, 20 * MM, 20 * MM],
    info: { title: model.title, author: model.institution, creator: 'Xinglin' },
    defaultStyle: { font: 'FangSong', fontSize: 11.5, lineHeight: 1.18 },
    content: [
      { text: model.title, font: 'BiaoSong', fontSize: 21, alignment: 'center', color: NAVY, margin: [0, 0, 0, 4] },
      { text: model.subtitle, alignment: 'center', fontSize: 11, color: '#55606b', margin: [0, 0, 0, 6] },
      {
        canvas: [{ type: 'line', x1: 0, y1: 0, x2: WIDTH, y2: 0, lineWidth: 1.6, lineColor: NAVY }],
        margin: [0, 0, 0, 8],
      },
      ...groups(sectionsOf(model)),
      {
        text: `${model.institution}    生成时间：${chineseTime(new Date(model.generatedAt))}`,
        alignment: 'right',
        fontSize: 10,
        color: '#55606b',
        margin: [0, 14, 0, 0],
      },
    ],
    footer: (page, count) => ({
      columns: [
        { text: model.title, fontSize: 9, color: '#7a8794' },
        { text: `第 ${page} 页 / 共 ${count} 页`, alignment: 'right', fontSize: 9, color: '#7a8794' },
      ],
      margin: [20 * MM, 8 * MM, 20 * MM, 0],
    }),
  };
}

/** A heading stays with what follows it. */
function groups(sections: readonly Section[]): Content[] {
  const contents: Content[] = [];
  for (let i = 0; i < sections.length; i += 1) {
    const section = sections[i]!;
    const next = sections[i + 1];
    if (section.kind === 'heading' && next !== undefined && next.kind !== 'table') {
      // Of a list only its first item: a long list may break across pages.
      const [first, rest] =
        next.kind === 'list'
          ? [
              { ...next, items: next.items.slice(0, 1) },
              { ...next, items: next.items.slice(1), from: 2 },
            ]
          : [next, undefined];
      contents.push({ unbreakable: true, stack: [sectionPdf(section), sectionPdf(first)] });
      if (rest !== undefined) contents.push(sectionPdf(rest));
      i += 1;
    } else contents.push(sectionPdf(section));
  }
  return contents;
}

function sectionPdf(section: Section): Content {
  switch (section.kind) {
    case 'heading':
      return { text: section.text, font: 'HeiTi', bold: true, fontSize: 14, color: NAVY, margin: [0, 12, 0, 5] };
    case 'paragraph':
      return { text: section.text, leadingIndent: 23, margin: [0, 0, 0, 3] } as Content;
    case 'list':
      return {
        stack: section.items.map(
          (item, i) =>
            ({ text: `${i + (section.from ?? 1)}. ${item}`, leadingIndent: 23, margin: [0, 0, 0, 3] }) as Content,
        ),
      };
    case 'chart':
      return {
        unbreakable: true,
        margin: [0, 6, 0, 4],
        stack: [
          { svg: section.svg('HeiTi'), width: WIDTH } as Content,
          {
            text: section.caption,
            font: 'HeiTi',
            fontSize: 9.5,
            alignment: 'center',
            color: '#55606b',
            margin: [0, 3, 0, 4],
          },
        ],
      };
    case 'figures':
      return {
        margin: [0, 6, 0, 6],
        unbreakable: true,
        table: {
          widths: section.items.map(() => '*'),
          body: [
            section.items.map((item) => ({
              stack: [
                {
                  text: item.value,
                  font: 'HeiTi',
                  bold: true,
                  fontSize: 15,
                  color: item.tone === 'bad' ? TONES.bad : NAVY,
                  alignment: 'center' as const,
                  lineHeight: 1,
                },
                {
                  text: item.label,
                  font: 'HeiTi',
                  fontSize: 9,
                  color: '#55606b',
                  alignment: 'center' as const,
                  margin: [0, 3, 0, 0] as [number, number, number, number],
                },
                {
                  text: item.note === '' ? ' ' : item.note,
                  font: 'HeiTi',
                  fontSize: 8.5,
                  color: TONES[item.tone],
                  alignment: 'center' as const,
                },
              ],
              fillColor: '#f3f6fa',
            })),
          ],
        },
        layout: {
          hLineWidth: () => 0,
          vLineWidth: (i) => (i === 0 || i === section.items.length ? 0 : 4),
          vLineColor: () => '#ffffff',
          paddingTop: () => 7,
          paddingBottom: () => 5,
          paddingLeft: () => 2,
          paddingRight: () => 2,
        },
      };
    case 'table': {
      const shares = columnShares(section.header, section.rows, 10, WIDTH);
      return {
        margin: [0, 5, 0, 8],
        fontSize: 10,
        table: {
          headerRows: 1,
          dontBreakRows: true,
          widths: shares.map((share) => share * WIDTH - 9),
          body: [
            section.header.map((text) => ({
              text,
              font: 'HeiTi',
              bold: true,
              color: '#ffffff',
              fillColor: NAVY,
              alignment: 'center' as const,
            })),
            ...section.rows.map((row, i) =>
              row.map((text) => ({
                text,
                ...(i % 2 === 1 ? { fillColor: '#f3f6fa' } : {}),
                ...(/^[\d,.]+$/.test(text) ? { alignment: 'right' as const } : {}),
              })),
            ),
          ],
        },
        layout: {
          hLineWidth: () => 0.4,
          vLineWidth: () => 0.4,
          hLineColor: () => '#c8d2dd',
          vLineColor: () => '#c8d2dd',
          paddingTop: () => 3,
          paddingBottom: () => 2,
          paddingLeft: () => 4,
          paddingRight: () => 4,
        },
      };
    }
  }
}
