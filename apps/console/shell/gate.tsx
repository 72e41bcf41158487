import { Button } from 'antd';
import { setLocale, useLocale, useText } from '@xinglin/platform/ui';
import type { ReactNode } from 'react';

/** The page before the console: sign-in, forced password change, second factor. */
export function Gate({
  title,
  note,
  children,
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  const t = useText();
  const locale = useLocale();
  return (
    <div className="xl-gate">
      <aside className="xl-gate-side" aria-hidden="true">
        <svg className="xl-gate-art" viewBox="0 0 640 800" preserveAspectRatio="xMidYMid slice">
          <defs>
            <radialGradient id="xl-g" cx="30%" cy="20%" r="90%">
              <stop offset="0" stopColor="#11666c" />
              <stop offset="1" stopColor="#06292f" />
            </radialGradient>
          </defs>
          <rect width="640" height="800" fill="url(#xl-g)" />
          <g stroke="#7fd3d4" strokeOpacity=".16" fill="none">
            {BRANCHES.map((d) => (
              <path key={d} d={d} strokeWidth="1.4" />
            ))}
          </g>
          {BLOSSOMS.map(([x, y, r, o]) => (
            <g
              key={`${String(x)}-${String(y)}`}
              transform={`translate(${String(x)} ${String(y)}) scale(${String(r)})`}
              opacity={o}
            >
              {[0, 72, 144, 216, 288].map((turn) => (
                <circle key={turn} r="5.4" cy="-6.4" fill="#f2b27a" transform={`rotate(${String(turn)})`} />
              ))}
              <circle r="3.4" fill="#d8813b" />
            </g>
          ))}
        </svg>
        <div className="xl-gate-brand">
          <img src="/icon.svg" width="44" height="44" alt="" />
          <div>
            <strong>{t('shell.product')}</strong>
            <span>{t('shell.tagline')}</span>
          </div>
        </div>
        <p>{t('shell.motto')}</p>
      </aside>
      <main className="xl-gate-main">
        <div className="xl-gate-lang">
          <Button type="text" size="small" onClick={() => setLocale(locale === 'en' ? 'zh-CN' : 'en')}>
            {locale === 'en' ? '中文' : 'English'}
          </Button>
        </div>
        <div className="xl-gate-box">
          <h1>{title}</h1>
          {note === undefined ? null : <p className="xl-gate-note">{note}</p>}
          {children}
        </div>
        <footer>{t('shell.footer')}</footer>
      </main>
    </div>
  );
}

const BRANCHES = [
  'M-20 640C90 600 150 520 210 430S330 300 470 250 610 170 660 110',
  'M210 430C240 470 300 490 380 480S520 500 600 560',
  'M330 316C330 250 350 200 410 140S470 60 470 -10',
  'M120 560C150 610 160 660 140 740S120 800 120 830',
  'M470 250C520 270 570 300 660 300',
];
const BLOSSOMS: readonly (readonly [number, number, number, number])[] = [
  [210, 430, 1.5, 0.95],
  [470, 250, 1.9, 1],
  [410, 140, 1.3, 0.85],
  [380, 480, 1.2, 0.8],
  [600, 560, 1.6, 0.85],
  [330, 316, 1, 0.7],
  [560, 190, 1.1, 0.75],
  [140, 700, 1.2, 0.6],
  [520, 273, 0.8, 0.6],
  [90, 578, 0.9, 0.6],
  [466, 40, 0.9, 0.6],
];
