import { tokenize } from './tokens.ts';
import type { Dialect, Token } from './tokens.ts';

/**
 * Finds the SQL hidden in strings: folds what is put together from pieces (`||`, `+`, CONCAT, CHR, CHAR, hexadecimal bytes, REPLACE,
 * REVERSE, TO_CHAR of strings, variables assigned before) and returns every folded text that reads like SQL.
 */
export function hiddenStatements(tokens: readonly Token[], dialect: Dialect | undefined, depth = 0): string[] {
  if (depth > 4 || !tokens.some(mayHide)) return [];
  const reader = new Folder(tokens);
  const found = new Set<string>();
  for (const text of reader.texts()) if (looksLikeSql(text)) found.add(text);
  const whole = [...found];
  // A piece of a longer text that was found is no statement of its own.
  return whole.filter((text) => !whole.some((other) => other !== text && other.includes(text)));
}

const RUNS_TEXT = new Set([
  'execute',
  'exec',
  'prepare',
  'immediate',
  'sp_executesql',
  'dbms_sql',
  'openquery',
  'openrowset',
]);
/** A text long enough for a statement, bytes, or a word that runs texts. */
const mayHide = ({ kind, text }: Token): boolean =>
  kind === 'bytes' || (kind === 'string' && text.length >= 12) || (kind === 'word' && RUNS_TEXT.has(text));

