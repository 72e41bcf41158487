import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TabStopType,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import type { IParagraphOptions, IRunOptions } from 'docx';
import type { Block, Span } from '../../supervise/notices/markdown.ts';
import { DOCX_FONTS } from './fonts.ts';
import { LINE, PAGE, RED, SIZE, balanceTitle, columnShares, headerSize } from './official-document.ts';
import type { OfficialDocument } from './official-document.ts';

type Face = keyof typeof DOCX_FONTS;

/** Points to twentieths of a point, Word's unit for lengths. */
export const twips = (points: number): number => Math.round(points * 20);
const font = (face: Face): IRunOptions['font'] => ({
  ascii: 'Times New Roman',
  hAnsi: 'Times New Roman',
  eastAsia: DOCX_FONTS[face],
  cs: DOCX_FONTS[face],
});
const run = (text: string, size: number, face: Face = 'FangSong', more: Partial<IRunOptions> = {}): TextRun =>
  new TextRun({ text, size: size * 2, font: font(face), ...more });
const exact = { line: twips(LINE), lineRule: LineRuleType.EXACT };
const thin = { style: BorderStyle.SINGLE, size: 4, color: '000000' };
const thick = { style: BorderStyle.SINGLE, size: 8, color: '000000', space: 1 };

/** The document as a Word file; fonts are named as the offices' computers have them. */
export function officialDocx(document: OfficialDocument): Document {
  return new Document({
    title: document.title,
    creator: document.signature,
    subject: document.number,
    evenAndOddHeaderAndFooters: true,
    sections: [
      {
        properties: {
          page: {
            size: { width: twips(PAGE.width), height: twips(PAGE.height) },
            margin: {
              top: twips(PAGE.top),
              left: twips(PAGE.left),
              right: twips(PAGE.right),
              bottom: twips(PAGE.bottom),
              footer: twips(PAGE.bottom - 36),
            },
          },
        },
        footers: { default: pageNumber(AlignmentType.RIGHT), even: pageNumber(AlignmentType.LEFT) },
        children: [
          ...head(document),
          ...titleLines(document.title),
          body(`${document.addressees}：`, { indent: {} }),
          ...document.body.flatMap(blockDocx),
          ...annexNames(document),
          ...signature(document),
          ...annexPages(document),
          ...imprint(document),
        ],
      },
    ],
  });
}

function pageNumber(alignment: (typeof AlignmentType)[keyof typeof AlignmentType]): Footer {
  const indent = alignment === AlignmentType.RIGHT ? { right: twips(SIZE.fourth) } : { left: twips(SIZE.fourth) };
  const children = ['— ', PageNumber.CURRENT, ' —'];
  return new Footer({
    children: [
      new Paragraph({
        alignment,
        indent,
        children: [new TextRun({ children, size: SIZE.fourth * 2, font: font('SongTi') })],
      }),
    ],
  });
}

function head(document: OfficialDocument): Paragraph[] {
  const size = headerSize(document.header);
  return [
    ...(document.watermark === ''
      ? []
      : [
          new Paragraph({
            alignment: AlignmentType.RIGHT,
            children: [run(`【${document.watermark}】`, SIZE.third, 'HeiTi', { color: '888888' })],
          }),
        ]),
    new Paragraph({ spacing: exact, children: [run(document.urgency, SIZE.third, 'HeiTi')] }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { before: twips(LINE * 1.5), after: twips(LINE * 1.6) },
      children: [run(document.header, size, 'BiaoSong', { color: RED.slice(1), bold: true })],
    }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { ...exact, after: 0 },
      border: { bottom: { style: BorderStyle.SINGLE, size: 16, color: RED.slice(1), space: 11 } },
      children: [run(document.number === '' ? '（草稿，未编号）' : document.number, SIZE.third)],
    }),
  ];
}

function titleLines(title: string): Paragraph[] {
  return balanceTitle(title).map(
    (line, i) =>
      new Paragraph({
        alignment: AlignmentType.CENTER,
        spacing: { before: i === 0 ? twips(LINE * 2) : 0, line: twips(33), lineRule: LineRuleType.EXACT },
        keepNext: true,
        children: [run(line, SIZE.second, 'BiaoSong')],
      }),
  );
}

function body(
  content: string | readonly Span[],
  options: Partial<IParagraphOptions> = {},
  face: Face = 'FangSong',
): Paragraph {
  const spans = typeof content === 'string' ? [{ text: content, bold: false }] : content;
  return new Paragraph({
    spacing: exact,
    alignment: AlignmentType.BOTH,
    indent: { firstLineChars: 200, firstLine: twips(2 * SIZE.third) },
    ...options,
    children: spans.map((span) => run(span.text, SIZE.third, face, span.bold ? { bold: true } : {})),
  });
}

