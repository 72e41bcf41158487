import { exactTime, duration, PlainTag, useText, type Fact } from '@xinglin/platform/ui';
import { Facts, useLocale } from '@xinglin/platform/ui';
import { groupTests, testsOf, type Why } from './explanation.ts';

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
  const tests = groupTests(testsOf(explanation), why.matched?.condition);
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
              <tr key={test.path}>
                <td className="xl-mono" title={test.path}>
                  {test.field === '' ? t('why.keyword') : test.field}
                </td>
                <td className="xl-mono">
                  {test.excluded ? <em>{t('why.not')} </em> : null}
                  {test.wanted.slice(0, 8).join(' / ')}
                  {test.wanted.length > 8 ? ' …' : ''}
                </td>
                <td className={test.excluded ? 'xl-mono' : 'xl-mono soc-hit'}>{text(test.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
