import { ImportOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Button, Drawer, Form, Input, InputNumber, Modal, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import {
  api,
  ApiError,
  Copyable,
  DataTable,
  EmptyState,
  ErrorState,
  ExactTime,
  FilterBar,
  LevelTag,
  Loaded,
  PageFrame,
  PlainTag,
  RelTime,
  useAct,
  useFilters,
  useNumber,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Alert as AlertRow, EventRecord, Indicator } from '@xinglin/soc';
import { Evidence } from '../alerts/alert-detail.tsx';
import { useTitle } from '../alerts/parts.tsx';
import { InstitutionSelect } from '../shared/institutions.tsx';
import '../soc.css';

const TYPES = ['ip', 'cidr', 'domain', 'url', 'md5', 'sha1', 'sha256', 'sm3'] as const;
const LEVELS = ['critical', 'high', 'medium', 'low', 'informational'] as const;

/** Known bad addresses, names and hashes; what they hit. */
export function Page() {
  const t = useText();
  const number = useNumber();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const [importing, setImporting] = useState(false);
  const remove = useAct({ done: t('ui.deleted'), refresh: [['/indicators']] });
  const columns: readonly Column<Indicator>[] = [
    {
      key: 'value',
      title: t('intel.value'),
      fixed: true,
      render: (row) => <Copyable text={row.value} />,
      csv: (row) => row.value,
    },
    {
      key: 'type',
      title: t('asset.kind'),
      width: 90,
      render: (row) => <PlainTag>{t(`intel.type.${row.type}`)}</PlainTag>,
      csv: (row) => row.type,
    },
    {
      key: 'severity',
      title: t('alert.severity'),
      width: 92,
      render: (row) => <LevelTag level={row.severity} />,
      csv: (row) => row.severity,
    },
    {
      key: 'confidence',
      title: t('why.confidence'),
      width: 80,
      align: 'right',
      render: (row) => <span className="xl-num">{row.confidence}</span>,
      csv: (row) => row.confidence,
    },
    { key: 'feed', title: t('intel.feed'), render: (row) => row.feed, csv: (row) => row.feed },
    {
      key: 'labels',
      title: t('intel.labels'),
      render: (row) => (
        <span className="xl-row-wrap">
          {row.labels.slice(0, 3).map((label) => (
            <PlainTag key={label}>{label}</PlainTag>
          ))}
        </span>
      ),
      csv: (row) => row.labels.join(' '),
    },
    {
      key: 'hits',
      title: t('intel.hits'),
      width: 80,
      align: 'right',
      render: (row) => (
        <span className={`xl-num ${row.hits > 0 ? 'soc-kpi-bad' : 'xl-muted'}`}>{number(row.hits)}</span>
      ),
      csv: (row) => row.hits,
    },
    {
      key: 'lastHit',
      title: t('suppress.lastHit'),
      width: 110,
      render: (row) => <RelTime at={row.lastHitAt} />,
      csv: (row) => row.lastHitAt,
    },
    {
      key: 'until',
      title: t('intel.until'),
      width: 160,
      render: (row) => <ExactTime at={row.validUntil} />,
      csv: (row) => row.validUntil,
    },
    {
      key: 'act',
      title: '',
      width: 70,
      fixed: true,
      render: (row) =>
        can('intel:write') ? (
          <Popconfirm
            title={t('intel.deleteAsk')}
            okText={t('ui.delete')}
            cancelText={t('ui.cancel')}
            onConfirm={() => remove.mutate({ path: `/indicators/${row.id}`, method: 'DELETE' })}
          >
            <Button size="small" type="text">
              {t('ui.delete')}
            </Button>
          </Popconfirm>
        ) : null,
    },
  ];
  const open = filters['open'];
  return (
    <PageFrame
      title={t('nav.intel')}
      note={t('intel.note')}
      actions={
        can('intel:write') ? (
          <Button type="primary" icon={<ImportOutlined />} onClick={() => setImporting(true)}>
            {t('intel.import')}
          </Button>
        ) : null
      }
    >
      <FilterBar
        search={t('intel.search')}
        selects={[
          {
            name: 'type',
            label: t('asset.kind'),
            options: TYPES.map((value) => ({ value, label: t(`intel.type.${value}`) })),
          },
          {
            name: 'severity',
            label: t('alert.severity'),
            options: LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) })),
          },
        ]}
      />
      <section className="xl-panel">
        <DataTable<Indicator>
          name="intel"
          path="/indicators"
          query={{ q: filters['q'], type: filters['type'], severity: filters['severity'] }}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => set({ open: row.id })}
          openKey={open}
          empty={<EmptyState title={t('intel.none')} hint={t('intel.noneHint')} />}
        />
      </section>
      <Drawer
        open={open !== undefined}
        size={760}
        onClose={() => set({ open: undefined })}
        title={t('intel.hitsTitle')}
        destroyOnHidden
      >
        {open === undefined ? null : <Hits id={open} />}
      </Drawer>
      {importing ? <ImportDialog close={() => setImporting(false)} /> : null}
    </PageFrame>
  );
}

