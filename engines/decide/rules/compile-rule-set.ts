import {
  OUTCOMES,
  type Decision,
  type DecisionReason,
  type Entities,
  type EntityListEntry,
  type EvidenceGroup,
  type FeatureRow,
  type FeatureSpec,
  type FeatureValue,
  type ModelVerdict,
  type Outcome,
  type Rule,
  type RuleSetDocument,
  type SnoozedRule,
} from '../types.ts';
import { sha256 } from '../sha256.ts';
import { checkRuleSet, MODEL_FEATURES } from './check-rule-set.ts';
import { Closures } from './closures.ts';
import type { EntityLists } from './entity-lists.ts';
import { featuresOf } from './expression.ts';
import { Columns, Frame, type Column } from './frame.ts';
import { RuleSetError } from './issue.ts';
import { Program, runProgram } from './program.ts';

export interface DecideContext {
  /** Epoch ms; only expiries of `lists` depend on it. */
  readonly now: number;
  /** Who is asking, for `lists`. */
  readonly entities?: Entities;
  readonly lists?: EntityLists;
  readonly model?: ModelVerdict;
}

/** A compiled rule set. Not re-entrant across threads; decisions are plain data and may be kept. */
export interface RuleSet {
  readonly document: RuleSetDocument;
  /** `name@version`. */
  readonly version: string;
  /** SHA-256 of the document: the same version must always have the same. */
  readonly fingerprint: string;
  /** Names of the features the enabled rules read. */
  readonly features: readonly string[];
  decide(row: FeatureRow, context: DecideContext): Decision;
  /** Values that had another type than declared so far; they were taken as missing. */
  wrongTypes(): number;
}

interface Compiled {
  readonly id: string;
  readonly code: string;
  readonly score: number;
  readonly group: EvidenceGroup;
  readonly evidence: readonly Column[];
  /** Rank in `OUTCOMES`. */
  readonly atLeast: number;
  /** Bit of the evidence this rule brings against the visitor. */
  readonly bit: number;
}

const RANK = Object.fromEntries(OUTCOMES.map((outcome, rank) => [outcome, rank])) as Record<Outcome, number>;
const IDENTITY = 1;
const BEHAVIOUR = 2;
const BITS: Readonly<Record<EvidenceGroup, number>> = {
  identity: IDENTITY,
  behaviour: BEHAVIOUR,
  network: 0,
  other: 0,
};

/**
 * Compiles a rule set. A document with errors throws a `RuleSetError` that lists them all; `checkRuleSet` lists them
 * without throwing. The document is copied and frozen.
 *
 * @example
 * ```ts
 * import { compileRuleSet, parseRuleSet } from '@xinglin/decide';
 *
 * const { document } = parseRuleSet(`
 * ruleset gate version 3
 * feature device.requests_60s number default 0
 * threshold verify from 30
 * score 30 reason RATE_DEVICE group behaviour when device.requests_60s > 30
 * `);
 * const rules = compileRuleSet(document);
 * const decision = rules.decide({ 'device.requests_60s': 41 }, { now: 0 });
 * decision.outcome; // 'verify'
 * decision.reasons[0]?.evidence; // { 'device.requests_60s': 41 }
 * ```
 */
export function compileRuleSet(document: RuleSetDocument): RuleSet {
  const issues = checkRuleSet(document).filter(({ severity }) => severity === 'error');
  if (issues.length > 0) throw new RuleSetError(issues);
  return new CompiledRuleSet(freeze(structuredClone(document)));
}

class CompiledRuleSet implements RuleSet {
  readonly document: RuleSetDocument;
  readonly version: string;
  readonly fingerprint: string;
  readonly features: readonly string[];
  private readonly columns: Columns;
  private readonly frame = new Frame();
  private readonly rules: readonly Compiled[];
  private readonly entries: Int32Array;
  private readonly hits: Int32Array;
  private readonly program: ReturnType<Program['seal']>;
  private readonly thresholds: readonly { readonly rank: number; readonly from: number }[];
  private readonly probability: number;
  private readonly anomaly: number;

