import type { RuleIssue } from '../types.ts';

export interface Token {
  readonly kind: 'name' | 'quoted-name' | 'number' | 'text' | 'mark' | 'end';
  readonly text: string;
  readonly value: string | number;
  readonly line: number;
  readonly column: number;
}

const SPACE = /\s+|#[^\n]*/y;
/** A hyphen joins only before a letter: `a-5` is a subtraction, `rate-device` a name. */
const NAME = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+|-[\p{L}_][\p{L}\p{N}_]*)*/uy;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const TEXT = /"(?:[^"\\\n]|\\.)*"/y;
const QUOTED_NAME = /`[^`\n]+`/y;
const MARK = /==|!=|<=|>=|[<>()[\],+\-*/%@]/y;

/** Text → tokens. What cannot be read becomes an issue and is skipped, so that the rest is still checked. */
export function tokenize(source: string): { tokens: Token[]; issues: RuleIssue[] } {
  const tokens: Token[] = [];
  const issues: RuleIssue[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const push = (kind: Token['kind'], text: string, value: string | number = text): void => {
    tokens.push({ kind, text, value, line, column: at - lineStart + 1 });
    at += text.length;
  };
  const fault = (code: string, message: string, remedy: string, length: number): void => {
    issues.push({ code, severity: 'error', line, column: at - lineStart + 1, message, remedy });
    at += length;
  };
  while (at < source.length) {
    const space = take(SPACE);
    if (space !== undefined) {
      for (let index = 0; index < space.length; index++) {
        if (space[index] !== '\n') continue;
        line++;
        lineStart = at + index + 1;
      }
      at += space.length;
      continue;
    }
    const name = take(NAME);
    if (name !== undefined) {
      push('name', name);
      continue;
    }
    const number = take(NUMBER);
    if (number !== undefined) {
      if (Number.isFinite(Number(number))) push('number', number, Number(number));
      else fault('text.number', `${number} is too large a number.`, 'Use a smaller one.', number.length);
      continue;
    }
    const text = take(TEXT);
    if (text !== undefined) {
      const value = unquote(text);
      if (value === undefined) {
        fault('text.escape', 'A backslash here is followed by something unknown.', 'Write \\\\ for one.', text.length);
      } else push('text', text, value);
      continue;
    }
    const quoted = take(QUOTED_NAME);
    if (quoted !== undefined) {
      push('quoted-name', quoted, quoted.slice(1, -1));
      continue;
    }
    const mark = take(MARK);
    if (mark !== undefined) {
      push('mark', mark);
      continue;
    }
    if (source[at] === '"' || source[at] === '`') {
      const rest = source.slice(at).search(/\n|$/);
      fault('text.open', 'This quotation mark is not closed on its line.', 'Close it.', Math.max(1, rest));
      continue;
    }
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
    const wide = WIDE[character];
    fault(
      'text.character',
      `The character ${JSON.stringify(character)} has no meaning here.`,
      wide === undefined ? 'Remove it.' : `Write the ASCII ${JSON.stringify(wide)}.`,
      character.length,
    );
  }
  tokens.push({ kind: 'end', text: '', value: '', line, column: at - lineStart + 1 });
  return { tokens, issues };
}

/** What Chinese input methods put in place of the marks. */
const WIDE: Readonly<Record<string, string>> = {
  '\uFF08': '(',
  '\uFF09': ')',
  '\uFF0C': ',',
  '\uFF1E': '>',
  '\uFF1C': '<',
  '\uFF1D': '==',
  '=': '==',
  '\u201C': '"',
  '\u201D': '"',
  '\u2265': '>=',
  '\u2264': '<=',
  '\u2260': '!=',
};

function unquote(text: string): string | undefined {
  try {
    return JSON.parse(text.replaceAll('\t', '\\t')) as string;
  } catch {
    return undefined;
  }
}
