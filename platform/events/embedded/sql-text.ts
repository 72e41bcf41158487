/** Just enough of ClickHouse's lexer to serve its HTTP interface: bind parameters, find FORMAT, refuse a second statement. */

export class SqlTextError extends Error {
  /** ClickHouse's error number. */
  readonly number: number;
  constructor(number: number, message: string) {
    super(message);
    this.number = number;
  }
}

interface Piece {
  readonly kind: 'code' | 'quoted' | 'comment';
  readonly text: string;
}

/** Splits into code, quoted text ('…', "…", `…`, $tag$…$tag$) and comments, without loss. */
export function splitSql(sql: string): Piece[] {
  const pieces: Piece[] = [];
  let codeStart = 0;
  let at = 0;
  const push = (kind: Piece['kind'], end: number): void => {
    if (at > codeStart) pieces.push({ kind: 'code', text: sql.slice(codeStart, at) });
    pieces.push({ kind, text: sql.slice(at, end) });
    at = end;
    codeStart = end;
  };
  while (at < sql.length) {
    const char = sql[at];
    const next = sql[at + 1];
    if (char === "'" || char === '"' || char === '`') push('quoted', endOfQuote(sql, at));
    else if (char === '-' && next === '-') push('comment', endOfLine(sql, at));
    else if (char === '#' && (next === ' ' || next === '!')) push('comment', endOfLine(sql, at));
    else if (char === '/' && next === '*') {
      const close = sql.indexOf('*/', at + 2);
      push('comment', close === -1 ? sql.length : close + 2);
    } else if (char === '$') {
      const tag = /^\$\w*\$/.exec(sql.slice(at, at + 64))?.[0];
      const close = tag === undefined ? -1 : sql.indexOf(tag, at + tag.length);
      if (tag === undefined || close === -1) at += 1;
      else push('quoted', close + tag.length);
    } else at += 1;
  }
  if (at > codeStart) pieces.push({ kind: 'code', text: sql.slice(codeStart) });
  return pieces;
}

function endOfQuote(sql: string, start: number): number {
  const quote = sql[start];
  for (let at = start + 1; at < sql.length; at += 1) {
    if (sql[at] === '\\') at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] === quote) at += 1;
      else return at + 1;
    }
  }
  throw new SqlTextError(62, `Syntax error: ${quote} at position ${start + 1} is not closed`);
}

function endOfLine(sql: string, start: number): number {
  const end = sql.indexOf('\n', start);
  return end === -1 ? sql.length : end;
}

const PLACEHOLDER = /\{\s*([A-Za-z_]\w*)\s*:\s*([A-Za-z][^{}]*?)\s*\}/g;

/** Replaces `{name:Type}` by literals made from the parameters as HTTP carries them (`param_name`, escaped as TSV). */
export function bindParams(sql: string, params: ReadonlyMap<string, string>): string {
  return splitSql(sql)
    .map((piece) => {
      if (piece.kind !== 'code') return piece.text;
      return piece.text.replace(PLACEHOLDER, (_whole, name: string, type: string) => {
        const value = params.get(name);
        if (value === undefined) throw new SqlTextError(456, `Substitution \`${name}\` is not set`);
        return paramLiteral(type, value);
      });
    })
    .join('');
}

export function paramLiteral(type: string, text: string): string {
  if (type === 'Identifier') return `\`${unescapeTsv(text).replace(/[\\`]/g, '\\$&')}\``;
  if (type.startsWith('Nullable(') && text === '\\N') return `_CAST(NULL, ${quote(type)})`;
  if (/^((LowCardinality|Nullable)\()*(String|FixedString\(\d+\))\)*$/.test(type)) {
    const literal = quote(unescapeTsv(text));
    return type === 'String' ? literal : `_CAST(${literal}, ${quote(type)})`;
  }
  return `_CAST(${quote(text)}, ${quote(type)})`;
}

export function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`;
}

const TSV_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  a: '\u0007',
  v: '\v',
};

function unescapeTsv(text: string): string {
  return text.replace(/\\(.)/gs, (_whole, char: string) => TSV_ESCAPES[char] ?? char);
}

/** The statement without a trailing `;` and `FORMAT x`; a second statement is refused as ClickHouse's HTTP interface does. */
export function readStatement(sql: string): { sql: string; keyword: string; format: string | undefined } {
  const pieces = splitSql(sql).filter((piece) => piece.kind !== 'comment');
  const semicolon = pieces.findIndex((piece) => piece.kind === 'code' && piece.text.includes(';'));
  if (semicolon !== -1) {
    const piece = pieces[semicolon] ?? { kind: 'code', text: '' };
    const cut = piece.text.indexOf(';');
    const rest =
      piece.text.slice(cut + 1) +
      pieces
        .slice(semicolon + 1)
        .map((item) => item.text)
        .join('');
    if (/[^\s;]/.test(rest)) throw new SqlTextError(62, 'Syntax error (Multi-statements are not allowed)');
    pieces.splice(semicolon, pieces.length, { kind: 'code', text: piece.text.slice(0, cut) });
  }
  const last = pieces.at(-1);
  let format: string | undefined;
  if (last?.kind === 'code') {
    const match = /\bFORMAT\s+([A-Za-z]\w*)\s*$/i.exec(last.text);
    if (match !== null) {
      format = match[1];
      pieces[pieces.length - 1] = { kind: 'code', text: last.text.slice(0, match.index) };
    }
  }
  const text = pieces
    .map((piece) => (piece.kind === 'comment' ? ' ' : piece.text))
    .join('')
    .trim();
  return { sql: text, keyword: (/^\(*\s*([A-Za-z]+)/.exec(text)?.[1] ?? '').toUpperCase(), format };
}

export interface InsertHead {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly format: string;
  /** Characters of the text that belong to the head; data follows. */
  readonly length: number;
}

const NAME = '(?:`[^`\\\\]+`|"[^"\\\\]+"|[A-Za-z_]\\w*)';
const INSERT_HEAD = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${NAME}(?:\\.${NAME})?)\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+(\\w+)[ \\t]*;?[ \\t]*(?:\\r?\\n|$)?`,
  'i',
);

/** `INSERT INTO table [(columns)] FORMAT name`, undefined for any other statement (VALUES, SELECT, SETTINGS …). */
export function readInsertHead(text: string): InsertHead | undefined {
  const match = INSERT_HEAD.exec(text);
  if (match === null) return undefined;
  const columns = match[2]?.split(',').map((name) => unquoteName(name.trim()));
  return {
    table: (match[1] ?? '')
      .split('.')
      .map((part) => unquoteName(part))
      .join('.'),
    columns: columns === undefined || columns.length === 0 ? undefined : columns,
    format: match[3] ?? '',
    length: match[0].length,
  };
}

function unquoteName(name: string): string {
  return /^[`"]/.test(name) ? name.slice(1, -1) : name;
}
