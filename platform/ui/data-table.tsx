import { DownloadOutlined, LeftOutlined, RightOutlined, SettingOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Popover, Table, Tooltip } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState, type Key, type ReactNode } from 'react';
import { api, type QueryValue } from './api.ts';
import { saveText, toCsv } from './csv.ts';
import { useFilters } from './filters.ts';
import { useKeys } from './keys.ts';
import { useLiveQueries } from './live.ts';
import { ErrorState } from './states.tsx';
import { useStored } from './stored.ts';
import { useText } from './text.ts';
import { useNumber } from './time.tsx';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly render: (row: T) => ReactNode;
  /** Value in the CSV export; columns without one are left out. */
  readonly csv?: (row: T) => unknown;
  readonly width?: number;
  /** Least width when it has no fixed one. */
  readonly least?: number;
  /** Name of the server's sort key; absent: not sortable. */
  readonly sort?: string;
  readonly align?: 'left' | 'right' | 'center';
  /** Off until the person switches it on. */
  readonly hidden?: boolean;
  /** Cannot be switched off. */
  readonly fixed?: boolean;
  readonly ellipsis?: boolean;
}

export interface Listing<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next?: string;
}

export interface DataTableProps<T> {
  /** Name under which this person's columns are remembered. */
  readonly name: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  readonly onOpen?: (row: T) => void;
  readonly openKey?: string | undefined;
  /** Enables row selection; drawn above the table while rows are selected. */
  readonly bulk?: (selected: readonly T[], clear: () => void) => ReactNode;
  readonly empty: ReactNode;
  readonly live?: readonly string[];
  readonly limit?: number;
  /** Sort when the URL names none. */
  readonly sort?: string;
  readonly expand?: (row: T) => ReactNode;
  readonly extra?: ReactNode;
  readonly rowClass?: (row: T) => string;
  /** Server-side list without paging answers everything at once. */
  readonly exportable?: boolean;
}

const EXPORT_MAX = 5000;
/** Least width of a column that shares what the others leave. */
const FLEXIBLE = 150;

