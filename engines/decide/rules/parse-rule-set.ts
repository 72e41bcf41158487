import type {
  EvidenceGroup,
  Expression,
  FeatureSpec,
  FeatureType,
  FeatureValue,
  Outcome,
  Rule,
  RuleIssue,
  RuleSetDocument,
  Threshold,
} from '../types.ts';
import { checkRuleSet } from './check-rule-set.ts';
import { visitExpression } from './expression.ts';
import { tokenize } from './lexer.ts';
import { ExpressionParser, SyntaxFault } from './parse-expression.ts';

const STATEMENTS = ['ruleset', 'feature', 'threshold', 'rule', 'disabled', 'score'];

export interface ParseOptions {
  /** Features that need no declaration; those the rules use go into the document. */
  readonly features?: readonly FeatureSpec[];
}

/**
 * Reads the text form. Every fault is listed with line, column and remedy; the document holds what could be read.
 *
 * @example
 * ```ts
 * import { parseRuleSet } from '@xinglin/decide';
 *
 * const { document, issues } = parseRuleSet(`
 * ruleset gate version 1
 * feature device.requests_60s number default 0
 * feature account.verified boolean default false
 * threshold verify from 30
 * score 30 reason RATE_DEVICE when device.requests_60s > 30 and not account.verified
 * `);
 * issues.length; // 0
 * document.rules[0]?.id; // 'rate-device'
 * ```
 */
