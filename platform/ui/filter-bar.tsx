import { CloseOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input, Popover, Select, type InputRef } from 'antd';
import dayjs from 'dayjs';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useFilters } from './filters.ts';
import { useKeys } from './keys.ts';
import { useText } from './text.ts';
import { exactTime } from './time.tsx';

export interface SelectFilter {
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: ReactNode; readonly text?: string }[];
  readonly multiple?: boolean;
  readonly width?: number;
}

/** Search box (`/` focuses it), selects and a reset, all bound to the URL. */
export function FilterBar({
  search,
  selects = [],
  children,
  keep = [],
}: {
  /** Placeholder of the search box; absent: no box. */
  readonly search?: string;
  readonly selects?: readonly SelectFilter[];
  readonly children?: ReactNode;
  /** URL keys that a reset leaves alone. */
  readonly keep?: readonly string[];
}) {
  const t = useText();
  const [filters, set] = useFilters();
  const box = useRef<InputRef>(null);
  const [draft, setDraft] = useState(filters['q'] ?? '');
  const sent = useRef(filters['q'] ?? '');
  useKeys({ '/': () => box.current?.focus() });
  useEffect(() => {
    const current = filters['q'] ?? '';
    if (current !== sent.current) {
      sent.current = current;
      setDraft(current);
    }
  }, [filters]);
  useEffect(() => {
    if (draft === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = draft;
      set({ q: draft });
    }, 300);
    return () => clearTimeout(timer);
  }, [draft, set]);
  const dirty = Object.keys(filters).filter((key) => !keep.includes(key) && key !== 'sort' && key !== 'open');
  return (
    <div className="xl-filters" role="search">
      {search === undefined ? null : (
        <Input
          ref={box}
          allowClear
          className="xl-filter-search"
          prefix={<SearchOutlined className="xl-muted" />}
          suffix={draft === '' ? <kbd className="xl-kbd">/</kbd> : null}
          placeholder={search}
          aria-label={search}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
      )}
      {children}
      {selects.map((select) => (
        <Select
          key={select.name}
          allowClear
          placeholder={select.label}
          aria-label={select.label}
          style={{ minWidth: select.width ?? 116 }}
          popupMatchSelectWidth={false}
          maxTagCount={2}
          {...(select.multiple === true ? { mode: 'multiple' as const } : {})}
          value={
            select.multiple === true
              ? ((filters[select.name]?.split(',') ?? []) as never)
              : (filters[select.name] as never)
          }
          options={select.options.map((option) => ({ value: option.value, label: option.label }))}
          onChange={(value: string | string[] | undefined) =>
            set({ [select.name]: Array.isArray(value) ? value.join(',') : value })
          }
        />
      ))}
      {dirty.length > 0 ? (
        <Button
          type="text"
          icon={<CloseOutlined />}
          onClick={() => set(Object.fromEntries(dirty.map((key) => [key, undefined])))}
        >
          {t('ui.reset')}
        </Button>
      ) : null}
    </div>
  );
}

const PRESETS: readonly (readonly [string, number])[] = [
  ['15m', 900],
  ['1h', 3600],
  ['4h', 14_400],
  ['24h', 86_400],
  ['3d', 259_200],
  ['7d', 604_800],
  ['30d', 2_592_000],
];

/** Bounds of the URL's `range` or `from`/`to`; a moving range is cut to the minute so that a query is not repeated every second. */
export function timeBounds(
  filters: Readonly<Record<string, string>>,
  fallback = '24h',
  now = Date.now(),
): { readonly from: string; readonly to: string } {
  const from = filters['from'];
  const to = filters['to'];
  if (from !== undefined && to !== undefined) return { from, to };
  const seconds = PRESETS.find(([name]) => name === (filters['range'] ?? fallback))?.[1] ?? 86_400;
  const end = Math.ceil(now / 60_000) * 60_000;
  return { from: new Date(end - seconds * 1000).toISOString(), to: new Date(end).toISOString() };
}

/** Last N or an exact range; bound to the URL. `none`: no time filter unless chosen. */
export function TimeFilter({ fallback, none }: { readonly fallback?: string; readonly none?: string }) {
  const t = useText();
  const [filters, set] = useFilters();
  const [open, setOpen] = useState(false);
  const exact = filters['from'] !== undefined && filters['to'] !== undefined;
  const range = filters['range'] ?? (exact ? undefined : fallback);
  const label = exact
    ? `${exactTime(filters['from'] ?? '').slice(5, 16)} – ${exactTime(filters['to'] ?? '').slice(5, 16)}`
    : range === undefined
      ? (none ?? '')
      : t(`ui.range.${range}`);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="xl-time-picker">
          <div className="xl-time-presets">
            {PRESETS.map(([name]) => (
              <Button
                key={name}
                size="small"
                type={range === name ? 'primary' : 'default'}
                onClick={() => {
                  set({ range: name, from: undefined, to: undefined });
                  setOpen(false);
                }}
              >
                {t(`ui.range.${name}`)}
              </Button>
            ))}
          </div>
          <DatePicker.RangePicker
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            value={exact ? [dayjs(filters['from']), dayjs(filters['to'])] : null}
            onChange={(dates) => {
              const [from, to] = dates ?? [];
              if (from === undefined || to === undefined || from === null || to === null) return;
              set({ from: from.toISOString(), to: to.toISOString(), range: undefined });
              setOpen(false);
            }}
          />
        </div>
      }
    >
      <Button className="xl-time-button">{label}</Button>
    </Popover>
  );
}
