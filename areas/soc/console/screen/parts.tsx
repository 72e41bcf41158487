import { shortTime, useNumber, useText, useNow } from '@xinglin/platform/ui';
import type { Alert, Overview } from '@xinglin/soc';
import type { ReactNode } from 'react';
import { useTitle } from '../alerts/parts.tsx';

export function Panel({
  title,
  extra,
  children,
  className = '',
}: {
  readonly title: string;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`scr-panel ${className}`}>
      <h2>
        {title}
        {extra === undefined ? null : <span>{extra}</span>}
      </h2>
      <div className="scr-panel-body">{children}</div>
    </section>
  );
}

export function Nothing({ children }: { readonly children: ReactNode }) {
  return <p className="scr-nothing">{children}</p>;
}

/** Newest on top; a new line slides in and pushes the others. */
export function AlertFlow({ alerts, rows }: { readonly alerts: readonly Alert[]; readonly rows: number }) {
  const t = useText();
  const titleOf = useTitle();
  const now = useNow();
  if (alerts.length === 0) return <Nothing>{t('screen.noAlerts')}</Nothing>;
  return (
    <ol className="scr-flow">
      {alerts.slice(0, rows).map((alert) => (
        <li key={alert.id} className={now - new Date(alert.createdAt).getTime() < 20_000 ? 'scr-new' : ''}>
          <i className={`scr-level scr-level-${alert.level}`}>{t(`ui.level.${alert.level}`)}</i>
          <div>
            <b>{titleOf(alert)}</b>
            <span>
              <em>{alert.institution}</em>
              {alert.count > 1 ? <small>×{alert.count}</small> : null}
            </span>
          </div>
          <time>{shortTime(alert.lastSeen)}</time>
        </li>
      ))}
    </ol>
  );
}

export interface RankRow {
  readonly key: string;
  readonly name: string;
  readonly note?: string;
  readonly value: number;
  readonly shown?: string;
}

/** Ranked bars: name, note, value. */
export function Ranks({
  rows,
  tone = 'teal',
  max,
  empty,
  mono = false,
}: {
  readonly rows: readonly RankRow[];
  readonly tone?: 'teal' | 'orange' | 'red';
  readonly max?: number;
  readonly empty: string;
  readonly mono?: boolean;
}) {
  const number = useNumber();
  const top = max ?? Math.max(1, ...rows.map((row) => row.value));
  if (rows.length === 0) return <Nothing>{empty}</Nothing>;
  return (
    <ol className="scr-ranks">
      {rows.map((row, index) => (
        <li key={row.key}>
          <span className="scr-rank-no">{index + 1}</span>
          <span className={mono ? 'scr-rank-name scr-mono' : 'scr-rank-name'}>{row.name}</span>
          {row.note === undefined ? null : <span className="scr-rank-note">{row.note}</span>}
          <b>{row.shown ?? number(row.value)}</b>
          <i>
            <u
              className={`scr-fill-${tone}`}
              style={{ transform: `scaleX(${String(Math.max(0.01, row.value / top))})` }}
            />
          </i>
        </li>
      ))}
    </ol>
  );
}

const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;

export function LevelBar({ data }: { readonly data: Overview }) {
  const t = useText();
  const number = useNumber();
  const total = LEVELS.reduce((sum, level) => sum + (data.byLevel[level] ?? 0), 0);
  return (
    <div className="scr-levels">
      <div className="scr-level-bar">
        {LEVELS.map((level) => {
          const count = data.byLevel[level] ?? 0;
          return count === 0 ? null : (
            <i key={level} className={`scr-bg-${level}`} style={{ flexGrow: Math.max(count, total * 0.02) }} />
          );
        })}
      </div>
      <ul>
        {LEVELS.slice(0, 4).map((level) => (
          <li key={level}>
            <i className={`scr-bg-${level}`} />
            {t(`ui.level.${level}`)}
            <b>{number(data.byLevel[level] ?? 0)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Events as an area, alerts as columns; drawn in SVG so that it is sharp at any size. */
export function WallTrend({
  data,
  width,
  height,
}: {
  readonly data: Overview;
  readonly width: number;
  readonly height: number;
}) {
  const t = useText();
  const number = useNumber();
  const points = data.trend;
  if (points.length < 2) return <Nothing>{t('screen.noTrend')}</Nothing>;
  const left = 54;
  const right = 44;
  const bottom = height - 26;
  const top = 14;
  const inner = width - left - right;
  const maxEvents = niceMax(Math.max(...points.map((point) => point.events)));
  const maxAlerts = niceMax(Math.max(4, ...points.map((point) => point.alerts)));
  const step = inner / points.length;
  const x = (index: number) => left + step * (index + 0.5);
  const y = (value: number, max: number) => bottom - (value / max) * (bottom - top);
  const line = points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x(index).toFixed(1)} ${y(point.events, maxEvents).toFixed(1)}`)
    .join('');
  const every = Math.max(1, Math.ceil(points.length / 9));
  const bar = Math.max(2, Math.min(14, step * 0.5));
  return (
    <svg width={width} height={height} role="img" aria-label={t('trend.title')} className="scr-trend">
      <defs>
        <linearGradient id="scr-area" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#3bb5b1" stopOpacity=".38" />
          <stop offset="1" stopColor="#3bb5b1" stopOpacity="0" />
        </linearGradient>
      </defs>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line
            x1={left}
            x2={width - right}
            y1={bottom - share * (bottom - top)}
            y2={bottom - share * (bottom - top)}
            className="scr-gridline"
          />
          <text x={left - 8} y={bottom - share * (bottom - top) + 4} textAnchor="end">
            {number(maxEvents * share, true)}
          </text>
          <text x={width - right + 8} y={bottom - share * (bottom - top) + 4}>
            {number(maxAlerts * share)}
          </text>
        </g>
      ))}
      <path
        d={`${line}L${x(points.length - 1).toFixed(1)} ${String(bottom)}L${x(0).toFixed(1)} ${String(bottom)}Z`}
        fill="url(#scr-area)"
      />
      <path d={line} fill="none" stroke="#4cc4bf" strokeWidth="1.8" strokeLinejoin="round" />
      {points.map((point, index) => (
        <g key={point.at}>
          {point.alerts > 0 ? (
            <rect
              x={x(index) - bar / 2}
              width={bar}
              y={y(point.alerts, maxAlerts)}
              height={bottom - y(point.alerts, maxAlerts)}
              rx="1.5"
              fill="#e39a4b"
              opacity=".85"
            />
          ) : null}
          {point.critical > 0 ? (
            <rect
              x={x(index) - bar / 2}
              width={bar}
              y={y(point.critical, maxAlerts)}
              height={bottom - y(point.critical, maxAlerts)}
              rx="1.5"
              fill="#f2566d"
            />
          ) : null}
          {index % every === 0 && (points.length - index > every / 2 || index === points.length - 1) ? (
            <text x={x(index)} y={height - 6} textAnchor="middle">
              {shortTime(point.at).slice(-5)}
            </text>
          ) : null}
        </g>
      ))}
    </svg>
  );
}

/** Next 1, 2, 5 × 10ⁿ: axis ends people can read. */
export function niceMax(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}
