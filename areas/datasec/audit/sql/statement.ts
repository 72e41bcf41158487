import type { Block } from './block.ts';
import { BlockReader } from './block-reader.ts';
import type { Token } from './tokens.ts';

/** What a statement does besides reading. */
export type Effect = 'read' | 'create' | 'insert' | 'export' | 'other';

export interface Statement {
  readonly effect: Effect;
  /** Table, view or file that gets the rows. */
  readonly target: string;
  readonly queries: readonly Block[];
  /** Turns auditing off or wipes its records. */
  readonly blindsAudit: boolean;
  /** Whole tables that are copied without a query. */
  readonly copied: readonly string[];
}

const AUDIT_OFF: readonly RegExp[] = [
  /^noaudit\b/,
  /^drop (?:audit policy|server audit|database audit)\b/,
  /^alter (?:server|database) audit\b.*\bstate = off\b/,
  /^alter system set audit_(?:trail|sys_operations) = (?:none|false)/,
  /^set global (?:general_log|audit_log\w*|server_audit\w*) = (?:off|0|none)/,
  /^set (?:session )?sql_log_(?:off|bin) = (?:1|on|0)/,
  /^(?:alter (?:system|role|database)\b.* )?set pgaudit\.log (?:=|to) (?:none|)$/,
  /^set pgaudit\.log (?:=|to) none/,
  /^(?:truncate table|delete from|drop table) (?:sys \. )?(?:aud\$|fga_log\$|unified_audit_trail|mysql \. general_log|general_log)/,
  /^(?:begin )?dbms_(?:fga \. (?:drop|disable)_policy|audit_mgmt \. clean_audit_trail)/,
  /^uninstall plugin (?:audit_log|server_audit)/,
];

/** Splits at semicolons and reads each statement. Blocks of PL/SQL and T-SQL give the statements inside. */
export function readStatements(tokens: readonly Token[]): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token !== undefined && !(token.kind === 'op' && token.text === ';')) continue;
    if (at > start) statements.push(...readOne(tokens.slice(start, at)));
    start = at + 1;
  }
  return statements;
}

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text);

function readOne(tokens: readonly Token[]): Statement[] {
  const head = tokens
    .slice(0, 24)
    .map((token) => token.text)
    .join(' ')
    .replaceAll(' . ', (dot) => dot)
    .toLowerCase();
  const flat = head.replaceAll(/pgaudit \. log/g, 'pgaudit.log');
  const blindsAudit = AUDIT_OFF.some((pattern) => pattern.test(flat));
  const { effect, target, copied } = effectOf(tokens);
  const queries: Block[] = [];
  for (let at = 0; at < tokens.length;) {
    const opens = isWord(tokens[at], 'select') || (isWord(tokens[at], 'with') && namesQuery(tokens, at));
    if (!opens) {
      at++;
      continue;
    }
    const reader = new BlockReader(tokens, at);
    queries.push(reader.query());
    at = Math.max(at + 1, reader.position);
  }
  return [{ effect, target, queries, blindsAudit, copied }];
}

/** `WITH name [(columns)] AS`, not `WITH (nolock)` or `WITH CHECK OPTION`. */
function namesQuery(tokens: readonly Token[], at: number): boolean {
  const next = isWord(tokens[at + 1], 'recursive') ? at + 2 : at + 1;
  const name = tokens[next];
  if (name?.kind !== 'word' && name?.kind !== 'name') return false;
  return isWord(tokens[next + 1], 'as') || tokens[next + 1]?.text === '(';
}

function nameAt(tokens: readonly Token[], from: number): string {
  let at = from;
  let name = '';
  for (;;) {
    const token = tokens[at];
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'name' && token.kind !== 'variable'))
      return name;
    name = token.text;
    if (tokens[at + 1]?.text !== '.') return name;
    at += 2;
    while (tokens[at]?.text === '.') at++;
  }
}

const MODIFIERS = new Set(
  'or replace global local temporary temp unlogged materialized force noforce editionable noneditionable private if not exists secure recursive view table'.split(
    ' ',
  ),
);

function effectOf(tokens: readonly Token[]): Pick<Statement, 'effect' | 'target' | 'copied'> {
  for (const [at, token] of tokens.entries()) {
    if (
      isWord(token, 'create', 'alter') &&
      tokens.slice(at, at + 9).some((next) => isWord(next, 'table', 'view')) &&
      tokens.slice(at).some((next) => isWord(next, 'select'))
    ) {
      let name = at + 1;
      while (MODIFIERS.has(tokens[name]?.text ?? '') && tokens[name]?.kind === 'word') name++;
      return { effect: 'create', target: nameAt(tokens, name), copied: [] };
    }
    if (isWord(token, 'insert') && tokens.slice(at).some((next) => isWord(next, 'select'))) {
      const name = isWord(tokens[at + 1], 'into', 'overwrite') ? at + 2 : at + 1;
      return { effect: 'insert', target: nameAt(tokens, isWord(tokens[name], 'table') ? name + 1 : name), copied: [] };
    }
    if (isWord(token, 'into')) {
      if (isWord(tokens[at + 1], 'outfile', 'dumpfile'))
        return { effect: 'export', target: tokens[at + 2]?.text ?? '', copied: [] };
      // T-SQL and PostgreSQL; PL/SQL's INTO a variable makes no table, and reading it as one harms nothing.
      if (
        tokens.slice(0, at).some((before) => isWord(before, 'select')) &&
        !tokens.slice(0, at).some((before) => isWord(before, 'insert', 'merge'))
      )
        return {
          effect: 'create',
          target: nameAt(tokens, isWord(tokens[at + 1], 'table', 'temp', 'temporary') ? at + 2 : at + 1),
          copied: [],
        };
    }
    if (isWord(token, 'copy', 'unload', 'bcp')) {
      const copied = tokens[at + 1]?.text === '(' ? [] : [nameAt(tokens, at + 1)];
      const out = tokens.some((next) => isWord(next, 'to', 'out', 'queryout'));
      if (out) return { effect: 'export', target: '', copied: copied.filter((name) => name !== '') };
    }
  }
  return {
    effect: isWord(tokens[0], 'select', 'with') || tokens[0]?.text === '(' ? 'read' : 'other',
    target: '',
    copied: [],
  };
}
