import { useEffect, useState } from 'react';
import { ApiError, duration, useLiveStatus, useLocale, useNumber, useText } from '@xinglin/platform/ui';
import type { Overview } from '@xinglin/soc';
import { RollingNumber } from './rolling-number.tsx';
import { SceneNow } from './scene-now.tsx';
import { SceneRespond } from './scene-respond.tsx';
import { SceneSupervise } from './scene-supervise.tsx';
import { DESIGN, useCarousel, useScale, useWall } from './use-wall.ts';
import './screen.css';

const SCENES = ['now', 'respond', 'supervise'] as const;
const SCENE_MS = 25_000;

export function Page() {
  const t = useText();
  const scale = useScale();
  const { overview, error } = useWall();
  const [scene, go] = useCarousel(SCENES.length, SCENE_MS);
  const data = overview.data;
  useEffect(() => {
    document.title = `${t('nav.screen')} · 杏林`;
  }, [t]);
  return (
    <div className="scr-stage">
      <div
        className="scr-wall"
        style={{
          width: DESIGN.width,
          height: DESIGN.height,
          transform: `translate(-50%, -50%) scale(${String(scale)})`,
        }}
        data-ready={data !== undefined}
      >
        {data === undefined ? (
          <Waiting error={error} />
        ) : (
          <>
            <Header data={data} scene={scene} go={go} />
            <KpiStrip data={data} />
            <div className="scr-body" key={SCENES[scene]}>
              {scene === 0 ? (
                <SceneNow data={data} scale={scale} />
              ) : scene === 1 ? (
                <SceneRespond data={data} />
              ) : (
                <SceneSupervise data={data} />
              )}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function Waiting({ error }: { readonly error: unknown }) {
  const t = useText();
  const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
  return (
    <div className="scr-wait">
      <img src="/icon.svg" width="72" height="72" alt="" />
      <p>
        {refused
          ? t('screen.refused')
          : error === null || error === undefined
            ? t('screen.loading')
            : t('screen.unreachable')}
      </p>
      {refused ? (
        <p className="scr-dim">
          {t('screen.refusedHint')} <a href="/login?back=/screen">{t('screen.signIn')}</a>
        </p>
      ) : null}
    </div>
  );
}

function Header({
  data,
  scene,
  go,
}: {
  readonly data: Overview;
  readonly scene: number;
  readonly go: (scene: number) => void;
}) {
  const t = useText();
  const live = useLiveStatus();
  return (
    <header className="scr-head">
      <nav className="scr-tabs" aria-label={t('screen.scenes')}>
        {SCENES.map((name, index) => (
          <button
            key={name}
            type="button"
            className={index === scene ? 'scr-tab scr-tab-on' : 'scr-tab'}
            onClick={() => go(index)}
          >
            {t(`screen.scene.${name}`)}
            {index === scene ? <i key={scene} /> : null}
          </button>
        ))}
      </nav>
      <h1>
        {data.name === '' ? t('overview.platform') : data.name}
        <span>{t('screen.title')}</span>
      </h1>
      <div className="scr-when">
        <span className={`scr-live scr-live-${live}`}>{t(`screen.live.${live}`)}</span>
        <Clock />
      </div>
    </header>
  );
}

function Clock() {
  const locale = useLocale();
  const [now, set] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => set(new Date()), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <span className="scr-date">
        {now.toLocaleDateString(locale, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' })}
      </span>
      <time className="scr-clock">{now.toLocaleTimeString('en-GB')}</time>
    </>
  );
}

function KpiStrip({ data }: { readonly data: Overview }) {
  const t = useText();
  const number = useNumber();
  const { totals } = data;
  const hospitals = data.institutions.filter((one) => one.kind !== 'commission').length;
  const items: readonly {
    readonly key: string;
    readonly value: number;
    readonly note: string;
    readonly tone?: string;
  }[] = [
    { key: 'events', value: totals.eventsToday, note: t('kpi.eps', { n: number(totals.eventsPerSecond) }) },
    { key: 'alerts', value: totals.alertsToday, note: t('screen.kpi.open', { n: number(totals.openAlerts) }) },
    {
      key: 'critical',
      value: totals.criticalAlerts,
      note: t('kpi.criticalNote'),
      tone: totals.criticalAlerts > 0 ? 'red' : '',
    },
    {
      key: 'incidents',
      value: totals.openIncidents,
      note: `MTTR ${duration(t, totals.mttrSeconds)}`,
      tone: totals.openIncidents > 0 ? 'orange' : '',
    },
    {
      key: 'notices',
      value: totals.openNotices,
      note: t('kpi.overdue', { n: number(totals.overdueNotices) }),
      tone: totals.overdueNotices > 0 ? 'orange' : '',
    },
    {
      key: 'institutions',
      value: hospitals > 0 ? hospitals : totals.institutions,
      note: t('screen.kpi.assets', { n: number(totals.assets) }),
    },
    {
      key: 'sources',
      value: totals.sources,
      note: totals.silentSources > 0 ? t('kpi.silent', { n: number(totals.silentSources) }) : t('kpi.noSilent'),
    },
  ];
  return (
    <div className="scr-kpis">
      {items.map((item) => (
        <div key={item.key} className="scr-kpi">
          <span>{t(`screen.kpi.${item.key}`)}</span>
          <strong className={item.tone === undefined || item.tone === '' ? '' : `scr-${item.tone}`}>
            <RollingNumber value={item.value} />
          </strong>
          <small>{item.note}</small>
        </div>
      ))}
    </div>
  );
}
