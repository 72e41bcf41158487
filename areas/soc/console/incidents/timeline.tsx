import { Button, Input } from 'antd';
import { useState } from 'react';
import { exactTime, RelTime, textOr, useAct, useSession, useText } from '@xinglin/platform/ui';
import type { IncidentDetail } from '@xinglin/soc';
import { word } from '../shared/words.ts';

type Entry = IncidentDetail['timeline'][number];
const SHOWN = 40;

/** Machine events and people's acts in one order of time, newest first, grouped by day. */
export function Timeline({ entries }: { readonly entries: readonly Entry[] }) {
  const t = useText();
  const [all, setAll] = useState(false);
  const sorted = entries.toSorted((a, b) => b.at.localeCompare(a.at));
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <>
      <ol className="soc-timeline">
        {shown.map((entry, index) => {
          const own = exactTime(entry.at).slice(0, 10);
          const before = shown[index - 1];
          const fresh = before === undefined || exactTime(before.at).slice(0, 10) !== own;
          return [
            !fresh ? null : (
              <li key={`d${own}`} className="soc-timeline-day">
                {own}
              </li>
            ),
            <li key={entry.id} className={`soc-entry soc-entry-${entry.kind}`}>
              <span className="soc-entry-time xl-num" title={exactTime(entry.at, true)}>
                {exactTime(entry.at).slice(11)}
              </span>
              <div>
                <p>
                  {entry.body === ''
                    ? word(t, 'entry', entry.kind)
                    : textOr(t, `entry.${entry.kind}.${entry.body}`, entry.body)}
                </p>
                <small>
                  {word(t, 'entry', entry.kind)}
                  {entry.actor === ''
                    ? ''
                    : ` · ${entry.actor === 'correlation' ? t('entry.machine') : entry.actor}`} ·{' '}
                  <RelTime at={entry.at} />
                </small>
              </div>
            </li>,
          ];
        })}
      </ol>
      {sorted.length > SHOWN && !all ? (
        <Button type="link" onClick={() => setAll(true)}>
          {t('incident.showAll', { n: sorted.length })}
        </Button>
      ) : null}
    </>
  );
}

export function CommentBox({ id }: { readonly id: string }) {
  const t = useText();
  const { can } = useSession();
  const [text, setText] = useState('');
  const act = useAct({ refresh: [['/incidents', 'one', id]], onDone: () => setText('') });
  if (!can('incident:write')) return null;
  return (
    <form
      className="soc-comment"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') act.mutate({ path: `/incidents/${id}/comment`, body: { body: text.trim() } });
      }}
    >
      <Input.TextArea
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoSize={{ minRows: 1, maxRows: 6 }}
        placeholder={t('incident.commentHint')}
        aria-label={t('incident.comment')}
        maxLength={4000}
      />
      <Button htmlType="submit" loading={act.isPending} disabled={text.trim() === ''}>
        {t('incident.comment')}
      </Button>
    </form>
  );
}
