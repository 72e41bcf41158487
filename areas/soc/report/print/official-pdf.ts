import type { Content, ContentText, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { plainText } from '../../supervise/notices/markdown.ts';
import type { Block, Span } from '../../supervise/notices/markdown.ts';
import { LINE, MM, PAGE, RED, SIZE, balanceTitle, columnShares, headerSize } from './official-document.ts';
import type { OfficialDocument } from './official-document.ts';

/** Noto Serif's own line is 1.437 em; lines are set so that 22 fill a page, characters so that 28 fill a line. */
const LINE_HEIGHT = LINE / (SIZE.third * 1.437);
const SPACING = PAGE.textWidth / 28 - SIZE.third - 0.02;
const INDENT = 2 * (SIZE.third + SPACING);
/** 版记: two or three rules with 4号 lines between. */
const IMPRINT_LINE = 24;

/** The document as pdfmake wants it. Always builds fresh objects: pdfmake changes what it is given. */
export function officialPdf(document: OfficialDocument): TDocumentDefinitions {
  const imprintRows = (document.copies === '' ? 0 : 1) + (document.printedOn === '' ? 0 : 1);
  const last = document.body.at(-1)?.kind === 'paragraph' ? document.body.slice(-1) : [];
  const imprintRoom: Content = { text: '', margin: [0, 0, 0, imprintRows * IMPRINT_LINE] };
  return {
    pageSize: { width: PAGE.width, height: PAGE.height },
    pageMargins: [PAGE.left, PAGE.top, PAGE.right, PAGE.bottom],
    info: { title: document.title, author: document.signature, subject: document.number, creator: 'Xinglin' },
    defaultStyle: { font: 'FangSong', fontSize: SIZE.third, lineHeight: LINE_HEIGHT, characterSpacing: SPACING },
    ...(document.watermark === ''
      ? {}
      : {
          watermark: {
            text: document.watermark,
            color: '#888888',
            opacity: 0.18,
            bold: true,
            font: 'HeiTi',
            fontSize: 110,
            angle: -45,
          },
        }),
    styles: { pageNumber: {} },
    // A heading never stays alone at the foot of a page. (Its text is one string, since runs would count as nodes that follow it, and so does the page number.)
    pageBreakBefore: (node, { getFollowingNodesOnPage }) =>
      node.headlineLevel !== undefined && getFollowingNodesOnPage().every((next) => next.style === 'pageNumber'),
    content: [
      head(document),
      ...balanceTitle(document.title).map(
        (line, i) =>
          ({
            text: line,
            font: 'BiaoSong',
            fontSize: SIZE.second,
            alignment: 'center',
            characterSpacing: 0,
            lineHeight: 1.1,
            margin: [0, i === 0 ? LINE * 1.6 : 0, 0, 0],
          }) as Content,
      ),
      { text: `${document.addressees}：`, margin: [0, LINE * 0.8, 0, 0] },
      ...document.body.slice(0, document.body.length - last.length).flatMap(blockPdf),
      {
        // The signature never stands on a page without text (7.3.5.4), and below it is room for what the footer of the last page draws there.
        unbreakable: true,
        stack: [
          ...last.flatMap(blockPdf),
          ...annexNamesPdf(document),
          signaturePdf(document),
          ...(document.annexes.length === 0 ? [imprintRoom] : []),
        ],
      },
      ...document.annexes.flatMap((annex, i): Content[] => [
        { text: `附件${document.annexes.length > 1 ? i + 1 : ''}`, font: 'HeiTi', pageBreak: 'before' },
        {
          text: annex.title,
          font: 'BiaoSong',
          fontSize: SIZE.second,
          alignment: 'center',
          characterSpacing: 0,
          lineHeight: 1.1,
          margin: [0, LINE, 0, LINE],
        },
        ...annex.body.flatMap(blockPdf),
      ]),
      ...(document.annexes.length === 0 ? [] : [imprintRoom]),
    ],
    footer: (page, count) => footer(document, page, count),
  };
}

/** Urgency, the office's name in red, the number, the red rule: the upper part of page one (版头). */
function head(document: OfficialDocument): Content {
  return {
    stack: [
      { text: document.urgency === '' ? ' ' : document.urgency, font: 'HeiTi', characterSpacing: 4 },
      {
        text: document.header,
        font: 'BiaoSong',
        bold: true,
        color: RED,
        alignment: 'center',
        fontSize: headerSize(document.header),
        characterSpacing: 0,
        lineHeight: 1,
        // The name's upper edge lies 35 mm below the text area's, less what the urgency line took.
        margin: [0, 35 * MM - LINE * 1.55, 0, LINE * 1.2],
      },
      { text: document.number === '' ? '（草稿，未编号）' : document.number, alignment: 'center' },
      {
        canvas: [{ type: 'line', x1: 0, y1: 0, x2: PAGE.textWidth, y2: 0, lineWidth: 2, lineColor: RED }],
        margin: [0, 4 * MM - 6, 0, 0],
      },
    ],
  };
}

const runs = (found: readonly Span[]): ContentText['text'] =>
  found.map((span) => ({ text: span.text, ...(span.bold ? { bold: true } : {}) }));

function blockPdf(block: Block): Content[] {
  if (block.kind === 'heading') {
    const face = block.level === 1 ? { font: 'HeiTi' } : block.level === 2 ? { font: 'KaiTi' } : { bold: true };
    return [{ text: plainText(block.spans), ...face, leadingIndent: INDENT, headlineLevel: block.level } as Content];
  }
  if (block.kind === 'paragraph') return [{ text: runs(block.spans), leadingIndent: INDENT } as Content];
  if (block.kind === 'list')
    return block.items.map(
      (item, i) =>
        ({
          text: [{ text: block.ordered ? `${i + 1}. ` : '— ' }, ...(runs(item) as ContentText[])],
          leadingIndent: INDENT,
        }) as Content,
    );
  const shares = columnShares(block.header, block.rows, SIZE.small, PAGE.textWidth);
  const cell = { fontSize: SIZE.small, lineHeight: 1.05, characterSpacing: 0 };
  return [
    {
      margin: [0, 6, 0, 10],
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: shares.map((share) => share * PAGE.textWidth - 9.2),
        body: [
          block.header.map((text) => ({
            text,
            ...cell,
            font: 'HeiTi',
            alignment: 'center' as const,
            fillColor: '#f2f2f2',
          })),
          ...block.rows.map((row) =>
            row.map((text) => ({
              text,
              ...cell,
              ...(LONG_TOKEN.test(text) ? { wordBreak: 'break-all' as const } : {}),
            })),
          ),
        ],
      },
      layout: {
        hLineWidth: () => 0.6,
        vLineWidth: () => 0.6,
        paddingLeft: () => 4,
        paddingRight: () => 4,
        paddingTop: () => 3,
        paddingBottom: () => 3,
      },
    },
  ];
}

