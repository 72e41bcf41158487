/**
 * The Markdown subset of a notice's body: headings, paragraphs, lists, tables, **bold**. One parser for every form it is shown in
 * (docx, PDF), so a notice reads the same everywhere.
 */
export interface Span {
  readonly text: string;
  readonly bold: boolean;
}
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

const TABLE_RULE = /^\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?$/;
const LIST_ITEM = /^\s*(?:([-*+])|(\d{1,3})[.)])\s+(.*)$/;

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  for (let i = 0; i < lines.length;) {
    const line = lines[i] ?? '';
    const heading = /^(#{1,3})\s+(.+?)\s*#*$/.exec(line);
    const item = LIST_ITEM.exec(line);
    if (line.trim() === '') i += 1;
    else if (heading !== null) {
      const level = (heading[1]?.length ?? 1) as 1 | 2 | 3;
      blocks.push({ kind: 'heading', level, spans: spans(heading[2] ?? '') });
      i += 1;
    } else if (line.includes('|') && TABLE_RULE.test((lines[i + 1] ?? '').trim())) {
      const header = cells(line);
      const rows: string[][] = [];
      for (i += 2; i < lines.length && (lines[i] ?? '').includes('|'); i += 1) {
        const row = cells(lines[i] ?? '');
        rows.push(header.map((_, column) => row[column] ?? ''));
      }
      blocks.push({ kind: 'table', header, rows });
    } else if (item !== null) {
      const ordered = item[2] !== undefined;
      const items: Span[][] = [];
      for (
        let next = LIST_ITEM.exec(lines[i] ?? '');
        next !== null && (next[2] !== undefined) === ordered;
        next = LIST_ITEM.exec(lines[i] ?? '')
      ) {
        items.push(spans(next[3] ?? ''));
        i += 1;
      }
      blocks.push({ kind: 'list', ordered, items });
    } else {
      // A line break inside a paragraph is no break in print; Chinese text joins without a space.
      let joined = line.trim();
      for (
        i += 1;
        i < lines.length &&
        (lines[i] ?? '').trim() !== '' &&
        !/^(#{1,3}\s|\s*[-*+]\s|\s*\d{1,3}[.)]\s|\|)/.test(lines[i] ?? '');
        i += 1
      ) {
        const next = (lines[i] ?? '').trim();
        joined += (/[\w,.;:]$/.test(joined) && /^\w/.test(next) ? ' ' : '') + next;
      }
      blocks.push({ kind: 'paragraph', spans: spans(joined) });
    }
  }
  return blocks;
}

export function spans(text: string): Span[] {
  const found: Span[] = [];
  for (const [index, part] of text.split('**').entries()) {
    // An odd number of marks leaves the last one without partner: shown as it was typed.
    if (part !== '') found.push({ text: part, bold: index % 2 === 1 });
  }
  return found;
}

export function plainText(found: readonly Span[]): string {
  return found.map((span) => span.text).join('');
}

/** Text that stands as itself in a cell of a Markdown table. */
export function tableCell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replaceAll('**', ''));
}
