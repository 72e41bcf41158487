import { useText } from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import { AlertFlow, LevelBar, Panel, Ranks, WallTrend } from './parts.tsx';
import { RegionMap } from './region-map.tsx';
import { TacticLadder } from './tactic-ladder.tsx';

/** Who is under attack now: the map in the middle, the flow on the left, who and how on the right. */
export function SceneNow({ data, scale }: { readonly data: Overview; readonly scale: number }) {
  const t = useText();
  return (
    <div className="scr-now">
      <div className="scr-column">
        <Panel title={t('screen.flow')} className="scr-grow">
          <AlertFlow alerts={data.latestAlerts} rows={8} />
        </Panel>
        <Panel title={t('overview.attackers')}>
          <Ranks
            mono
            tone="orange"
            empty={t('overview.noAttackers')}
            rows={data.topAttackers.slice(0, 6).map((one) => ({
              key: one.ip,
              name: one.ip,
              note: `${t(one.internal ? 'overview.internal' : 'overview.external')}${one.institutions > 1 ? ` · ${t('screen.places', { n: one.institutions })}` : ''}`,
              value: one.count,
            }))}
          />
        </Panel>
      </div>
      <div className="scr-centre">
        <div className="scr-map">
          <RegionMap
            institutions={data.institutions}
            alerts={data.latestAlerts}
            width={1000}
            height={596}
            scale={scale}
            root={data.tenant}
          />
          <Legend data={data} />
        </div>
        <Panel title={t('screen.trend')} extra={<TrendKey />} className="scr-trend-panel">
          <WallTrend data={data} width={968} height={176} />
        </Panel>
      </div>
      <div className="scr-column">
        <Panel title={t('screen.levels')}>
          <LevelBar data={data} />
        </Panel>
        <Panel title={t('overview.tactics')} className="scr-grow">
          <TacticLadder data={data} />
        </Panel>
        <Panel title={t('screen.targets')}>
          <Ranks
            empty={t('screen.noTargets')}
            tone="red"
            rows={data.topTargets.slice(0, 5).map((one) => ({
              key: one.value + one.institution,
              name: one.name === '' ? one.value : one.name,
              note: one.institution,
              value: one.count,
            }))}
          />
        </Panel>
      </div>
    </div>
  );
}

const LIGHTS = ['danger', 'watch', 'ok', 'silent'] as const;

function Legend({ data }: { readonly data: Overview }) {
  const t = useText();
  const places = data.institutions.filter((one) => one.kind !== 'commission');
  return (
    <ul className="scr-legend">
      {LIGHTS.map((light) => (
        <li key={light}>
          <i className={`scr-light-${light}`} />
          {t(`light.${light}`)}
          <b>{places.filter((one) => (one.state?.light ?? 'ok') === light).length}</b>
        </li>
      ))}
    </ul>
  );
}

function TrendKey() {
  const t = useText();
  return (
    <span className="scr-keys">
      <i className="scr-key-line" /> {t('trend.events')}
      <i className="scr-key-bar" /> {t('trend.alerts')}
      <i className="scr-key-red" /> {t('trend.critical')}
    </span>
  );
}