const STATEMENT = /^[\s(]*(?:with|select|insert|create|update|delete|merge|exec(?:ute)?|begin|declare|copy|call)\b/i;
const looksLikeSql = (text: string): boolean =>
  text.length >= 12 && STATEMENT.test(text) && /\b(?:from|into|as|execute|immediate)\b/i.test(text);

/** Folds expressions of strings left to right; anything unknown in between leaves a space, so that words do not run together. */
class Folder {
  readonly #tokens: readonly Token[];
  readonly #values = new Map<string, string>();
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Every maximal string expression of the statement, and the last value of every variable. */
  texts(): string[] {
    const texts: string[] = [];
    while (this.#at < this.#tokens.length) {
      const start = this.#at;
      const target = this.#assignment();
      const value = this.#expression();
      if (value !== undefined) {
        texts.push(value);
        if (target !== undefined)
          this.#values.set(target.name, target.append ? (this.#values.get(target.name) ?? '') + value : value);
      } else if (this.#at === start) this.#at++;
    }
    return [...texts, ...this.#values.values()];
  }

  #peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** `@x =`, `@x +=`, `x :=`, `declare @x nvarchar(max) =`, `set x =`: skips to the value. */
  #assignment(): { name: string; append: boolean } | undefined {
    const token = this.#peek();
    if (token === undefined || (token.kind !== 'variable' && token.kind !== 'word')) return undefined;
    let ahead = 1;
    let append = false;
    if (token.kind === 'variable') {
      // The type of a declaration, `nvarchar ( 4000 )`, stands between name and sign.
      if (this.#peek(ahead)?.kind === 'word') {
        ahead++;
        if (this.#peek(ahead)?.text === '(')
          while (this.#peek(ahead) !== undefined && this.#peek(ahead++)?.text !== ')');
      }
    } else if (this.#peek(ahead)?.kind === 'word') {
      // PL/SQL: `v_sql varchar2(4000) := …`
      ahead++;
      if (this.#peek(ahead)?.text === '(') while (this.#peek(ahead) !== undefined && this.#peek(ahead++)?.text !== ')');
    }
    if (this.#peek(ahead)?.text === '+' && this.#peek(ahead + 1)?.text === '=') {
      ahead++;
      append = true;
    }
    const sign = this.#peek(ahead)?.text;
    if (sign !== ':=' && !(sign === '=' && token.kind === 'variable')) return undefined;
    this.#at += ahead + 1;
    return { name: token.text, append };
  }

  /** Operands joined by `||`, `+`, `&` or by nothing but adjacency of strings. At least one must be known. */
  #expression(): string | undefined {
    let text = '';
    let known = false;
    for (;;) {
      const before = this.#at;
      const part = this.#operand();
      if (part === undefined && this.#at === before) return known ? text : undefined;
      if (part === undefined) text += ' ';
      else {
        text += part;
        known = true;
      }
      const joint = this.#peek();
      if (joint?.text === '||' || (joint?.kind === 'op' && (joint.text === '+' || joint.text === '&'))) {
        this.#at++;
        continue;
      }
      if (joint?.kind === 'string' && part !== undefined) continue;
      return known ? text : undefined;
    }
  }

  #operand(): string | undefined {
    const token = this.#peek();
    if (token === undefined) return undefined;
    if (token.kind === 'string') {
      this.#at++;
      return token.text;
    }
    if (token.kind === 'bytes') {
      this.#at++;
      return fromBytes(token.text);
    }
    const known = this.#values.get(token.text);
    if (known !== undefined && (token.kind === 'variable' || token.kind === 'word')) {
      this.#at++;
      return known;
    }
    if (token.text === '(') {
      const start = this.#at++;
      const inner = this.#expression();
      if (inner !== undefined && this.#peek()?.text === ')') {
        this.#at++;
        return inner;
      }
      this.#at = start;
      return undefined;
    }
    if (token.kind === 'word' && FUNCTIONS.has(token.text) && this.#peek(1)?.text === '(')
      return this.#call(token.text);
    if (token.kind === 'variable' || (token.kind === 'word' && JOINED.has(this.#peek(1)?.text ?? ''))) {
      // An unknown piece of an expression that goes on.
      if (JOINED.has(this.#peek(1)?.text ?? '')) this.#at++;
      return undefined;
    }
    return undefined;
  }

  #call(name: string): string | undefined {
    const start = this.#at;
    this.#at += 2;
    const values: string[] = [];
    while (this.#at < this.#tokens.length && this.#peek()?.text !== ')') {
      const token = this.#peek() as Token;
      if (token.text === ',') this.#at++;
      else if (token.kind === 'number') {
        values.push(token.text);
        this.#at++;
      } else {
        const before = this.#at;
        const value = this.#expression();
        if (value === undefined) {
          if (this.#at === before) this.#at++;
          if (name !== 'concat' && name !== 'concat_ws') {
            this.#at = start;
            return undefined;
          }
          values.push(' ');
        } else values.push(value);
      }
    }
    this.#at++;
    return apply(name, values);
  }
}

const JOINED = new Set(['||', '+']);
const FUNCTIONS = new Set([
  'concat',
  'concat_ws',
  'chr',
  'char',
  'nchar',
  'unhex',
  'replace',
  'reverse',
  'lower',
  'upper',
  'trim',
  'to_clob',
  'to_char',
  'cast',
  'convert',
  'utl_raw',
  'hextoraw',
  'from_base64',
]);

function apply(name: string, values: readonly string[]): string | undefined {
  const [first = '', second = '', third = ''] = values;
  if (name === 'concat') return values.join('');
  if (name === 'concat_ws') return values.slice(1).join(first);
  if (name === 'chr' || name === 'char' || name === 'nchar')
    return values
      .map((value) => String.fromCodePoint(Math.min(0x10ffff, Math.abs(Math.trunc(Number(value) || 32)))))
      .join('');
  if (name === 'unhex' || name === 'hextoraw') return fromBytes(first.toLowerCase());
  if (name === 'replace') return second === '' ? first : first.replaceAll(second, third);
  if (name === 'reverse') return Array.from(first).toReversed().join('');
  if (name === 'from_base64') return fromBase64(first);
  return first;
}

/** UTF-16 when every other byte is zero (SQL Server's nvarchar), else UTF-8. */
function fromBytes(digits: string): string {
  const bytes = Uint8Array.from(
    { length: digits.length >> 1 },
    (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16) || 0,
  );
  const wide = bytes.length >= 4 && bytes.length % 2 === 0 && bytes.every((byte, at) => at % 2 === 0 || byte === 0);
  return new TextDecoder(wide ? 'utf-16le' : 'utf-8').decode(bytes);
}

function fromBase64(text: string): string {
  try {
    return Buffer.from(text, 'base64').toString('utf8');
  } catch {
    return '';
  }
}

/** Tokens of a hidden statement. */
export const readHidden = (text: string, dialect: Dialect | undefined): Token[] => tokenize(text, dialect);
