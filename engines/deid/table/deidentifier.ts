import { createTextDeidentifier } from '../text/index.ts';
import { cutAddress } from './addresses.ts';
import { ageBand, ageOver89, readAge } from './ages.ts';
import { ageOn, coarseDate, dayNumber, shiftDate } from './dates.ts';
import type { AgeBands, ColumnRule, TablePolicy } from './policy.ts';
import { createPseudonymizer, ownText } from './pseudonyms.ts';
import type { KeyedWords, Pseudonymizer } from './pseudonyms.ts';

export interface ColumnCount {
  readonly column: string;
  readonly rule: ColumnRule['rule'];
  /** Not in the policy: dropped or kept by `unlisted`. */
  readonly unlisted?: true;
  /** Values that were given another form. */
  changed: number;
  /** Values that were there and were emptied on purpose. */
  removed: number;
  /** Values the rule did not understand: emptied. */
  refused: number;
  /** Free text: records' names found in other columns and blotted out there. */
  blotted: number;
}

/** Row by row. `values` are those of all columns; the answers are those of the columns that stay. */
export interface TableDeidentifier {
  /** Columns of the result. */
  readonly columns: readonly string[];
  /** One per input column, in its order. */
  readonly plan: readonly PlannedColumn[];
  /** Input places that must be known before a row's values are changed. */
  readonly patientAt: number;
  readonly counts: readonly ColumnCount[];
  /** Sets the row that is worked on. `values` is read until the next call. */
  begin(values: readonly string[]): void;
  row(values: readonly string[]): string[];
  readonly pseudonyms: ReadonlyMap<string, Pseudonymizer>;
  /** Places whose values a rule reads; those of the others may be left out of {@link begin}. */
  readonly reads: ReadonlySet<number>;
  /** Places of names: what stands there must stand nowhere else. */
  readonly namesAt: readonly number[];
}

export interface PlannedColumn {
  readonly name: string;
  readonly kind: 'keep' | 'drop' | 'change';
  readonly count: ColumnCount;
  readonly apply: (value: string) => string;
}

export interface TableOptions {
  readonly policy: TablePolicy;
  readonly columns: readonly string[];
  /** HMAC under the project's key, which is another for every project. */
  readonly keyed: KeyedWords;
  readonly reveal?: (domain: string, value: string, pseudonym: string) => void;
}

/** A column of the policy that the table lacks. */
export class MissingColumn extends Error {
  readonly code = 'deid.no_column';
  readonly column: string;

  constructor(column: string, columns: readonly string[]) {
    super(`The policy names the column "${column}"; the table has ${columns.join(', ')}.`);
    this.name = 'MissingColumn';
    this.column = column;
  }
}

/**
 * De-identifies the rows of a table by a policy: rows 1–7 of GB/T 37964 practice. What a rule does not understand is emptied and counted, never let
 * through; a column the policy does not name is dropped.
 *
 * @throws MissingColumn when a rule depends on a column that is not there; PseudonymCollision while working
 */