export function blockDocx(block: Block): (Paragraph | Table)[] {
  if (block.kind === 'heading')
    return [
      body(
        block.spans,
        { keepNext: true, outlineLevel: block.level - 1 },
        block.level === 1 ? 'HeiTi' : block.level === 2 ? 'KaiTi' : 'FangSong',
      ),
    ];
  if (block.kind === 'paragraph') return [body(block.spans)];
  if (block.kind === 'list')
    return block.items.map((item, i) => body([{ text: block.ordered ? `${i + 1}. ` : '— ', bold: false }, ...item]));
  return [
    tableDocx(block.header, block.rows, SIZE.small, PAGE.textWidth),
    new Paragraph({ spacing: { line: twips(10), lineRule: LineRuleType.EXACT }, children: [] }),
  ];
}

export function tableDocx(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  size: number,
  width: number,
): Table {
  const widths = columnShares(header, rows, size, width).map((share) => twips(share * width));
  const cell = (text: string, column: number, head: boolean): TableCell =>
    new TableCell({
      width: { size: widths[column] ?? 0, type: WidthType.DXA },
      verticalAlign: VerticalAlign.CENTER,
      margins: { left: 70, right: 70, top: 40, bottom: 40 },
      ...(head ? { shading: { type: ShadingType.CLEAR, fill: 'F2F2F2' } } : {}),
      children: [
        new Paragraph({
          alignment: head ? AlignmentType.CENTER : AlignmentType.LEFT,
          children: [run(text, size, head ? 'HeiTi' : 'FangSong')],
        }),
      ],
    });
  return new Table({
    columnWidths: widths,
    width: { size: twips(width), type: WidthType.DXA },
    borders: { top: thin, bottom: thin, left: thin, right: thin, insideHorizontal: thin, insideVertical: thin },
    rows: [
      new TableRow({
        tableHeader: true,
        cantSplit: true,
        children: header.map((text, column) => cell(text, column, true)),
      }),
      ...rows.map(
        (row) =>
          new TableRow({
            cantSplit: true,
            children: header.map((_, column) => cell(row[column] ?? '', column, false)),
          }),
      ),
    ],
  });
}

function annexNames({ annexes }: OfficialDocument): Paragraph[] {
  return annexes.map(({ title }, i) =>
    body(
      `${i === 0 ? '附件：' : '\u3000\u3000\u3000'}${annexes.length > 1 ? `${i + 1}. ` : ''}${title}`,
      i === 0 ? { spacing: { ...exact, before: twips(LINE) } } : {},
    ),
  );
}

function annexPages({ annexes }: OfficialDocument): (Paragraph | Table)[] {
  return annexes.flatMap((annex, i) => [
    body(`附件${annexes.length > 1 ? i + 1 : ''}`, { indent: {}, pageBreakBefore: true }, 'HeiTi'),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { before: twips(LINE), after: twips(LINE) },
      children: [run(annex.title, SIZE.second, 'BiaoSong')],
    }),
    ...annex.body.flatMap(blockDocx),
  ]);
}

/** The date four characters from the right, the name centred above it, and the seal's place between them. */
function signature(document: OfficialDocument): Paragraph[] {
  const block = Math.max(9, document.signature.length) * SIZE.third;
  const indent = { left: twips(PAGE.textWidth - block - 2 * SIZE.third), right: twips(2 * SIZE.third), firstLine: 0 };
  const line = (text: string, before: number, more: Partial<IRunOptions> = {}, size: number = SIZE.third): Paragraph =>
    new Paragraph({
      alignment: AlignmentType.CENTER,
      indent,
      keepNext: true,
      spacing: { ...exact, before: twips(before) },
      children: [run(text, size, 'FangSong', more)],
    });
  return [line(document.signature, LINE * 2), line(document.date, 0), line('（盖章处）', 0, { color: '999999' }, 9)];
}

function imprint(document: OfficialDocument): Paragraph[] {
  if (document.printedOn === '') return [];
  const tabStops = [{ type: TabStopType.RIGHT, position: twips(PAGE.textWidth - SIZE.fourth) }];
  const indent = { left: twips(SIZE.fourth), right: twips(SIZE.fourth) };
  const spacing = { line: twips(24), lineRule: LineRuleType.EXACT };
  const last = new Paragraph({
    tabStops,
    indent,
    spacing: { ...spacing, before: document.copies === '' ? twips(LINE * 1.5) : 0 },
    border: { top: document.copies === '' ? thick : { ...thin, space: 1 }, bottom: thick },
    children: [run(document.printedBy, SIZE.fourth), run(`\t${document.printedOn}`, SIZE.fourth)],
  });
  if (document.copies === '') return [last];
  return [
    new Paragraph({
      indent,
      keepNext: true,
      spacing: { ...spacing, before: twips(LINE * 1.5) },
      border: { top: thick },
      children: [run(`抄送：${document.copies}。`, SIZE.fourth)],
    }),
    last,
  ];
}

export async function packDocx(document: Document): Promise<Uint8Array> {
  return new Uint8Array(await Packer.toArrayBuffer(document));
}