/** Hashes and URLs have no place to break. (A zero-width space would show as an empty box: the fonts have no such glyph.) */
const LONG_TOKEN = /[\w./:?=&%+-]{15,}/;

function annexNamesPdf({ annexes }: OfficialDocument): Content[] {
  return annexes.map(
    ({ title }, i) =>
      ({
        text: `${i === 0 ? '附件：' : '\u3000\u3000\u3000'}${annexes.length > 1 ? `${i + 1}. ` : ''}${title}`,
        leadingIndent: INDENT,
        margin: [0, i === 0 ? LINE : 0, 0, 0],
      }) as Content,
  );
}

/** Signature and date with the seal's place: the date stands four characters from the right, the name is centred above it (7.3.5.1). */
function signaturePdf(document: OfficialDocument): Content {
  const block = Math.max(9, document.signature.length) * (SIZE.third + SPACING);
  const left = PAGE.textWidth - block - 2 * SIZE.third;
  const radius = 20 * MM;
  const centre = left + block / 2;
  return {
    margin: [0, LINE * 2, 0, LINE / 2],
    stack: [
      {
        canvas: [
          {
            type: 'ellipse',
            x: centre,
            y: LINE,
            r1: radius,
            r2: radius,
            lineColor: '#bbbbbb',
            lineWidth: 0.7,
            dash: { length: 3, space: 3 },
          },
        ],
        relativePosition: { x: 0, y: 0 },
      },
      {
        text: '（盖章处）',
        fontSize: 9,
        color: '#999999',
        characterSpacing: 0,
        relativePosition: { x: centre - 22, y: LINE + radius - 18 },
      },
      { text: document.signature, alignment: 'center', margin: [left, 0, 2 * SIZE.third, 0] },
      { text: document.date, alignment: 'center', margin: [left, 0, 2 * SIZE.third, radius - LINE] },
    ],
  };
}

/** The page number, outside on both sides of the sheet, and on the last page the imprint (版记) at the foot of the text area. */
function footer(document: OfficialDocument, page: number, count: number): Content {
  const number = {
    text: `— ${page} —`,
    style: 'pageNumber',
    fontSize: SIZE.fourth,
    characterSpacing: 0,
    alignment: page % 2 === 1 ? ('right' as const) : ('left' as const),
    margin: [PAGE.left + SIZE.fourth, 7 * MM - 6, PAGE.right + SIZE.fourth, 0] as [number, number, number, number],
  };
  if (page !== count || document.printedOn === '') return number;
  const rows = [
    ...(document.copies === '' ? [] : [{ left: `抄送：${document.copies}。`, right: '' }]),
    { left: document.printedBy, right: document.printedOn },
  ];
  // In a footer, pdfmake counts absolute positions from the footer's own corner, which is the foot of the text area.
  const bottom = 0;
  const top = -rows.length * IMPRINT_LINE;
  const rule = (y: number, width: number): Content => ({
    canvas: [{ type: 'line', x1: 0, y1: 0, x2: PAGE.textWidth, y2: 0, lineWidth: width }],
    absolutePosition: { x: PAGE.left, y },
  });
  return {
    stack: [
      // First and last rule 0.35 mm, those between 0.25 mm (7.4.1).
      ...rows.map((_, i) => rule(top + i * IMPRINT_LINE, (i === 0 ? 0.35 : 0.25) * MM)),
      rule(bottom, 0.35 * MM),
      ...rows.flatMap((row, i): Content[] => {
        const y = top + i * IMPRINT_LINE + 2;
        const face = { fontSize: SIZE.fourth, characterSpacing: 0, lineHeight: 1 };
        return [
          { text: row.left, ...face, absolutePosition: { x: PAGE.left + SIZE.fourth, y } },
          {
            columns: [{ text: row.right, ...face, alignment: 'right', width: PAGE.textWidth - SIZE.fourth }],
            absolutePosition: { x: PAGE.left, y },
          },
        ];
      }),
      number,
    ],
  };
}
