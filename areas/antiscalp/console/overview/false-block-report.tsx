import { DownloadOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { EmptyState, saveText, textOr, toCsv, useNumber, useText } from '@xinglin/platform/ui';
import { percent, wilson } from '../figures.ts';
import type { FalseBlocks } from '../types.ts';

type Row = FalseBlocks['byClient'][number];

/** Refusals that staff took back, per group; shares of all devices of the group with their 95 % interval. */
export function FalseBlockReport({ report }: { readonly report: FalseBlocks }) {
  const t = useText();
  const number = useNumber();
  const [by, setBy] = useState<'client' | 'action'>('client');
  const rows = by === 'client' ? report.byClient : report.byAction;
  const name = (row: Row) => textOr(t, `guard.${by}.${row.name}`, row.name === '' ? t('guard.unknown') : row.name);
  if (rows.length === 0) return <EmptyState compact title={t('guard.none')} hint={t('guard.falseBlocksEmpty')} />;
  const rate = (hits: number, of: number) => {
    const share = wilson(hits, of);
    return share === undefined ? '–' : `${percent(share.value)} (${percent(share.low)} – ${percent(share.high)})`;
  };
  const columns = ['devices', 'refused', 'appealed', 'open', 'wronged'] as const;
  return (
    <>
      <div className="guard-toolbar" style={{ padding: '4px 16px 10px' }}>
        <Segmented
          size="small"
          value={by}
          onChange={setBy}
          options={[
            { value: 'client', label: t('guard.byClient') },
            { value: 'action', label: t('guard.byAction') },
          ]}
        />
        <Button
          size="small"
          type="text"
          icon={<DownloadOutlined />}
          onClick={() =>
            saveText(
              `false-blocks-by-${by}.csv`,
              toCsv(
                [t('guard.group'), ...columns.map((column) => t(`guard.fb.${column}`)), t('guard.fb.rate')],
                rows.map((row) => [name(row), ...columns.map((column) => row[column]), rate(row.wronged, row.devices)]),
              ),
            )
          }
        >
          {t('ui.exportCsv')}
        </Button>
      </div>
      <div className="guard-scroll">
        <table className="guard-table">
          <thead>
            <tr>
              <th scope="col">{t('guard.group')}</th>
              {columns.map((column) => (
                <th key={column} scope="col" className="guard-right">
                  {t(`guard.fb.${column}`)}
                </th>
              ))}
              <th scope="col" className="guard-right">
                {t('guard.fb.rate')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{name(row)}</th>
                {columns.map((column) => (
                  <td
                    key={column}
                    className={`guard-right xl-num ${column === 'wronged' && row.wronged > 0 ? 'guard-bad' : ''}`}
                  >
                    {number(row[column])}
                  </td>
                ))}
                <td className="guard-right xl-num">{rate(row.wronged, row.devices)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="guard-note">
        {t('guard.falseBlocksNote')} {report.cut ? t('guard.cut') : ''}
      </p>
    </>
  );
}
