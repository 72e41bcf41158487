import { QuestionCircleOutlined, SearchOutlined } from '@ant-design/icons';
import { Button, Input, Popover, type InputRef } from 'antd';
import { useRef, useState } from 'react';
import { useKeys, useText } from '@xinglin/platform/ui';

const EXAMPLES = [
  'source.ip:10.20.3.17',
  'event.outcome:failure AND user.name:admin*',
  'destination.port:[1 TO 1024] AND NOT event.action:allowed',
  'host.name:his-* AND "DROP TABLE"',
  'source.ip:192.168.0.0/16 OR source.ip:10.0.0.0/8',
  'http.response.status_code:>=500',
] as const;

/** The query line: Enter runs it, an error names the place, help is one click away. */
export function QueryBar({
  value,
  error,
  onRun,
}: {
  readonly value: string;
  readonly error: string | undefined;
  readonly onRun: (text: string) => void;
}) {
  const t = useText();
  const [draft, setDraft] = useState(value);
  const input = useRef<InputRef>(null);
  const [shown, setShown] = useState(value);
  // The query changed from outside (a value was clicked): the box follows.
  if (shown !== value) {
    setShown(value);
    setDraft(value);
  }
  useKeys({ '/': () => input.current?.focus() });
  const position = error === undefined ? undefined : Number(/(\d+)/.exec(error)?.[1] ?? NaN);
  return (
    <div className="soc-query-bar">
      <Input
        ref={input}
        className="soc-query-input"
        prefix={<SearchOutlined className="xl-muted" />}
        suffix={
          <Popover
            trigger="click"
            placement="bottomRight"
            title={t('search.help')}
            content={<Help onPick={(text) => setDraft(text)} />}
          >
            <Button type="text" size="small" icon={<QuestionCircleOutlined />} aria-label={t('search.help')} />
          </Popover>
        }
        placeholder={t('search.placeholder')}
        aria-label={t('search.placeholder')}
        status={error === undefined ? '' : 'error'}
        allowClear
        spellCheck={false}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onPressEnter={() => onRun(draft.trim())}
      />
      {error === undefined ? null : (
        <div className="soc-query-error" role="alert">
          <pre aria-hidden="true">
            {value}
            {'\n'}
            {position !== undefined && Number.isFinite(position) ? `${' '.repeat(Math.max(0, position - 1))}^` : ''}
          </pre>
          {error}
        </div>
      )}
    </div>
  );
}

function Help({ onPick }: { readonly onPick: (text: string) => void }) {
  const t = useText();
  return (
    <div className="soc-help">
      <table>
        <tbody>
          {EXAMPLES.map((example, index) => (
            <tr key={example}>
              <td>
                <button type="button" onClick={() => onPick(example)}>
                  {example}
                </button>
              </td>
              <td>{t(`search.example.${String(index + 1)}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="xl-muted">{t('search.helpNote')}</p>
    </div>
  );
}
