import { exactTime, duration, PlainTag, useText, type Fact } from '@xinglin/platform/ui';
import { Facts, useLocale } from '@xinglin/platform/ui';

interface MatchedTest {
  readonly path: string;
  readonly field?: string;
  readonly key?: string;
  readonly wanted: string;
  readonly value?: unknown;
}

interface Why {
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
  readonly matched?: { readonly because?: readonly MatchedTest[] };
  readonly grouping?: Readonly<Record<string, string>>;
  readonly severity?: { readonly formula?: string };
}

function testsOf(explanation: Readonly<Record<string, unknown>>): readonly MatchedTest[] {
  const because = (explanation as Why).matched?.because;
  return Array.isArray(because) ? because : [];
}

/** Event keys that made the rule fire, to be marked in the evidence. */
export function matchedFields(explanation: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const keys = testsOf(explanation).flatMap((test) => test.key ?? test.field ?? []);
  const why = explanation as Why;
  const indicator = why.indicator?.field === undefined ? [] : [why.indicator.field];
  const group = why.correlation?.group === undefined ? [] : Object.keys(why.correlation.group);
  return new Set([...keys, ...indicator, ...group]);
}

const text = (value: unknown): string =>
  value === undefined || value === null
    ? '–'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value as string | number);

/** The verdict explained: the rule and its version, each test with the value that held, the window of a correlation, the indicator. */
export function WhyFired({ explanation }: { readonly explanation: Readonly<Record<string, unknown>> }) {
  const t = useText();
  const locale = useLocale();
  const why = explanation as Why;
  const tests = testsOf(explanation);
  const ruleTitle = locale === 'en' ? (why.rule?.title ?? why.rule?.titleZh) : (why.rule?.titleZh ?? why.rule?.title);
  const facts: (Fact | undefined)[] = [
    ruleTitle === undefined
      ? undefined
      : {
          label: t('why.rule'),
          value: `${ruleTitle}${why.rule?.version === undefined ? '' : ` · v${String(why.rule.version)}`}`,
        },
    why.correlation === undefined
      ? undefined
      : {
          label: t('why.window'),
          value: t('why.windowText', {
            n: why.correlation.count ?? 0,
            span: duration(t, why.correlation.seconds ?? 0),
            from: why.correlation.from === undefined ? '' : exactTime(why.correlation.from),
          }),
        },
    why.correlation?.group === undefined || Object.keys(why.correlation.group).length === 0
      ? undefined
      : {
          label: t('why.group'),
          value: (
            <span className="xl-row-wrap">
              {Object.entries(why.correlation.group).map(([key, value]) => (
                <PlainTag mono key={key}>{`${key} = ${text(value)}`}</PlainTag>
              ))}
            </span>
          ),
        },
    why.indicator === undefined
      ? undefined
      : {
          label: t('why.indicator'),
          value: `${text(why.indicator.value ?? why.indicator.matched)} · ${text(why.indicator.feed)} · ${t('why.confidence')} ${text(why.indicator.confidence)}${why.indicator.description ? ` · ${why.indicator.description}` : ''}`,
        },
    why.indicator?.field === undefined
      ? undefined
      : { label: t('why.field'), value: <PlainTag mono>{why.indicator.field}</PlainTag> },
    why.severity?.formula === undefined ? undefined : { label: t('why.severity'), value: why.severity.formula },
  ];
  return (
    <div className="soc-why">
      <Facts columns={2} items={facts} />
      {tests.length === 0 ? null : (
        <table className="soc-tests">
          <thead>
            <tr>
              <th>{t('why.field')}</th>
              <th>{t('why.wanted')}</th>
              <th>{t('why.value')}</th>
            </tr>
          </thead>
          <tbody>
            {tests.map((test) => (
              <tr key={test.path + test.wanted}>
                <td className="xl-mono" title={test.path}>
                  {test.key ?? test.field ?? t('why.keyword')}
                </td>
                <td className="xl-mono">{test.wanted}</td>
                <td className="xl-mono soc-hit">{text(test.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
