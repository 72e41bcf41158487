import { Link } from '@tanstack/react-router';
import {
  Copyable,
  PlainTag,
  StateTag,
  textOr,
  useLevelColours,
  useSeriesColours,
  useText,
  useThemeName,
  type Tone,
  type Translate,
} from '@xinglin/platform/ui';
import { shortKey } from './figures.ts';

const TONES: Readonly<Record<string, Tone>> = {
  allow: 'good',
  challenge: 'quiet',
  recheck: 'quiet',
  queue: 'busy',
  verify: 'watch',
  review: 'bad',
  deny: 'bad',
};

export function StepTag({ step }: { readonly step: string }) {
  const t = useText();
  return <StateTag tone={TONES[step] ?? 'quiet'}>{textOr(t, `guard.step.${step}`, step)}</StateTag>;
}

/** A reason code in words; the code itself when the institution's own rule has no words here. */
export function reasonWords(t: Translate, code: string): string {
  return textOr(t, `guard.reason.${code}`, code);
}

export function Reasons({ codes, max = 3 }: { readonly codes: readonly string[]; readonly max?: number }) {
  const t = useText();
  if (codes.length === 0) return <span className="xl-muted">–</span>;
  return (
    <span className="guard-reasons" title={codes.join(' ')}>
      {codes.slice(0, max).map((code) => (
        <PlainTag key={code}>{reasonWords(t, code)}</PlainTag>
      ))}
      {codes.length > max ? <span className="xl-muted">+{codes.length - max}</span> : null}
    </span>
  );
}

/** A salted key that copies, with the ways on from it. */
export function KeyLinks({
  id,
  graph = true,
  decisions = true,
}: {
  readonly id: string;
  readonly graph?: boolean;
  /** Keys of the release step are salted apart from the gateway's: no decision bears one. */
  readonly decisions?: boolean;
}) {
  const t = useText();
  return (
    <span className="guard-key">
      <Copyable text={id}>{shortKey(id)}</Copyable>
      {decisions ? (
        <Link to="/antiscalp/decisions" search={{ key: id } as never}>
          {t('guard.itsDecisions')}
        </Link>
      ) : null}
      {graph ? (
        <Link to="/antiscalp/graph" search={{ key: id } as never}>
          {t('guard.itsGraph')}
        </Link>
      ) : null}
    </span>
  );
}

export function Kpis({
  items,
}: {
  readonly items: readonly {
    readonly label: string;
    readonly value: string;
    readonly note?: string;
    readonly tone?: 'bad' | 'watch';
  }[];
}) {
  return (
    <div className="guard-kpis">
      {items.map((item) => (
        <div key={item.label} className="guard-kpi">
          <span>{item.label}</span>
          <strong className={`xl-num ${item.tone === undefined ? '' : `guard-${item.tone}`}`}>{item.value}</strong>
          <small title={item.note}>{item.note ?? ''}</small>
        </div>
      ))}
    </div>
  );
}

/** Colours of axes and steps in the current theme. */
export function useChartStyle() {
  const dark = useThemeName() === 'dark';
  const levels = useLevelColours();
  const colours = useSeriesColours();
  const steps: Readonly<Record<string, string>> = {
    allow: colours[0] ?? '',
    challenge: levels.informational.solid,
    recheck: colours[1] ?? '',
    queue: levels.low.solid,
    verify: levels.medium.solid,
    review: levels.high.solid,
    deny: levels.critical.solid,
  };
  return {
    dark,
    steps,
    colours,
    bad: levels.critical.solid,
    text: dark ? '#a0aeb5' : '#53636c',
    strong: dark ? '#dfe7ea' : '#1a262c',
    line: dark ? '#2b3840' : '#e6eaec',
  };
}
