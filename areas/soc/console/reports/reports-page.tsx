import { DownloadOutlined, EyeOutlined, FileAddOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, Modal, Progress, Radio, Select, Switch } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import {
  api,
  apiUrl,
  DataTable,
  download,
  EmptyState,
  ExactTime,
  exactTime,
  FilterBar,
  PageFrame,
  Panel,
  PlainTag,
  StateTag,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Report } from '@xinglin/soc';
import { InstitutionFilter, InstitutionSelect, useInstitutions } from '../shared/institutions.tsx';
import '../soc.css';
import '../notices/notices.css';

interface Schedule {
  readonly tenant: string;
  readonly kind: 'weekly' | 'monthly';
  readonly enabled: boolean;
  readonly weekday: number;
  readonly day: number;
  readonly time: string;
}

/** The report for the leader on Friday: made on schedule or on demand, as Word and PDF. */
export function Page() {
  const t = useText();
  const { can } = useSession();
  const [filters] = useFilters();
  const [making, setMaking] = useState(false);
  const [viewing, setViewing] = useState<Report>();
  const columns: readonly Column<Report>[] = [
    {
      key: 'title',
      title: t('report.title'),
      fixed: true,
      render: (row) => <span className="xl-cell-title">{row.title}</span>,
      csv: (row) => row.title,
    },
    {
      key: 'institution',
      title: t('soc.institution'),
      width: 200,
      render: (row) => row.institution,
      csv: (row) => row.institution,
    },
    {
      key: 'kind',
      title: t('asset.kind'),
      width: 90,
      render: (row) => <PlainTag>{t(`report.kind.${row.kind}`)}</PlainTag>,
      csv: (row) => row.kind,
    },
    {
      key: 'period',
      title: t('report.period'),
      width: 210,
      render: (row) => (
        <span className="xl-num">{`${exactTime(row.from).slice(0, 10)} – ${exactTime(row.to).slice(0, 10)}`}</span>
      ),
      csv: (row) => `${row.from}/${row.to}`,
    },
    {
      key: 'status',
      title: t('soc.state'),
      width: 150,
      render: (row) =>
        row.status === 'ready' ? (
          <StateTag tone="good">{t('report.ready')}</StateTag>
        ) : row.status === 'failed' ? (
          <StateTag tone="bad" title={row.error ?? ''}>
            {t('report.failed')}
          </StateTag>
        ) : (
          <Progress percent={row.progress} size="small" />
        ),
      csv: (row) => row.status,
    },
    {
      key: 'created',
      title: t('report.created'),
      width: 160,
      render: (row) => <ExactTime at={row.createdAt} />,
      csv: (row) => row.createdAt,
    },
    {
      key: 'act',
      title: '',
      width: 220,
      fixed: true,
      render: (row) =>
        row.status !== 'ready' ? null : (
          <span className="xl-row">
            <Button size="small" icon={<EyeOutlined />} onClick={() => setViewing(row)}>
              {t('report.view')}
            </Button>
            {(['pdf', 'docx'] as const).map((format) => (
              <Button
                key={format}
                size="small"
                icon={<DownloadOutlined />}
                onClick={() => void download(`/reports/${row.id}/file.${format}`, { name: `${row.title}.${format}` })}
              >
                {format === 'pdf' ? 'PDF' : 'Word'}
              </Button>
            ))}
          </span>
        ),
    },
  ];
  return (
    <PageFrame
      title={t('nav.reports')}
      note={t('report.note')}
      actions={
        can('report:write') ? (
          <Button type="primary" icon={<FileAddOutlined />} onClick={() => setMaking(true)}>
            {t('report.make')}
          </Button>
        ) : null
      }
    >
      <FilterBar>
        <InstitutionFilter />
      </FilterBar>
      <section className="xl-panel">
        <DataTable<Report>
          name="reports"
          path="/reports"
          query={{ tenant: filters['tenant'] }}
          columns={columns}
          rowKey={(row) => row.id}
          live={['report.changed']}
          empty={<EmptyState title={t('report.none')} hint={t('report.noneHint')} />}
        />
      </section>
      <Schedules />
      {making ? <MakeDialog close={() => setMaking(false)} /> : null}
      <Modal
        open={viewing !== undefined}
        onCancel={() => setViewing(undefined)}
        footer={null}
        width="min(1000px, 92vw)"
        title={viewing?.title}
        destroyOnHidden
      >
        {viewing === undefined ? null : (
          <iframe
            className="soc-print"
            title={viewing.title}
            src={apiUrl(`/reports/${viewing.id}/file.pdf`, { inline: true })}
          />
        )}
      </Modal>
    </PageFrame>
  );
}

