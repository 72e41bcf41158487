import { Button, Input } from 'antd';
import { useEffect, useState } from 'react';
import { api, ErrorState, StateTag, useAct, useText } from '@xinglin/platform/ui';
import type { RuleDetail } from '@xinglin/soc';
import type { z } from 'zod';
import './rules.css';

export type Detail = z.infer<typeof RuleDetail>;
interface Issue {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly path?: string;
  readonly message: string;
  readonly remedy?: string;
}

/** The rule's text with everything that is wrong with it, checked while typing; nothing is thrown at the first mistake. */
export function RuleEditor({
  yaml,
  id,
  onSaved,
}: {
  readonly yaml: string;
  readonly id?: string;
  readonly onSaved?: (rule: Detail) => void;
}) {
  const t = useText();
  const [text, setText] = useState(yaml);
  const [checked, setChecked] = useState<{
    readonly valid: boolean;
    readonly ids: readonly string[];
    readonly issues: readonly Issue[];
  }>();
  const [problem, setProblem] = useState<unknown>();
  const save = useAct<Detail>({
    done: t('ui.saved'),
    refresh: [['/rules']],
    ...(onSaved === undefined ? {} : { onDone: onSaved }),
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      api<NonNullable<typeof checked>>('/rules/validate', { method: 'POST', body: { yaml: text } }).then(
        (answer) => {
          setChecked(answer);
          setProblem(undefined);
        },
        (error: unknown) => setProblem(error),
      );
    }, 500);
    return () => clearTimeout(timer);
  }, [text]);
  const target = id ?? checked?.ids[0];
  return (
    <div className="soc-editor">
      <Input.TextArea
        className="soc-yaml"
        value={text}
        spellCheck={false}
        aria-label={t('rule.yaml')}
        autoSize={{ minRows: 18, maxRows: 40 }}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // Tab indents, as everyone who writes YAML expects; Escape then Tab leaves the field.
          if (event.key !== 'Tab' || event.shiftKey) return;
          event.preventDefault();
          const { selectionStart, selectionEnd } = event.currentTarget;
          const field = event.currentTarget;
          field.setRangeText('  ', selectionStart, selectionEnd, 'end');
          setText(field.value);
        }}
      />
      <aside>
        <div className="xl-spread">
          {checked === undefined ? (
            <span className="xl-muted">{t('rule.checking')}</span>
          ) : (
            <StateTag tone={checked.valid ? 'good' : 'bad'}>
              {t(checked.valid ? 'rule.valid' : 'rule.invalid')}
            </StateTag>
          )}
          <Button
            type="primary"
            disabled={checked?.valid !== true || target === undefined || text === (id === undefined ? '' : yaml)}
            loading={save.isPending}
            onClick={() =>
              save.mutate({ path: `/rules/${encodeURIComponent(target ?? '')}`, method: 'PUT', body: { yaml: text } })
            }
          >
            {t('ui.save')}
          </Button>
        </div>
        {problem === undefined ? null : <ErrorState error={problem} />}
        <ul className="soc-issues">
          {checked?.issues.map((issue, index) => (
            <li key={index} className={`soc-issue-${issue.severity}`}>
              <b>{issue.message}</b>
              {issue.path === undefined ? null : <code>{issue.path}</code>}
              {issue.remedy === undefined ? null : <span>{issue.remedy}</span>}
            </li>
          ))}
          {checked !== undefined && checked.issues.length === 0 ? (
            <li className="xl-muted">{t('rule.noIssues')}</li>
          ) : null}
        </ul>
      </aside>
    </div>
  );
}