/** Server-paged table: filters and sort in the URL, columns remembered, CSV export, keyboard (j k o x). */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const t = useText();
  const number = useNumber();
  const [filters, setFilters] = useFilters();
  const limit = props.limit ?? 50;
  const sort = filters['sort'] ?? props.sort;
  const query = useMemo(() => ({ ...props.query, sort, limit }), [props.query, sort, limit]);
  const identity = JSON.stringify(query);
  const [pages, setPages] = useState<{ readonly of: string; readonly cursors: readonly string[] }>({
    of: identity,
    cursors: [],
  });
  const cursors = pages.of === identity ? pages.cursors : [];
  const cursor = cursors.at(-1);
  const list = useQuery({
    queryKey: [props.path, 'list', query, cursor],
    queryFn: ({ signal }) => api<Listing<T>>(props.path, { query: { ...query, cursor }, signal }),
    placeholderData: keepPreviousData,
  });
  useLiveQueries(props.live ?? ['-'], [[props.path, 'list']]);

  const [hidden, setHidden] = useStored<readonly string[]>(
    `columns.${props.name}`,
    props.columns.filter((column) => column.hidden === true).map((column) => column.key),
  );
  const shown = props.columns.filter((column) => column.fixed === true || !hidden.includes(column.key));
  const rows = list.data?.items ?? [];
  const [selected, setSelected] = useState<readonly string[]>([]);
  const selectedRows = rows.filter((row) => selected.includes(props.rowKey(row)));
  const [active, setActive] = useState(-1);
  const frame = useRef<HTMLDivElement>(null);

  useKeys({
    j: () => setActive((index) => Math.min(rows.length - 1, index + 1)),
    k: () => setActive((index) => Math.max(0, index - 1)),
    Enter: () => {
      const row = rows[active];
      if (row !== undefined) props.onOpen?.(row);
    },
    x: () => {
      const row = rows[active];
      if (row === undefined || props.bulk === undefined) return;
      const key = props.rowKey(row);
      setSelected((before) => (before.includes(key) ? before.filter((one) => one !== key) : [...before, key]));
    },
  });
  useEffect(() => {
    if (active >= 0)
      frame.current?.querySelectorAll('tbody tr.ant-table-row')[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const clear = useCallback(() => setSelected([]), []);
  return (
    <div className="xl-table" ref={frame}>
      <div className="xl-table-bar">
        <div className="xl-table-count" aria-live="polite">
          {selectedRows.length > 0 && props.bulk !== undefined ? (
            <>
              <strong>{t('ui.selected', { n: selectedRows.length })}</strong>
              {props.bulk(selectedRows, clear)}
              <Button type="link" size="small" onClick={clear}>
                {t('ui.clearSelection')}
              </Button>
            </>
          ) : (
            <span>{list.data === undefined ? ' ' : t('ui.total', { n: number(list.data.total) })}</span>
          )}
        </div>
        <div className="xl-table-tools">
          {props.extra}
          {props.exportable === false ? null : <ExportButton props={props} query={query} columns={shown} />}
          <ColumnPicker columns={props.columns} hidden={hidden} onChange={setHidden} />
        </div>
      </div>
      {list.error !== null && list.data === undefined ? (
        <ErrorState error={list.error} retry={() => void list.refetch()} />
      ) : (
        <Table<T>
          size="small"
          rowKey={props.rowKey as (row: T) => Key}
          dataSource={rows as T[]}
          loading={list.isPending ? { delay: 150 } : false}
          pagination={false}
          sticky={{ offsetHeader: 0 }}
          tableLayout="fixed"
          scroll={{
            x: shown.reduce(
              (sum, column) => sum + (column.width ?? column.least ?? FLEXIBLE),
              props.bulk === undefined ? 0 : 40,
            ),
          }}
          locale={{ emptyText: list.isPending ? <div className="xl-table-wait" /> : props.empty }}
          {...(props.bulk === undefined
            ? {}
            : {
                rowSelection: {
                  selectedRowKeys: selected as Key[],
                  onChange: (keys: Key[]) => setSelected(keys.map(String)),
                  columnWidth: 40,
                },
              })}
          {...(props.expand === undefined
            ? {}
            : { expandable: { expandedRowRender: props.expand, expandRowByClick: true } })}
          rowClassName={(row, index) =>
            [
              props.onOpen === undefined ? '' : 'xl-row-link',
              index === active ? 'xl-row-active' : '',
              props.openKey !== undefined && props.rowKey(row) === props.openKey ? 'xl-row-open' : '',
              props.rowClass?.(row) ?? '',
            ].join(' ')
          }
          onRow={(row, index) => ({
            onClick: (event) => {
              if ((event.target as HTMLElement).closest('a,button,input,label') !== null) return;
              setActive(index ?? -1);
              props.onOpen?.(row);
            },
          })}
          onChange={(_page, _filters, sorter) => {
            const one = Array.isArray(sorter) ? sorter[0] : sorter;
            const name = props.columns.find((column) => column.key === one?.columnKey)?.sort;
            setFilters({
              sort:
                one?.order === undefined || one.order === null || name === undefined
                  ? undefined
                  : `${one.order === 'descend' ? '-' : ''}${name}`,
            });
          }}
          columns={shown.map((column) => ({
            key: column.key,
            title: column.title,
            render: (_value: unknown, row: T) => column.render(row),
            ...(column.width === undefined ? {} : { width: column.width }),
            ...(column.align === undefined ? {} : { align: column.align }),
            ...(column.ellipsis === true ? { ellipsis: true } : {}),
            ...(column.sort === undefined
              ? {}
              : {
                  sorter: true,
                  sortOrder:
                    sort === column.sort
                      ? ('ascend' as const)
                      : sort === `-${column.sort}`
                        ? ('descend' as const)
                        : null,
                  showSorterTooltip: false,
                }),
          }))}
        />
      )}
      {list.data !== undefined && (cursors.length > 0 || list.data.next !== undefined) ? (
        <div className="xl-pager">
          <span>
            {t('ui.pageOf', {
              page: cursors.length + 1,
              pages: Math.max(cursors.length + 1, Math.ceil(list.data.total / limit)),
            })}
          </span>
          <Button
            size="small"
            icon={<LeftOutlined />}
            disabled={cursors.length === 0}
            aria-label={t('ui.previous')}
            onClick={() => setPages({ of: identity, cursors: cursors.slice(0, -1) })}
          />
          <Button
            size="small"
            icon={<RightOutlined />}
            disabled={list.data.next === undefined || list.isPlaceholderData}
            aria-label={t('ui.next')}
            onClick={() =>
              list.data.next !== undefined && setPages({ of: identity, cursors: [...cursors, list.data.next] })
            }
          />
        </div>
      ) : null}
    </div>
  );
}

function ColumnPicker<T>({
  columns,
  hidden,
  onChange,
}: {
  readonly columns: readonly Column<T>[];
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
}) {
  const t = useText();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="xl-column-picker">
          {columns.map((column) => (
            <Checkbox
              key={column.key}
              disabled={column.fixed === true}
              checked={column.fixed === true || !hidden.includes(column.key)}
              onChange={(event) =>
                onChange(event.target.checked ? hidden.filter((key) => key !== column.key) : [...hidden, column.key])
              }
            >
              {column.title}
            </Checkbox>
          ))}
        </div>
      }
    >
      <Tooltip title={t('ui.columns')}>
        <Button type="text" size="small" icon={<SettingOutlined />} aria-label={t('ui.columns')} />
      </Tooltip>
    </Popover>
  );
}

function ExportButton<T extends object>({
  props,
  query,
  columns,
}: {
  readonly props: DataTableProps<T>;
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly columns: readonly Column<T>[];
}) {
  const t = useText();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const rows: T[] = [];
      let cursor: string | undefined;
      do {
        const page: Listing<T> = await api<Listing<T>>(props.path, { query: { ...query, limit: 500, cursor } });
        rows.push(...page.items);
        cursor = page.next;
      } while (cursor !== undefined && rows.length < EXPORT_MAX);
      const kept = columns.filter((column) => column.csv !== undefined);
      saveText(
        `${props.name}-${new Date().toISOString().slice(0, 10)}.csv`,
        toCsv(
          kept.map((column) => column.title),
          rows.map((row) => kept.map((column) => column.csv?.(row))),
        ),
      );
      if (cursor !== undefined) void message.warning(t('ui.exportCut', { n: rows.length }));
    } catch (error) {
      void message.error(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Tooltip title={t('ui.exportCsv')}>
      <Button
        type="text"
        size="small"
        loading={busy}
        icon={<DownloadOutlined />}
        aria-label={t('ui.exportCsv')}
        onClick={() => void run()}
      />
    </Tooltip>
  );
}
