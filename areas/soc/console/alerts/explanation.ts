export interface MatchedTest {
  readonly path: string;
  readonly field?: string;
  readonly key?: string;
  readonly wanted: string;
  readonly value?: unknown;
}

/** What an alert's `explanation` holds (areas/soc/respond). */
export interface Why {
  readonly rule?: {
    readonly id?: string;
    readonly version?: string | number;
    readonly title?: string;
    readonly titleZh?: string;
  };
  readonly correlation?: {
    readonly group?: Readonly<Record<string, unknown>>;
    readonly count?: number;
    readonly from?: string;
    readonly to?: string;
    readonly seconds?: number;
  };
  readonly indicator?: {
    readonly field?: string;
    readonly matched?: string;
    readonly feed?: string;
    readonly type?: string;
    readonly value?: string;
    readonly confidence?: number;
    readonly labels?: readonly string[];
    readonly description?: string;
  };
  readonly matched?: {
    readonly because?: readonly MatchedTest[];
    readonly fields?: Readonly<Record<string, unknown>>;
    readonly condition?: string;
  };
  readonly grouping?: Readonly<Record<string, string>>;
  readonly severity?: { readonly formula?: string };
}

export function testsOf(explanation: Readonly<Record<string, unknown>>): readonly MatchedTest[] {
  const because = (explanation as Why).matched?.because;
  return Array.isArray(because) ? because : [];
}

/** Event keys that made the rule fire, to be marked in the evidence. */
export function matchedFields(explanation: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const why = explanation as Why;
  const keys = groupTests(testsOf(explanation), why.matched?.condition).flatMap((one) =>
    one.excluded ? [] : [one.field],
  );
  const indicator = why.indicator?.field === undefined ? [] : [why.indicator.field];
  const group = why.correlation?.group === undefined ? [] : Object.keys(why.correlation.group);
  return new Set([...keys, ...indicator, ...group]);
}

export interface TestGroup {
  readonly path: string;
  readonly field: string;
  readonly wanted: readonly string[];
  readonly value: unknown;
  /** The rule fires when this does not hold (`not filter`). */
  readonly excluded: boolean;
}

/** One row per field of a selection; selections after `not` are what the event had to avoid. */
export function groupTests(tests: readonly MatchedTest[], condition = ''): readonly TestGroup[] {
  const avoided = [...condition.matchAll(/\bnot\s+(?:(?:1|any|all)\s+of\s+)?\(?\s*([\w*-]+)/g)].map(
    (match) => new RegExp(`^${(match[1] ?? '').replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
  );
  const groups = new Map<
    string,
    { path: string; field: string; wanted: string[]; value: unknown; excluded: boolean }
  >();
  for (const test of tests) {
    const [, selection = '', ...rest] = test.path.split('.');
    const field = test.key ?? test.field ?? rest.join('.').replace(/\|.*$/, '');
    const known = groups.get(test.path);
    if (known === undefined)
      groups.set(test.path, {
        path: test.path,
        field,
        wanted: [test.wanted],
        value: test.value,
        excluded: avoided.some((pattern) => pattern.test(selection)),
      });
    else known.wanted.push(test.wanted);
  }
  return [...groups.values()];
}
