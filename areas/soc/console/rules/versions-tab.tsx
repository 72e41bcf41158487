import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { api, EmptyState, exactTime, Loaded, Panel, useAct, useSession, useText } from '@xinglin/platform/ui';
import type { RuleVersion } from '@xinglin/soc';
import { lineDiff } from './line-diff.ts';
import type { Detail } from './rule-editor.tsx';
import './rules.css';

/** Every text the rule has had, compared, and the way back. */
export function VersionsTab({ rule }: { readonly rule: Detail }) {
  const query = useQuery({
    queryKey: ['/rules', 'versions', rule.id],
    queryFn: () => api<{ items: readonly RuleVersion[] }>(`/rules/${encodeURIComponent(rule.id)}/versions`),
  });
  return (
    <Loaded query={query} rows={6}>
      {({ items }) => <Versions rule={rule} items={items} />}
    </Loaded>
  );
}

function Versions({ rule, items }: { readonly rule: Detail; readonly items: readonly RuleVersion[] }) {
  const t = useText();
  const { can } = useSession();
  const [newest] = items;
  const [left, setLeft] = useState(items[1]?.version ?? newest?.version);
  const [right, setRight] = useState(newest?.version);
  const restore = useAct({ done: t('rule.restored'), refresh: [['/rules']] });
  const before = items.find(({ version }) => version === left);
  const after = items.find(({ version }) => version === right);
  if (newest === undefined)
    return (
      <Panel>
        <EmptyState title={t('rule.noVersions')} hint={t('rule.noVersionsHint')} />
      </Panel>
    );
  const options = items.map(({ version, author, createdAt, note }) => ({
    value: version,
    label: `${t('rule.version', { n: version })} · ${exactTime(createdAt)} · ${author}${note === '' ? '' : ` · ${note}`}`,
  }));
  return (
    <Panel>
      <div className="xl-row-wrap">
        <Select
          value={left}
          onChange={setLeft}
          options={options}
          style={{ minWidth: 320 }}
          aria-label={t('rule.before')}
        />
        <span>→</span>
        <Select
          value={right}
          onChange={setRight}
          options={options}
          style={{ minWidth: 320 }}
          aria-label={t('rule.after')}
        />
        {can('rule:write') && before !== undefined && before.yaml !== newest.yaml ? (
          <Popconfirm
            title={t('rule.restoreAsk', { n: before.version })}
            okText={t('ui.confirm')}
            cancelText={t('ui.cancel')}
            onConfirm={() =>
              restore.mutate({
                path: `/rules/${encodeURIComponent(rule.id)}`,
                method: 'PUT',
                body: { yaml: before.yaml, note: t('rule.restoreNote', { n: before.version }) },
              })
            }
          >
            <Button loading={restore.isPending}>{t('rule.restore', { n: before.version })}</Button>
          </Popconfirm>
        ) : null}
      </div>
      <pre className="xl-raw soc-yaml soc-diff">
        {lineDiff(before?.yaml ?? '', after?.yaml ?? '').map(({ kind, text }, index) => (
          <div key={index} className={`soc-diff-${kind}`}>
            {kind === 'same' ? '  ' : kind === 'gone' ? '- ' : '+ '}
            {text}
          </div>
        ))}
      </pre>
    </Panel>
  );
}