export function parseRuleSet(
  text: string,
  options: ParseOptions = {},
): { document: RuleSetDocument; issues: RuleIssue[] } {
  const { tokens, issues } = tokenize(text);
  const parser = new StatementParser(tokens);
  parser.statements(issues);
  const { features } = parser;
  const declared = new Set(features.map(({ name }) => name));
  const used = new Set<string>();
  for (const { when } of parser.rules) {
    visitExpression(when, (node) => {
      if (node.op === 'feature') used.add(node.name);
      else if (node.op === 'missing') used.add(node.feature);
    });
  }
  for (const known of options.features ?? []) {
    if (used.has(known.name) && !declared.has(known.name)) features.push(known);
  }
  const document: RuleSetDocument = {
    format: 'xinglin-rules/1',
    name: parser.name,
    version: parser.version,
    ...(parser.note === undefined ? {} : { note: parser.note }),
    features,
    rules: parser.rules,
    thresholds: parser.thresholds,
  };
  issues.push(...checkRuleSet(document, parser.positions, options.features));
  return { document, issues: issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

/** Reads one condition, e.g. of a search box in the console. */
export function parseCondition(text: string): { expression?: Expression; issues: RuleIssue[] } {
  const { tokens, issues } = tokenize(text);
  const parser = new ExpressionParser(tokens);
  try {
    const expression = parser.condition();
    if (parser.next.kind !== 'end') throw parser.fault('text.rest', 'The condition should end here.');
    return { expression, issues };
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { issues: [...issues, error.issue] };
  }
}

class StatementParser extends ExpressionParser {
  name = 'rules';
  version = 1;
  note: string | undefined;
  readonly features: FeatureSpec[] = [];
  readonly thresholds: Threshold[] = [];
  readonly rules: Rule[] = [];

  statements(issues: RuleIssue[]): void {
    while (this.next.kind !== 'end') {
      const before = this.at;
      try {
        this.statement();
      } catch (error) {
        if (!(error instanceof SyntaxFault)) throw error;
        issues.push(error.issue);
        this.skip(before);
      }
    }
  }

  /** To the next line that begins a statement. */
  private skip(before: number): void {
    if (this.at === before) this.at++;
    while (this.next.kind !== 'end') {
      const first = this.tokens[this.at - 1]?.line !== this.next.line;
      if (first && STATEMENTS.some((word) => this.is(word))) return;
      this.at++;
    }
  }

  private statement(): void {
    if (this.takeIf('ruleset')) this.header();
    else if (this.takeIf('feature')) this.feature();
    else if (this.takeIf('threshold')) this.threshold();
    else if (this.is('rule') || this.is('disabled') || this.is('score')) this.rule();
    else {
      throw this.fault(
        'text.statement',
        'A statement is expected.',
        'It begins with ruleset, feature, threshold, rule or score.',
      );
    }
  }

  private header(): void {
    this.name = this.word('the name of the rule set');
    if (this.takeIf('version')) this.version = this.number('the version');
    if (this.takeIf('note')) this.note = this.text('the note');
  }

  private feature(): void {
    const start = this.next;
    const name = this.word('the name of the feature');
    const type = this.word('its type: number, string or boolean') as FeatureType;
    let fallback: FeatureValue | null | undefined;
    if (this.takeIf('default')) fallback = this.literal();
    const note = this.takeIf('note') ? this.text('the note') : undefined;
    this.features.push(
      this.mark(
        {
          name,
          type,
          ...(fallback === undefined ? {} : { default: fallback }),
          ...(note === undefined ? {} : { note }),
        },
        start,
      ),
    );
  }

  private threshold(): void {
    const start = this.next;
    const outcome = this.word('an outcome') as Threshold['outcome'];
    this.expect('from', 'after the outcome');
    this.thresholds.push(this.mark({ outcome, from: this.number('the score') }, start));
  }

  private rule(): void {
    const start = this.next;
    const enabled = !this.takeIf('disabled');
    const id = this.takeIf('rule') ? this.word('the id of the rule') : undefined;
    let score = 0;
    let reason: string | undefined;
    let group: EvidenceGroup | undefined;
    let atLeast: Outcome | undefined;
    let note: string | undefined;
    while (!this.takeIf('when')) {
      if (this.takeIf('score')) score = this.number('the score');
      else if (this.takeIf('reason')) reason = this.word('a reason code');
      else if (this.takeIf('group')) group = this.word('an evidence group') as EvidenceGroup;
      else if (this.takeIf('note')) note = this.text('the note');
      else if (this.takeIf('at')) {
        this.expect('least', 'after "at"');
        atLeast = this.word('an outcome') as Outcome;
      } else {
        throw this.fault('text.clause', 'One of score, reason, group, at least, note, when is expected.');
      }
    }
    const when = this.condition();
    const code = reason ?? id?.toUpperCase().replaceAll(/[-.]/g, '_');
    if (code === undefined) {
      throw new SyntaxFault('text.reason', start, 'The rule has no reason code.', 'Add: reason CODE.');
    }
    this.rules.push(
      this.mark(
        {
          id: id ?? code.toLowerCase().replaceAll('_', '-'),
          when,
          score,
          reason: code,
          ...(group === undefined ? {} : { group }),
          ...(atLeast === undefined ? {} : { atLeast }),
          ...(enabled ? {} : { enabled }),
          ...(note === undefined ? {} : { note }),
        },
        start,
      ),
    );
  }

  private word(what: string): string {
    const { kind, value } = this.next;
    if (kind !== 'name' && kind !== 'quoted-name') throw this.fault('text.name', `Here comes ${what}.`);
    this.at++;
    return value as string;
  }

  private number(what: string): number {
    const negative = this.takeIf('-');
    const { kind, value } = this.next;
    if (kind !== 'number') throw this.fault('text.number', `Here comes ${what}, a number.`);
    this.at++;
    return negative ? -(value as number) : (value as number);
  }

  private text(what: string): string {
    const { kind, value } = this.next;
    if (kind !== 'text') throw this.fault('text.quoted', `Here comes ${what}, a quoted text.`);
    this.at++;
    return value as string;
  }

  private literal(): FeatureValue | null {
    if (this.takeIf('missing')) return null;
    if (this.takeIf('true')) return true;
    if (this.takeIf('false')) return false;
    return this.next.kind === 'text' ? this.text('the default') : this.number('the default');
  }
}