  constructor(document: RuleSetDocument) {
    this.document = document;
    this.version = `${document.name}@${document.version}`;
    this.fingerprint = sha256(JSON.stringify(document));
    const specs: FeatureSpec[] = [...document.features, ...MODEL_FEATURES];
    // Heaviest first, so that reasons come out in the order people read them.
    const enabled = document.rules.filter((rule) => rule.enabled !== false).toSorted((a, b) => b.score - a.score);
    const conditions = enabled.map(({ when }) => when);
    this.columns = new Columns(specs);
    const program = new Program(this.columns, new Closures(this.columns, conditions));
    this.entries = Int32Array.from(conditions, (condition) => program.add(condition));
    this.rules = enabled.map((rule) => compiled(rule, this.columns));
    this.program = program.seal();
    this.hits = new Int32Array(enabled.length);
    this.features = [...new Set(conditions.flatMap(featuresOf))];
    const slotOf = (name: string): number => (this.features.includes(name) ? this.columns.of(name).slot : -1);
    this.probability = slotOf('model.probability');
    this.anomaly = slotOf('model.anomaly');
    this.columns.prepare(this.frame);
    this.thresholds = document.thresholds
      .map(({ outcome, from }) => ({ rank: RANK[outcome], from }))
      .toSorted((a, b) => b.from - a.from);
  }

  wrongTypes(): number {
    return this.frame.wrongTypes;
  }

  decide(row: FeatureRow, context: DecideContext): Decision {
    const { frame } = this;
    this.columns.load(frame, row);
    const { model } = context;
    if (model !== undefined) {
      if (this.probability >= 0 && model.probability !== undefined) {
        this.columns.set(frame, this.probability, model.probability);
      }
      if (this.anomaly >= 0 && model.anomaly !== undefined) this.columns.set(frame, this.anomaly, model.anomaly);
    }
    const count = runProgram(this.program, this.entries, frame, this.hits);
    const { lists, entities } = context;
    const snoozes = lists === undefined || entities === undefined ? undefined : lists.snoozes(entities, context.now);
    let score = 0;
    let evidence = 0;
    let least = 0;
    const reasons: DecisionReason[] = [];
    let snoozed: SnoozedRule[] | undefined;
    for (let index = 0; index < count; index++) {
      const rule = this.rules[this.hits[index] as number] as Compiled;
      const snooze = snoozes === undefined || snoozes.length === 0 ? undefined : snoozeOf(snoozes, rule.id);
      if (snooze !== undefined) {
        const { author, reason, expiresAt } = snooze;
        (snoozed ??= []).push({ rule: rule.id, code: rule.code, author, reason, expiresAt });
        continue;
      }
      score += rule.score;
      evidence |= rule.bit;
      if (rule.atLeast > least) least = rule.atLeast;
      reasons.push(this.reasonOf(rule));
    }
    let rank = least;
    for (const threshold of this.thresholds) {
      if (score < threshold.from) continue;
      if (threshold.rank > rank) rank = threshold.rank;
      break;
    }
    const heldBack = rank === RANK.deny && evidence !== (IDENTITY | BEHAVIOUR);
    if (heldBack) rank = RANK.review;
    const allowedBy =
      rank === RANK.allow || lists === undefined || entities === undefined
        ? undefined
        : lists.allowed(entities, context.now);
    const decision: Mutable<Decision> = {
      outcome: allowedBy === undefined ? (OUTCOMES[rank] as Outcome) : 'allow',
      score,
      reasons,
      ruleSetVersion: this.version,
    };
    // Added one by one: a literal with conditional spreads costs as much as a quarter of the rules.
    if (model !== undefined) {
      decision.modelVersion = model.version;
      if (model.probability !== undefined) decision.probability = model.probability;
    }
    if (snoozed !== undefined) decision.snoozed = snoozed;
    if (allowedBy !== undefined) decision.allowedBy = allowedBy;
    if (heldBack) decision.heldBack = 'deny';
    return decision;
  }

  private reasonOf(rule: Compiled): DecisionReason {
    const evidence: Record<string, FeatureValue | null> = {};
    const { values } = this.frame;
    const { evidence: columns } = rule;
    for (let index = 0; index < columns.length; index++) {
      const { name, slot } = columns[index] as Column;
      evidence[name] = values[slot] as FeatureValue | null;
    }
    return { code: rule.code, rule: rule.id, score: rule.score, group: rule.group, evidence };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function snoozeOf(snoozes: readonly EntityListEntry[], rule: string): EntityListEntry | undefined {
  return snoozes.find(({ rules }) => rules === undefined || rules.includes(rule));
}

function compiled(rule: Rule, columns: Columns): Compiled {
  const group = rule.group ?? 'other';
  const atLeast = RANK[rule.atLeast ?? 'allow'];
  return {
    id: rule.id,
    code: rule.reason,
    score: rule.score,
    group,
    evidence: featuresOf(rule.when).map((name) => columns.of(name)),
    atLeast,
    // What speaks for the visitor, or says nothing, is no evidence against him.
    bit: rule.score > 0 || atLeast > 0 ? BITS[group] : 0,
  };
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
