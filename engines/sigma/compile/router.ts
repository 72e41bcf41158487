import type { LogsourceRoute, LogsourceRouting } from '../mapping/routing.ts';
import type { SigmaEvent, SigmaLogsource } from '../types.ts';
import { fold } from '../text/fold.ts';
import { lookup, textOf } from './values.ts';

/** When an entry applies: any of the `when` alternatives (none: always), and no contradicting label. */
export interface EntryScope {
  readonly alternatives: readonly LogsourceRoute['when'][] | undefined;
  readonly logsource: SigmaLogsource;
}

/** What one routing key can tell apart. */
interface Dimension {
  readonly key: string;
  /** Folded value → class. */
  readonly exact: ReadonlyMap<string, number>;
  readonly prefixes: readonly { readonly prefix: string; readonly bit: number }[];
  readonly label: 'category' | 'product' | 'service' | undefined;
}

/**
 * Sorts events by the values of the few keys that the routing looks at, and remembers for each combination which
 * entries can apply. Values no route names fall into one class, so the memory is bounded by the rules, not by events.
 */
export class Router<Group> {
  private readonly dimensions: Dimension[] = [];
  private readonly groups = new Map<number, Group>();
  private readonly scopes: readonly EntryScope[];
  private readonly build: (members: readonly number[]) => Group;
  private readonly shared = new Map<string, Group>();
  private readonly lastValues: unknown[] = [];
  private lastGroup: Group | undefined;

  constructor(
    scopes: readonly EntryScope[],
    routing: LogsourceRouting | undefined,
    build: (members: readonly number[]) => Group,
  ) {
    this.scopes = scopes;
    this.build = build;
    const wanted = new Map<string, Set<string>>();
    for (const { alternatives } of scopes) {
      for (const when of alternatives ?? []) {
        for (const [key, values] of Object.entries(when)) {
          const set = wanted.get(key) ?? new Set();
          for (const value of values) set.add(fold(String(value)));
          wanted.set(key, set);
        }
      }
    }
    for (const [key, values] of wanted) this.addDimension(key, [...values], undefined);
    for (const label of ['category', 'product', 'service'] as const) {
      const key = routing?.labels?.[label];
      if (key === undefined) continue;
      this.addDimension(key, [...new Set(scopes.flatMap(({ logsource }) => logsource[label] ?? []))].map(fold), label);
    }
  }

  private addDimension(key: string, values: readonly string[], label: Dimension['label']): void {
    const plain = values.filter((value) => !value.endsWith('*'));
    this.dimensions.push({
      key,
      label,
      exact: new Map(plain.map((value, at) => [value, at + 2])),
      prefixes: values
        .filter((value) => value.endsWith('*'))
        .map((value, bit) => ({ prefix: value.slice(0, -1), bit })),
    });
  }

  /** The group of an event. */
  groupOf(event: SigmaEvent): Group {
    const { dimensions, lastValues } = this;
    let same = this.lastGroup !== undefined;
    for (let at = 0; at < dimensions.length; at++) {
      const raw = lookup(event, (dimensions[at] as Dimension).key);
      if (raw === lastValues[at] && typeof raw !== 'object') continue;
      lastValues[at] = raw;
      same = false;
    }
    // Events of one kind come in runs.
    if (!same) this.lastGroup = this.groupOfValues(event, lastValues);
    return this.lastGroup as Group;
  }

  private groupOfValues(event: SigmaEvent, values: readonly unknown[]): Group {
    let code = 0;
    for (let at = 0; at < this.dimensions.length; at++) {
      const dimension = this.dimensions[at] as Dimension;
      const raw = values[at];
      code = code * (dimension.exact.size + 2) + classOf(dimension, raw);
      if (dimension.prefixes.length > 0) code = code * 2 ** dimension.prefixes.length + prefixBits(dimension, raw);
    }
    let group = this.groups.get(code);
    if (group === undefined) {
      group = this.groupFor(event);
      this.groups.set(code, group);
    }
    return group;
  }

  /** Every group built so far. */
  all(): Group[] {
    return [...this.shared.values()];
  }

  /** Forgets the groups, so that they are built anew (after learning). */
  reset(): void {
    this.groups.clear();
    this.shared.clear();
    this.lastGroup = undefined;
  }

  private groupFor(event: SigmaEvent): Group {
    const members: number[] = [];
    this.scopes.forEach((scope, at) => {
      if (this.applies(scope, event)) members.push(at);
    });
    const name = members.join();
    let group = this.shared.get(name);
    if (group === undefined) {
      group = this.build(members);
      this.shared.set(name, group);
    }
    return group;
  }

  private applies({ alternatives, logsource }: EntryScope, event: SigmaEvent): boolean {
    for (const { key, label } of this.dimensions) {
      if (label === undefined || logsource[label] === undefined) continue;
      const value = scalar(lookup(event, key));
      if (value !== undefined && fold(value) !== fold(logsource[label])) return false;
    }
    return alternatives === undefined || alternatives.some((when) => routeHolds(when, event));
  }
}

/** True when every key of a route's condition has an allowed value in the event. */
export function routeHolds(when: LogsourceRoute['when'], event: SigmaEvent): boolean {
  return Object.entries(when).every(([key, values]) => {
    const raw = scalar(lookup(event, key));
    if (raw === undefined) return false;
    const value = fold(raw);
    return values.some((allowed) => {
      const text = fold(String(allowed));
      return text.endsWith('*') ? value.startsWith(text.slice(0, -1)) : value === text;
    });
  });
}

/** The first element of a list stands for it: routing keys are single values. */
function scalar(value: unknown): string | undefined {
  return textOf(Array.isArray(value) ? value[0] : value);
}

function classOf(dimension: Dimension, raw: unknown): number {
  const text = scalar(raw);
  if (text === undefined) return 0;
  return dimension.exact.get(text) ?? dimension.exact.get(fold(text)) ?? 1;
}

function prefixBits(dimension: Dimension, raw: unknown): number {
  const text = scalar(raw);
  if (text === undefined) return 0;
  let bits = 0;
  for (const { prefix, bit } of dimension.prefixes)
    if (prefix === '' || fold(text).startsWith(prefix)) bits += 2 ** bit;
  return bits;
}