export function createTableDeidentifier({ policy, columns, keyed, reveal }: TableOptions): TableDeidentifier {
  const placeOf = (name: string): number => {
    const at = columns.indexOf(name);
    if (at < 0) throw new MissingColumn(name, columns);
    return at;
  };
  for (const name of policy.columns.keys()) placeOf(name);
  const patientAt = policy.patient === undefined ? -1 : placeOf(policy.patient);
  const pseudonyms = new Map<string, Pseudonymizer>();
  let current: readonly string[] = [];
  let offset = 0;
  let lastPatient = '';
  let lastOffset = 0;
  let offsets = new Map<string, number>();

  function offsetOf(patient: string): number {
    if (patient === '') return 0;
    if (patient === lastPatient) return lastOffset;
    let found = offsets.get(patient);
    if (found === undefined) {
      const word = (keyed(`date-offset\0${patient}`)[0] as number) >>> 0;
      // 1 … 2 × max, and the upper half is backwards: never 0.
      const step = (word % (policy.maxShift * 2)) + 1;
      found = step > policy.maxShift ? policy.maxShift - step : step;
      if (offsets.size >= 65_536) offsets = new Map();
      offsets.set(ownText(patient), found);
    }
    lastPatient = patient;
    lastOffset = found;
    return found;
  }

  const texts = [...policy.columns.values()].some(({ rule }) => rule === 'text') ? createTextDeidentifier() : undefined;
  const identifying = columns.flatMap((name, at) => {
    const rule = policy.columns.get(name)?.rule ?? policy.unlisted;
    return rule === 'keep' || rule === 'text' ? [] : [{ name, at }];
  });
  const knownOf = (): Record<string, string> => {
    const known: Record<string, string> = {};
    for (const { name, at } of identifying) if ((current[at] ?? '') !== '') known[name] = current[at] as string;
    return known;
  };

  function workOf(rule: ColumnRule): (value: string) => string | undefined {
    switch (rule.rule) {
      case 'region': {
        const { level } = rule;
        return lastOf((value) => cutAddress(value, level));
      }
      case 'shift': {
        const { days } = rule;
        return (value) => (days === undefined && offset === 0 ? undefined : shiftDate(value, days ?? offset));
      }
      case 'month':
      case 'year': {
        const to = rule.rule;
        return lastOf((value) => coarseDate(value, to));
      }
      case 'stay': {
        const at = placeOf(rule.from);
        return (value) => {
          const to = dayNumber(value);
          const from = to === undefined ? undefined : dayNumber(current[at] ?? '');
          return to === undefined || from === undefined || to < from ? undefined : String(to - from);
        };
      }
      case 'birth': {
        const at = rule.at === undefined ? -1 : placeOf(rule.at);
        const reference = policy.referenceDate ?? '';
        const band = banded(rule.bands);
        if (at < 0) return lastOf((value) => band(ageOn(value, reference)));
        return (value) => band(ageOn(value, current[at] ?? ''));
      }
      case 'age': {
        const band = banded(rule.bands);
        return lastOf((value) => band(readAge(value)));
      }
      case 'pseudonym': {
        const name = `${rule.domain}/${rule.length}/${rule.prefix}`;
        const known =
          pseudonyms.get(name) ??
          createPseudonymizer(
            keyed,
            rule,
            reveal === undefined ? undefined : (value, pseudonym) => reveal(rule.domain, value, pseudonym),
          );
        pseudonyms.set(name, known);
        const of = known.column();
        return (value) => of(value.trim());
      }
      case 'zip':
        return lastOf((value) => (/^\d{6}$/.test(value) ? `${value.slice(0, 3)}***` : undefined));
      case 'text': {
        const { form } = rule;
        return (value) => texts?.mask(value, { form, record: knownOf() });
      }
      default:
        return () => undefined;
    }
  }

  const plan = columns.map((name): PlannedColumn => {
    const listed = policy.columns.get(name);
    const rule: ColumnRule = listed ?? { rule: policy.unlisted };
    const count: ColumnCount = {
      column: name,
      rule: rule.rule,
      ...(listed === undefined ? { unlisted: true as const } : {}),
      changed: 0,
      removed: 0,
      refused: 0,
      blotted: 0,
    };
    if (rule.rule === 'keep') return { name, kind: 'keep', count, apply: (value) => value };
    if (rule.rule === 'drop' || rule.rule === 'name' || rule.rule === 'empty')
      return {
        name,
        kind: rule.rule === 'empty' ? 'change' : 'drop',
        count,
        apply: (value) => {
          if (value !== '') count.removed++;
          return '';
        },
      };
    const work = workOf(rule);
    return {
      name,
      kind: 'change',
      count,
      apply: (value) => {
        if (value === '') return '';
        const changed = work(value);
        if (changed === undefined) {
          count.refused++;
          return '';
        }
        count.changed++;
        return changed;
      },
    };
  });
  const namesAt = columns.flatMap((name, at) => (policy.columns.get(name)?.rule === 'name' ? [at] : []));
  const reads = new Set<number>(namesAt);
  if (patientAt >= 0) reads.add(patientAt);
  for (const [at, { kind }] of plan.entries()) if (kind === 'change') reads.add(at);
  for (const rule of policy.columns.values()) {
    if (rule.rule === 'stay') reads.add(placeOf(rule.from));
    if (rule.rule === 'birth' && rule.at !== undefined) reads.add(placeOf(rule.at));
  }
  if (texts !== undefined) for (const { at } of identifying) reads.add(at);
  const begin = (values: readonly string[]): void => {
    current = values;
    offset = patientAt < 0 ? 0 : offsetOf(values[patientAt] ?? '');
  };
  return {
    columns: plan.filter(({ kind }) => kind !== 'drop').map(({ name }) => name),
    plan,
    patientAt,
    counts: plan.map(({ count }) => count),
    begin,
    pseudonyms,
    reads,
    namesAt,
    row(values) {
      begin(values);
      const out: string[] = [];
      for (const [at, column] of plan.entries()) {
        const value = values[at] ?? '';
        if (column.kind === 'keep') out.push(blot(column.count, value, values, namesAt));
        else {
          const changed = column.apply(value);
          if (column.kind === 'change') out.push(changed);
        }
      }
      return out;
    },
  };
}

/** A kept value without the names of its record. */
export function blot(count: ColumnCount, value: string, values: readonly string[], namesAt: readonly number[]): string {
  let out = value;
  for (const at of namesAt) {
    const name = values[at] ?? '';
    if (name.length < 2 || !out.includes(name)) continue;
    out = out.replaceAll(name, '***');
    count.blotted++;
  }
  return out;
}

/** The rows of a patient come together: what the last value became is likely asked again. */
function lastOf(work: (value: string) => string | undefined): (value: string) => string | undefined {
  let last = '';
  let found: string | undefined;
  return (value) => {
    if (value !== last) {
      found = work(value);
      last = value;
    }
    return found;
  };
}

function banded(bands: AgeBands): (age: number | undefined) => string | undefined {
  if (bands === 'fifteen') return (age) => (age === undefined ? undefined : ageBand(age));
  if (bands === 'over89') return (age) => (age === undefined ? undefined : ageOver89(age));
  // An age above 89 identifies by itself.
  return (age) => (age === undefined ? undefined : age > 89 ? '>89' : String(age));
}
