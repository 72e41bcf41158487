import { emptyBlock } from './block.ts';
import type { Block, Ref } from './block.ts';
import { conditionOn } from './condition.ts';
import type { Token } from './tokens.ts';
import { AGGREGATES, CLAUSES, COMPARISONS, RANKS, isIdentifier, isLiteral, opensQuery } from './words.ts';
import type { Clause } from './words.ts';

/** Reads blocks out of tokens; whatever is not understood is stepped over. */
export class BlockReader {
  readonly #tokens: readonly Token[];
  #at: number;

  constructor(tokens: readonly Token[], at = 0) {
    this.#tokens = tokens;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  /** At `select`, `with` or `(`: the block and its set-operation partners. */
  query(): Block {
    const named = new Map<string, Block>();
    if (this.#is('with')) this.#readNamed(named);
    let parens = 0;
    while (this.#is('(')) {
      parens++;
      this.#at++;
    }
    if (parens > 0 && this.#is('with')) this.#readNamed(named);
    const block = this.#select();
    while (parens > 0 && this.#is(')')) {
      parens--;
      this.#at++;
    }
    for (const [name, inner] of named) block.named.set(name, inner);
    while (this.#is('union') || this.#is('intersect') || this.#is('except') || this.#is('minus')) {
      this.#at++;
      if (this.#is('all') || this.#is('distinct')) this.#at++;
      if (!this.#is('select') && !this.#is('(') && !this.#is('with')) break;
      block.alternatives.push(this.query());
    }
    return block;
  }

  #is(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token !== undefined && token.text === text && token.kind !== 'string' && token.kind !== 'name';
  }

  #readNamed(named: Map<string, Block>): void {
    this.#at++;
    if (this.#is('recursive')) this.#at++;
    for (;;) {
      const name = this.#tokens[this.#at];
      if (!isIdentifier(name)) return;
      this.#at++;
      if (this.#is('(')) this.#skipParens();
      if (this.#is('as')) this.#at++;
      if (this.#is('not')) this.#at++;
      if (this.#is('materialized')) this.#at++;
      if (!this.#is('(')) return;
      this.#at++;
      named.set((name as Token).text, this.query());
      if (this.#is(')')) this.#at++;
      if (!this.#is(',')) return;
      this.#at++;
    }
  }

  #skipParens(): void {
    let depth = 0;
    do {
      if (this.#is('(')) depth++;
      else if (this.#is(')')) depth--;
      this.#at++;
    } while (depth > 0 && this.#at < this.#tokens.length);
  }

  #select(): Block {
    const block = emptyBlock();
    if (this.#is('select')) this.#at++;
    let clause: Clause = 'select';
    let depth = 0;
    let item: { refs: Ref[]; aggregated: boolean; last: string } = { refs: [], aggregated: false, last: '' };
    const closeItem = (): void => {
      if (item.refs.length > 0 || item.last !== '')
        block.outputs.push({ name: item.last, refs: item.refs, aggregated: item.aggregated });
      item = { refs: [], aggregated: false, last: '' };
    };

    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at] as Token;
      const { text } = token;
      const word = token.kind === 'word';

      if (token.kind === 'op') {
        if (text === ';') break;
        if (text === ')') {
          if (depth === 0) break;
          depth--;
          this.#at++;
          continue;
        }
        if (text === '(') {
          if (opensQuery(this.#tokens, this.#at)) {
            this.#at++;
            const child = this.query();
            if (this.#is(')')) this.#at++;
            if (clause === 'from' && depth === 0) block.sources.push({ table: '', alias: this.#alias(), block: child });
            else {
              block.children.push(child);
              if (clause === 'select') item.refs.push(...child.outputs.flatMap((output) => output.refs));
            }
            continue;
          }
          depth++;
          this.#at++;
          continue;
        }
        if (text === '*' && clause === 'select' && this.#isStar()) {
          const before = this.#tokens[this.#at - 1];
          block.stars.push(before?.text === '.' ? (this.#tokens[this.#at - 2]?.text ?? '') : '');
          this.#at++;
          continue;
        }
        if (text === ',' && depth === 0) {
          if (clause === 'select') closeItem();
          this.#at++;
          if (clause === 'from') this.#source(block);
          continue;
        }
        this.#at++;
        continue;
      }

      if (word && depth === 0) {
        if (text === 'union' || text === 'intersect' || text === 'except' || text === 'minus') break;
        // In the list of a SELECT, FROM also stands inside EXTRACT(… FROM …), but then at a depth.
        const next = CLAUSES[text];
        if (
          next !== undefined &&
          !(text === 'select' && clause !== 'other') &&
          !(text === 'start' && !this.#is('with', 1)) &&
          !(text === 'order' && clause === 'from')
        ) {
          if (clause === 'select') closeItem();
          clause = next;
          this.#at++;
          if (clause === 'from') this.#source(block);
          if (clause === 'group') block.aggregated = true;
          if (clause === 'into') this.#skipName();
          if (clause === 'limit') this.#limit(block);
          continue;
        }
        if (clause === 'from' || clause === 'on') {
          if (text === 'join' || text === 'apply') {
            clause = 'from';
            this.#at++;
            this.#source(block);
            continue;
          }
          if (text === 'on') {
            clause = 'on';
            this.#at++;
            continue;
          }
          if (text === 'pivot' || text === 'unpivot') {
            clause = 'pivot';
            block.aggregated = true;
            this.#at++;
            continue;
          }
        }
      }
      if (word && clause === 'pivot') {
        if (isIdentifier(token) && !this.#is('(', 1)) block.groups.push({ qualifier: '', column: text });
        this.#at++;
        continue;
      }
      if (word && text === 'distinct' && clause === 'select') {
        block.aggregated = true;
        this.#at++;
        continue;
      }
      if (word && text === 'top' && clause === 'select') {
        this.#at++;
        if (this.#is('(')) this.#at++;
        const count = this.#tokens[this.#at];
        if (count?.kind === 'number') block.limit = Number(count.text);
        this.#at++;
        if (this.#is(')')) this.#at++;
        continue;
      }
      if (word && text === 'or' && (clause === 'where' || clause === 'on')) {
        const [left, sign, right] = this.#tokens.slice(this.#at + 1, this.#at + 4).filter((next) => next.text !== '(');
        if (isLiteral(left) && sign?.kind === 'op' && isLiteral(right)) block.alwaysTrue = true;
      }
      if (word && text === 'exists') {
        this.#at++;
        continue;
      }
      if (
        word &&
        this.#is('(', 1) &&
        !isIdentifier(this.#tokens[this.#at - 1]) &&
        this.#tokens[this.#at - 1]?.text !== '.'
      ) {
        if (AGGREGATES.has(text)) {
          block.aggregated = true;
          item.aggregated = true;
        }
        if (RANKS.has(text) || text === 'over') {
          block.aggregated = true;
          item.aggregated = true;
        }
        if (text === 'over') {
          this.#at++;
          block.groups.push(...this.#refsInParens());
          continue;
        }
        if (!COMPARISONS.has(text) && text !== 'and' && text !== 'or' && text !== 'on' && text !== 'using') {
          this.#at++;
          continue;
        }
      }
      if (word && text === 'using' && this.#is('(', 1)) {
        this.#at++;
        this.#skipParens();
        continue;
      }
      if (isIdentifier(token)) {
        const ref = this.#ref();
        if (ref === undefined) continue;
        if (clause === 'select') {
          const previous = this.#tokens[this.#refStart - 1];
          // `expression alias` and `expression AS alias` name the item; everything else is read.
          const named =
            depth === 0 &&
            ref.qualifier === '' &&
            previous !== undefined &&
            (previous.text === 'as' ||
              ((isIdentifier(previous) || isLiteral(previous) || previous.text === ')' || previous.text === 'end') &&
                item.last !== ''));
          if (named) item.last = ref.column;
          else {
            item.refs.push(ref);
            item.last = ref.column;
          }
        } else if (clause === 'where' || clause === 'on' || clause === 'having') {
          const condition = conditionOn(this.#tokens, ref, this.#refStart, this.#at);
          if (condition !== undefined) block.conditions.push(condition);
        } else if (clause === 'group') block.groups.push(ref);
        else if (clause === 'order') block.ordered.push(ref);
        continue;
      }
      if (clause === 'select' && item.last === '' && isLiteral(token)) item.last = '?';
      this.#at++;
    }
    if (clause === 'select') closeItem();
    this.#rownum(block);
    return block;
  }

  #refStart = 0;

  /** `a`, `a.b`, `a.b.c`, with what closes it left unread; undefined for a function's name. */
  #ref(): Ref | undefined {
    this.#refStart = this.#at;
    const parts = [(this.#tokens[this.#at] as Token).text];
    this.#at++;
    while (this.#is('.')) {
      const part = this.#tokens[this.#at + 1];
      if (part === undefined || (part.kind !== 'word' && part.kind !== 'name')) break;
      parts.push(part.text);
      this.#at += 2;
    }
    // `t.*`
    if (this.#is('.') && this.#is('*', 1)) {
      this.#at++;
      return undefined;
    }
    if (this.#is('(') && !opensQuery(this.#tokens, this.#at)) {
      // A function of the site's own, or a column before an outer-join mark.
      if (this.#is('+', 1)) this.#at += 3;
      else return undefined;
    }
    return { qualifier: parts.at(-2) ?? '', column: parts.at(-1) as string };
  }

  #isStar(): boolean {
    const before = this.#tokens[this.#at - 1];
    const after = this.#tokens[this.#at + 1];
    const starts =
      before === undefined ||
      before.text === 'select' ||
      before.text === ',' ||
      before.text === '.' ||
      before.text === 'all' ||
      before.text === 'distinct' ||
      before.kind === 'number';
    return (
      starts &&
      (after === undefined || !isIdentifier(after) || after.text === 'from' || after.text === ',') &&
      before?.text !== '('
    );
  }

  #alias(): string {
    if (this.#is('as')) this.#at++;
    const token = this.#tokens[this.#at];
    if (!isIdentifier(token)) return '';
    this.#at++;
    if (this.#is('(')) this.#skipParens();
    return (token as Token).text;
  }

  #skipName(): void {
    while (isIdentifier(this.#tokens[this.#at]) || this.#tokens[this.#at]?.kind === 'variable' || this.#is('.'))
      this.#at++;
  }

  /** A table with its alias, after FROM, JOIN or a comma. A block in parentheses is left to the caller. */
  #source(block: Block): void {
    while (this.#is('lateral') || this.#is('only')) this.#at++;
    while (this.#is('(') && !opensQuery(this.#tokens, this.#at)) this.#at++;
    if (this.#is('(')) return;
    const parts: string[] = [];
    while (isIdentifier(this.#tokens[this.#at])) {
      parts.push((this.#tokens[this.#at] as Token).text);
      this.#at++;
      if (this.#is('.')) {
        this.#at++;
        // `db..table`
        while (this.#is('.')) this.#at++;
      } else break;
    }
    if (parts.length === 0) return;
    if (this.#tokens[this.#at]?.kind === 'variable' && this.#tokens[this.#at]?.text.startsWith('@')) this.#at++;
    if (this.#is('(')) {
      // A table function: its arguments hold nothing of interest but blocks.
      this.#skipParens();
    }
    if (this.#is('with') && this.#is('(', 1)) {
      this.#at++;
      this.#skipParens();
    }
    block.sources.push({ table: parts.at(-1) as string, alias: this.#alias() });
    if (this.#is('with') && this.#is('(', 1)) {
      this.#at++;
      this.#skipParens();
    }
  }

  #refsInParens(): Ref[] {
    const refs: Ref[] = [];
    if (!this.#is('(')) return refs;
    let depth = 0;
    do {
      const token = this.#tokens[this.#at] as Token;
      if (this.#is('(')) depth++;
      else if (this.#is(')')) depth--;
      else if (isIdentifier(token)) {
        const ref = this.#ref();
        if (ref !== undefined) refs.push(ref);
        continue;
      }
      this.#at++;
    } while (depth > 0 && this.#at < this.#tokens.length);
    return refs;
  }

  #limit(block: Block): void {
    for (let ahead = 0; ahead < 3; ahead++) {
      const token = this.#tokens[this.#at + ahead];
      if (token?.kind === 'number') {
        block.limit = Number(token.text);
        return;
      }
    }
  }

  /** Oracle's older way of a limit. */
  #rownum(block: Block): void {
    for (const { column, operator, values } of block.conditions)
      if (column === 'rownum' && (operator === '<' || operator === '<=' || operator === '=') && values[0] !== undefined)
        block.limit = Number(values[0]);
  }
}