function MakeDialog({ close }: { readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<{ tenant?: string; kind: 'weekly' | 'monthly' | 'custom'; period?: [Dayjs, Dayjs] }>();
  const kind = Form.useWatch('kind', form);
  const act = useAct({ done: t('report.queued'), refresh: [['/reports']], onDone: close });
  return (
    <Modal
      open
      title={t('report.make')}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('report.make')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ kind: 'weekly' }}
        onFinish={({ tenant, kind: chosen, period }) =>
          act.mutate({
            path: '/reports',
            body: {
              ...(tenant === undefined ? {} : { tenant }),
              kind: chosen,
              ...(period === undefined
                ? {}
                : { from: period[0].format('YYYY-MM-DD'), to: period[1].format('YYYY-MM-DD') }),
            },
          })
        }
      >
        <Form.Item name="tenant" label={t('soc.institution')} extra={t('report.tenantHint')}>
          <InstitutionSelect />
        </Form.Item>
        <Form.Item name="kind" label={t('asset.kind')}>
          <Radio.Group
            options={(['weekly', 'monthly', 'custom'] as const).map((value) => ({
              value,
              label: t(`report.kind.${value}`),
            }))}
          />
        </Form.Item>
        {kind === 'custom' ? (
          <Form.Item name="period" label={t('report.period')} rules={[{ required: true, message: t('ui.required') }]}>
            <DatePicker.RangePicker />
          </Form.Item>
        ) : null}
      </Form>
    </Modal>
  );
}

function Schedules() {
  const t = useText();
  const { can, actor } = useSession();
  const institutions = useInstitutions();
  const query = useQuery({
    queryKey: ['/reports', 'schedule'],
    queryFn: () => api<{ readonly items: readonly Schedule[] }>('/reports/schedule'),
  });
  const act = useAct({ done: t('ui.saved'), refresh: [['/reports', 'schedule']] });
  const name = (tenant: string) => institutions.data?.find((one) => one.tenant === tenant)?.name ?? tenant;
  const mine = query.data?.items ?? [];
  const rows: readonly Schedule[] = (['weekly', 'monthly'] as const).flatMap((kind) => {
    const own = mine.filter((one) => one.kind === kind);
    return own.length > 0 || actor.tenant === ''
      ? own
      : [{ tenant: actor.tenant, kind, enabled: false, weekday: 5, day: 1, time: '09:00' }];
  });
  const put = (schedule: Schedule, change: Partial<Schedule>) =>
    act.mutate({ path: '/reports/schedule', method: 'PUT', body: { ...schedule, ...change } });
  if (query.data === undefined || rows.length === 0) return null;
  return (
    <Panel title={t('report.schedule')} extra={<span className="xl-muted">{t('report.scheduleNote')}</span>}>
      <div className="xl-stack">
        {rows.map((row) => (
          <div key={row.tenant + row.kind} className="xl-row-wrap">
            <Switch
              checked={row.enabled}
              disabled={!can('report:write')}
              aria-label={t(`report.kind.${row.kind}`)}
              onChange={(enabled) => put(row, { enabled })}
            />
            <b>{t(`report.kind.${row.kind}`)}</b>
            <span className="xl-muted">{name(row.tenant)}</span>
            {row.kind === 'weekly' ? (
              <Select
                size="small"
                style={{ width: 92 }}
                value={row.weekday}
                disabled={!can('report:write')}
                aria-label={t('report.weekday')}
                onChange={(weekday) => put(row, { weekday })}
                options={[1, 2, 3, 4, 5, 6, 0].map((value) => ({ value, label: t(`weekday.${String(value)}`) }))}
              />
            ) : (
              <Select
                size="small"
                style={{ width: 92 }}
                value={row.day}
                disabled={!can('report:write')}
                aria-label={t('report.day')}
                onChange={(day) => put(row, { day })}
                options={Array.from({ length: 28 }, (_, index) => ({
                  value: index + 1,
                  label: t('report.dayOf', { n: index + 1 }),
                }))}
              />
            )}
            <Input
              size="small"
              type="time"
              style={{ width: 110 }}
              defaultValue={row.time}
              disabled={!can('report:write')}
              aria-label={t('report.time')}
              onBlur={(event) => event.target.value !== row.time && put(row, { time: event.target.value })}
            />
          </div>
        ))}
      </div>
    </Panel>
  );
}
