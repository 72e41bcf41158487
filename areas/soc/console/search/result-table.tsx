import { Button } from 'antd';
import { Fragment, useState } from 'react';
import { exactTime, PlainTag, useKeys, useText } from '@xinglin/platform/ui';
import type { EventRecord } from '@xinglin/soc';
import { EventBody } from '../alerts/alert-detail.tsx';

const KEYS = [
  'source.ip',
  'destination.ip',
  'destination.port',
  'user.name',
  'host.name',
  'event.action',
  'event.outcome',
  'process.name',
  'http.response.status_code',
] as const;

/** One line per event: when, what kind, its telling fields, the message; a click unfolds the whole record. */
export function ResultTable({
  items,
  onAdd,
  more,
  loading,
  onMore,
}: {
  readonly items: readonly EventRecord[];
  readonly onAdd: (field: string, value: string, exclude: boolean) => void;
  readonly more: boolean;
  readonly loading: boolean;
  readonly onMore: () => void;
}) {
  const t = useText();
  const [open, setOpen] = useState<string>();
  const [active, setActive] = useState(-1);
  useKeys({
    j: () => setActive((index) => Math.min(items.length - 1, index + 1)),
    k: () => setActive((index) => Math.max(0, index - 1)),
    Enter: () => setOpen((before) => (before === items[active]?.id ? undefined : items[active]?.id)),
  });
  return (
    <div className="soc-result-scroll">
      <table className="soc-result">
        <thead>
          <tr>
            <th style={{ width: 176 }}>{t('search.time')}</th>
            <th style={{ width: 156 }}>{t('search.dataset')}</th>
            <th>{t('search.event')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((event, index) => (
            <Fragment key={event.id}>
              <tr
                className={index === active ? 'soc-result-active' : ''}
                tabIndex={0}
                onClick={() => {
                  setActive(index);
                  setOpen(open === event.id ? undefined : event.id);
                }}
                onKeyDown={(press) => {
                  if (press.key === ' ') {
                    press.preventDefault();
                    setOpen(open === event.id ? undefined : event.id);
                  }
                }}
                aria-expanded={open === event.id}
              >
                <td className="xl-num xl-nowrap">{exactTime(event.ts, true)}</td>
                <td>
                  <PlainTag>{event.dataset === '' ? t('event.unknown') : event.dataset}</PlainTag>
                  {event.rules.length > 0 ? <span className="soc-fired" title={t('search.fired')} /> : null}
                </td>
                <td>
                  <div className="soc-line">
                    {KEYS.map((key) => {
                      const value = event.fields[key];
                      return value === undefined || value === '' ? null : (
                        <span key={key}>
                          <em>{key}</em> {String(value as string | number)}
                        </span>
                      );
                    })}
                    <q>{event.message}</q>
                  </div>
                </td>
              </tr>
              {open === event.id ? (
                <tr className="soc-result-open">
                  <td colSpan={3}>
                    <EventBody event={event} onFilter={onAdd} />
                  </td>
                </tr>
              ) : null}
            </Fragment>
          ))}
        </tbody>
      </table>
      {more ? (
        <div className="soc-more">
          <Button loading={loading} onClick={onMore}>
            {t('search.more')}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
