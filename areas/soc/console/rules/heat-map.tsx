import { useQuery } from '@tanstack/react-query';
import { Segmented } from 'antd';
import { useState } from 'react';
import { api, Loaded, Panel, useFilters, useNumber, useText } from '@xinglin/platform/ui';
import type { RuleHeatMap } from '@xinglin/soc';
import { word } from '../shared/words.ts';
import { shadeByHits, shadeByRules } from './heat.ts';
import './rules.css';

/** Tactics as columns, techniques as cells: what is watched for, or what was found. A click filters the list. */
export function HeatMap() {
  const t = useText();
  const number = useNumber();
  const [filters, setFilters] = useFilters();
  const [by, setBy] = useState<'rules' | 'hits'>('hits');
  const query = useQuery({
    queryKey: ['/rules', 'coverage', filters['tenant']],
    queryFn: () => api<RuleHeatMap>('/rule-coverage', { query: { tenant: filters['tenant'] } }),
  });
  const chosen = (tactic: string, technique?: string): boolean =>
    filters['tactic'] === tactic && filters['technique'] === technique;
  const choose = (tactic: string, technique?: string): void =>
    setFilters(chosen(tactic, technique) ? { tactic: undefined, technique: undefined } : { tactic, technique });
  return (
    <Loaded query={query} rows={5}>
      {(map) => {
        const most = Math.max(1, ...map.tactics.flatMap(({ techniques }) => techniques.map(({ rules }) => rules)));
        return (
          <Panel>
            <div className="xl-spread">
              <span className="xl-muted">
                {t('heat.note', {
                  rules: number(map.rules),
                  techniques: number(
                    new Set(map.tactics.flatMap(({ techniques }) => techniques.map(({ technique }) => technique))).size,
                  ),
                  untagged: number(map.untagged),
                })}
              </span>
              <Segmented<'rules' | 'hits'>
                value={by}
                onChange={setBy}
                options={[
                  { value: 'hits', label: t('heat.byHits') },
                  { value: 'rules', label: t('heat.byRules') },
                ]}
              />
            </div>
            <div className="soc-heat">
              {map.tactics.map((column) => (
                <div key={column.tactic} className="soc-heat-column">
                  <button
                    type="button"
                    className={`soc-heat-head ${chosen(column.tactic) ? 'soc-heat-chosen' : ''}`}
                    onClick={() => choose(column.tactic)}
                  >
                    <b>{word(t, 'tactic', column.tactic)}</b>
                    <span>{t('heat.column', { rules: number(column.rules), hits: number(column.hits30d) })}</span>
                  </button>
                  {column.techniques.map((cell) => {
                    const shade = by === 'rules' ? shadeByRules(cell.rules, most) : shadeByHits(cell.hits30d);
                    const classes = [
                      'soc-heat-cell',
                      `soc-heat-${String(shade)}`,
                      ...(cell.enabled === 0 ? ['soc-heat-off'] : []),
                      ...(chosen(column.tactic, cell.technique) ? ['soc-heat-chosen'] : []),
                    ];
                    return (
                      <button
                        key={cell.technique}
                        type="button"
                        className={classes.join(' ')}
                        title={t('heat.cell', {
                          technique: [cell.technique, ...cell.subTechniques].join(', '),
                          rules: cell.rules,
                          enabled: cell.enabled,
                          hits: number(cell.hits30d),
                        })}
                        onClick={() => choose(column.tactic, cell.technique)}
                      >
                        <span>{cell.technique}</span>
                        <span>{number(by === 'rules' ? cell.rules : cell.hits30d)}</span>
                      </button>
                    );
                  })}
                </div>
              ))}
            </div>
          </Panel>
        );
      }}
    </Loaded>
  );
}
