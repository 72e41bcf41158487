/** Small signs used everywhere: severity, state lights, ids that copy, techniques. */
import { CheckOutlined, CopyOutlined } from '@ant-design/icons';
import { Tooltip } from 'antd';
import { useState, type ReactNode } from 'react';
import { useText } from './text.ts';
import { useLevelColours } from './theme-context.ts';
import type { LevelName } from './theme.ts';

/** Severity in words and colour: never by colour alone. */
export function LevelTag({
  level,
  score,
  label,
}: {
  readonly level: LevelName;
  readonly score?: number | undefined;
  readonly label?: string;
}) {
  const t = useText();
  const colours = useLevelColours()[level];
  return (
    <span className="xl-chip" style={{ color: colours.text, background: colours.soft, borderColor: colours.line }}>
      <i style={{ background: colours.solid }} />
      {label ?? t(`ui.level.${level}`)}
      {score === undefined ? null : <b className="xl-num">{score}</b>}
    </span>
  );
}

export type Tone = 'good' | 'watch' | 'bad' | 'quiet' | 'busy' | 'brand';

/** State word with a dot; the tone carries its colour in both themes. */
export function StateTag({
  tone,
  children,
  title,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly title?: string | undefined;
}) {
  const tag = <span className={`xl-state xl-state-${tone}`}>{children}</span>;
  return title === undefined ? tag : <Tooltip title={title}>{tag}</Tooltip>;
}

export function PlainTag({ children, mono = false }: { readonly children: ReactNode; readonly mono?: boolean }) {
  return <span className={mono ? 'xl-plain xl-mono' : 'xl-plain'}>{children}</span>;
}

export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Plain http in a hospital's inner network has no clipboard API.
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** Something a person pastes elsewhere: id, IP, hash. */
export function Copyable({
  text,
  short,
  children,
}: {
  readonly text: string;
  readonly short?: boolean;
  readonly children?: ReactNode;
}) {
  const t = useText();
  const [done, setDone] = useState(false);
  const shown = children ?? (short === true && text.length > 12 ? `${text.slice(0, 10)}…` : text);
  return (
    <span className="xl-copyable">
      <span className="xl-mono">{shown}</span>
      <Tooltip title={done ? t('ui.copied') : t('ui.copy')}>
        <button
          type="button"
          className="xl-copy"
          aria-label={`${t('ui.copy')} ${text}`}
          onClick={(event) => {
            event.stopPropagation();
            void copyText(text).then(() => {
              setDone(true);
              setTimeout(() => setDone(false), 1500);
            });
          }}
        >
          {done ? <CheckOutlined /> : <CopyOutlined />}
        </button>
      </Tooltip>
    </span>
  );
}

export function Kbd({ children }: { readonly children: ReactNode }) {
  return <kbd className="xl-kbd">{children}</kbd>;
}

/** Last points of a series, no axes. */
export function Sparkline({
  points,
  width = 120,
  height = 26,
  label,
}: {
  readonly points: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly label?: string;
}) {
  const max = Math.max(1, ...points);
  const step = points.length > 1 ? width / (points.length - 1) : width;
  const y = (value: number) => height - 2 - (value / max) * (height - 4);
  const line = points
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  return (
    <svg
      className="xl-spark"
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      role="img"
      aria-label={label ?? ''}
    >
      {points.length > 1 ? (
        <>
          <path className="xl-spark-area" d={`${line}L${String(width)} ${String(height)}L0 ${String(height)}Z`} />
          <path className="xl-spark-line" d={line} />
        </>
      ) : null}
    </svg>
  );
}

/** Horizontal share of a whole, for top-N lists. */
export function Bar({ share, colour }: { readonly share: number; readonly colour?: string | undefined }) {
  return (
    <span className="xl-bar" aria-hidden="true">
      <i
        style={{
          transform: `scaleX(${String(Math.max(0.01, Math.min(1, share)))})`,
          ...(colour === undefined ? {} : { background: colour }),
        }}
      />
    </span>
  );
}
