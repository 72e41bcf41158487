import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  HeadingLevel,
  ImageRun,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { IRunOptions } from 'docx';
import { chineseTime } from '../../supervise/calendar/index.ts';
import { RASTER_FONT, svgToPng } from '../charts/raster.ts';
import { DOCX_FONTS } from '../print/fonts.ts';
import { MM } from '../print/official-document.ts';
import { tableDocx, twips } from '../print/official-docx.ts';
import { sectionsOf } from './sections.ts';
import type { Section } from './sections.ts';
import type { ReportModel } from './report-model.ts';

const WIDTH = 210 * MM - 2 * 22 * MM;
const NAVY = '16365C';
const TONES = { good: '2E8B57', bad: 'C0392B', plain: '7A8794' } as const;
/** Word counts picture sizes in pixels of 96 to the inch. */
const PIXELS = 96 / 72;
const run = (
  text: string,
  size: number,
  face: keyof typeof DOCX_FONTS = 'FangSong',
  more: Partial<IRunOptions> = {},
): TextRun =>
  new TextRun({
    text,
    size: size * 2,
    font: { ascii: 'Times New Roman', hAnsi: 'Times New Roman', eastAsia: DOCX_FONTS[face] },
    ...more,
  });

export async function reportDocx(model: ReportModel): Promise<Document> {
  const children: (Paragraph | Table)[] = [
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { after: 80 },
      children: [run(model.title, 22, 'BiaoSong', { color: NAVY })],
    }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { after: 160 },
      border: { bottom: { style: BorderStyle.SINGLE, size: 12, color: NAVY, space: 6 } },
      children: [run(model.subtitle, 12, 'FangSong', { color: '55606B' })],
    }),
  ];
  for (const section of sectionsOf(model)) children.push(...(await sectionDocx(section)));
  children.push(
    new Paragraph({
      alignment: AlignmentType.RIGHT,
      spacing: { before: 240 },
      children: [
        run(`${model.institution}    生成时间：${chineseTime(new Date(model.generatedAt))}`, 10.5, 'FangSong', {
          color: '55606B',
        }),
      ],
    }),
  );
  const number = new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [
      new TextRun({
        children: ['第 ', PageNumber.CURRENT, ' 页 / 共 ', PageNumber.TOTAL_PAGES, ' 页'],
        size: 18,
        color: '7A8794',
        font: DOCX_FONTS.SongTi,
      }),
    ],
  });
  return new Document({
    title: model.title,
    creator: model.institution,
    sections: [
      {
        properties: {
          page: {
            size: { width: twips(210 * MM), height: twips(297 * MM) },
            margin: { top: twips(22 * MM), bottom: twips(20 * MM), left: twips(22 * MM), right: twips(22 * MM) },
          },
        },
        footers: { default: new Footer({ children: [number] }) },
        children,
      },
    ],
  });
}

async function sectionDocx(section: Section): Promise<(Paragraph | Table)[]> {
  const body = (text: string): Paragraph =>
    new Paragraph({
      alignment: AlignmentType.BOTH,
      indent: { firstLineChars: 200, firstLine: twips(24) },
      spacing: { line: 360, after: 40 },
      children: [run(text, 12)],
    });
  switch (section.kind) {
    case 'heading':
      return [
        new Paragraph({
          heading: HeadingLevel.HEADING_1,
          keepNext: true,
          spacing: { before: 240, after: 100 },
          children: [run(section.text, 14, 'HeiTi', { color: NAVY, bold: true })],
        }),
      ];
    case 'paragraph':
      return [body(section.text)];
    case 'list':
      return section.items.map((item, i) => body(`${i + 1}. ${item}`));
    case 'chart': {
      const svg = section.svg(RASTER_FONT);
      const transformation = {
        width: Math.round(WIDTH * PIXELS),
        height: Math.round(((WIDTH * section.height) / section.width) * PIXELS),
      };
      const image = new ImageRun({
        type: 'png',
        data: Buffer.from(await svgToPng(svg)),
        transformation,
        altText: { name: section.caption, title: section.caption, description: section.caption },
      });
      return [
        new Paragraph({ alignment: AlignmentType.CENTER, keepNext: true, spacing: { before: 120 }, children: [image] }),
        new Paragraph({
          alignment: AlignmentType.CENTER,
          spacing: { after: 120 },
          children: [run(section.caption, 10, 'HeiTi', { color: '55606B' })],
        }),
      ];
    }
    case 'figures':
      return [figures(section.items), new Paragraph({ children: [] })];
    case 'table':
      return [tableDocx(section.header, section.rows, 10.5, WIDTH), new Paragraph({ children: [] })];
  }
}

function figures(items: Extract<Section, { kind: 'figures' }>['items']): Table {
  const none = { style: BorderStyle.NONE, size: 0, color: 'FFFFFF' };
  const gap = { style: BorderStyle.SINGLE, size: 24, color: 'FFFFFF' };
  const width = Math.floor(twips(WIDTH) / items.length);
  const line = (text: string, size: number, color: string, bold = false): Paragraph =>
    new Paragraph({ alignment: AlignmentType.CENTER, children: [run(text, size, 'HeiTi', { color, bold })] });
  return new Table({
    columnWidths: items.map(() => width),
    width: { size: twips(WIDTH), type: WidthType.DXA },
    borders: { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: gap },
    rows: [
      new TableRow({
        cantSplit: true,
        children: items.map(
          (item) =>
            new TableCell({
              width: { size: width, type: WidthType.DXA },
              shading: { type: ShadingType.CLEAR, fill: 'F3F6FA' },
              margins: { top: 100, bottom: 80, left: 30, right: 30 },
              children: [
                line(item.value, 15, item.tone === 'bad' ? TONES.bad : NAVY, true),
                line(item.label, 9, '55606B'),
                line(item.note, 9, TONES[item.tone]),
              ],
            }),
        ),
      }),
    ],
  });
}