function Hits({ id }: { readonly id: string }) {
  const t = useText();
  const titleOf = useTitle();
  const query = useQuery({
    queryKey: ['/indicators', id, 'hits'],
    queryFn: () =>
      api<{
        readonly indicator: Indicator;
        readonly alerts: readonly AlertRow[];
        readonly events: readonly EventRecord[];
      }>(`/indicators/${id}/hits`),
  });
  return (
    <Loaded query={query}>
      {({ indicator, alerts, events }) => (
        <div className="xl-stack">
          <div className="xl-row-wrap">
            <LevelTag level={indicator.severity} />
            <Copyable text={indicator.value} />
            <span className="xl-muted">{indicator.feed}</span>
          </div>
          {indicator.description === '' ? null : <p>{indicator.description}</p>}
          <h3>{t('nav.alerts')}</h3>
          {alerts.length === 0 ? (
            <EmptyState compact title={t('intel.noHits')} />
          ) : (
            <ul className="soc-list">
              {alerts.map((alert) => (
                <li key={alert.id}>
                  <LevelTag level={alert.level} />
                  <Link to={`/alerts/${alert.id}`} className="soc-list-title">
                    {titleOf(alert)}
                  </Link>
                  <span className="xl-muted">{alert.institution}</span>
                  <RelTime at={alert.lastSeen} />
                </li>
              ))}
            </ul>
          )}
          <h3>{t('intel.events')}</h3>
          <Evidence events={events} matched={new Set()} />
        </div>
      )}
    </Loaded>
  );
}

interface ImportAnswer {
  readonly format: string;
  readonly created: number;
  readonly updated: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly errors: readonly { readonly place: string; readonly text: string; readonly reason: string }[];
  readonly dryRun: boolean;
}
interface ImportFields {
  readonly feed: string;
  readonly tenant?: string;
  readonly severity: string;
  readonly confidence: number;
  readonly validDays: number;
  readonly text: string;
}

function ImportDialog({ close }: { readonly close: () => void }) {
  const t = useText();
  const [form] = Form.useForm<ImportFields>();
  const [answer, setAnswer] = useState<ImportAnswer>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const apply = useAct<ImportAnswer>({ done: t('ui.done'), refresh: [['/indicators']], onDone: close });
  const look = async () => {
    const values = await form.validateFields().catch(() => undefined);
    if (values === undefined) return;
    setBusy(true);
    setError(undefined);
    api<ImportAnswer>('/indicators/import', { method: 'POST', body: { ...values, dryRun: true } })
      .then(setAnswer, (problem: unknown) => setError(problem instanceof ApiError ? problem : problem))
      .finally(() => setBusy(false));
  };
  const need = [{ required: true, message: t('ui.required') }];
  return (
    <Modal
      open
      width={760}
      title={t('intel.import')}
      onCancel={close}
      footer={
        <>
          <Button onClick={() => void look()} loading={busy}>
            {t('intel.preview')}
          </Button>
          <Button
            type="primary"
            disabled={answer === undefined || answer.created + answer.updated === 0}
            loading={apply.isPending}
            onClick={() =>
              apply.mutate({ path: '/indicators/import', body: { ...form.getFieldsValue(), dryRun: false } })
            }
          >
            {t('ui.import')}
          </Button>
        </>
      }
    >
      <Form<ImportFields>
        form={form}
        layout="vertical"
        initialValues={{ severity: 'medium', confidence: 60, validDays: 90 }}
        onValuesChange={() => setAnswer(undefined)}
      >
        <Form.Item name="feed" label={t('intel.feed')} rules={need}>
          <Input maxLength={100} placeholder={t('intel.feedHint')} />
        </Form.Item>
        <div className="soc-three">
          <Form.Item name="severity" label={t('alert.severity')}>
            <Select options={LEVELS.map((value) => ({ value, label: t(`ui.level.${value}`) }))} />
          </Form.Item>
          <Form.Item name="confidence" label={t('why.confidence')}>
            <InputNumber min={0} max={100} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="validDays" label={t('intel.validDays')}>
            <InputNumber min={0} max={3650} style={{ width: '100%' }} />
          </Form.Item>
        </div>
        <Form.Item name="tenant" label={t('intel.scope')}>
          <InstitutionSelect />
        </Form.Item>
        <Form.Item label={t('intel.text')} required extra={t('intel.textHint')}>
          <input
            type="file"
            accept=".json,.txt,.csv,.list"
            aria-label={t('intel.file')}
            className="soc-file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) void file.text().then((text) => form.setFieldsValue({ text }));
            }}
          />
          <Form.Item name="text" noStyle rules={need}>
            <Input.TextArea
              rows={8}
              className="xl-mono"
              placeholder={'45.137.21.8\nevil.example.com\n# STIX 2.1 / MISP JSON'}
            />
          </Form.Item>
        </Form.Item>
        {error === undefined ? null : <ErrorState error={error} />}
        {answer === undefined ? null : (
          <>
            <Alert
              type={answer.rejected > 0 ? 'warning' : 'info'}
              showIcon
              title={t('intel.previewResult', {
                format: answer.format.toUpperCase(),
                created: answer.created,
                updated: answer.updated,
                duplicates: answer.duplicates,
                rejected: answer.rejected,
              })}
            />
            <ul className="soc-errors">
              {answer.errors.slice(0, 20).map((one) => (
                <li key={one.place + one.text}>
                  <code>{one.place}</code> {one.text} — {one.reason}
                </li>
              ))}
            </ul>
          </>
        )}
      </Form>
    </Modal>
  );
}
