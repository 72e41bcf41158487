import { FilterOutlined, MinusCircleOutlined } from '@ant-design/icons';
import { Input, Tooltip } from 'antd';
import { useState } from 'react';
import { Copyable } from './marks.tsx';
import { useText } from './text.ts';

function show(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** An event's fields; those that made the rule fire come first and are marked. */
export function FieldTable({
  fields,
  matched = new Set(),
  onFilter,
}: {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly matched?: ReadonlySet<string>;
  readonly onFilter?: (field: string, value: string, exclude: boolean) => void;
}) {
  const t = useText();
  const [find, setFind] = useState('');
  const names = Object.keys(fields)
    .filter(
      (name) =>
        find === '' ||
        name.toLowerCase().includes(find.toLowerCase()) ||
        show(fields[name]).toLowerCase().includes(find.toLowerCase()),
    )
    .toSorted((a, b) => Number(matched.has(b)) - Number(matched.has(a)) || a.localeCompare(b));
  return (
    <div className="xl-fields">
      {Object.keys(fields).length > 12 ? (
        <Input
          size="small"
          allowClear
          placeholder={t('ui.findField')}
          aria-label={t('ui.findField')}
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      ) : null}
      <table>
        <tbody>
          {names.map((name) => {
            const value = show(fields[name]);
            return (
              <tr key={name} className={matched.has(name) ? 'xl-matched' : ''}>
                <th scope="row">
                  {name}
                  {matched.has(name) ? <em>{t('ui.matched')}</em> : null}
                </th>
                <td>
                  <Copyable text={value}>{value}</Copyable>
                  {onFilter === undefined ? null : (
                    <span className="xl-field-acts">
                      <Tooltip title={t('ui.filterFor')}>
                        <button
                          type="button"
                          aria-label={`${t('ui.filterFor')} ${name}`}
                          onClick={() => onFilter(name, value, false)}
                        >
                          <FilterOutlined />
                        </button>
                      </Tooltip>
                      <Tooltip title={t('ui.filterOut')}>
                        <button
                          type="button"
                          aria-label={`${t('ui.filterOut')} ${name}`}
                          onClick={() => onFilter(name, value, true)}
                        >
                          <MinusCircleOutlined />
                        </button>
                      </Tooltip>
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
