import { Button, Drawer, Input, InputNumber, Modal, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import {
  DataTable,
  EmptyState,
  ExactTime,
  Panel,
  StateTag,
  useAct,
  useFilters,
  useSession,
  useText,
  type Column,
} from '@xinglin/platform/ui';
import type { Policy, Release } from '../../release/core/types.ts';
import type { PolicyRow } from '../types.ts';
import { PolicyFacts, releaseWords } from './policy-facts.tsx';
import { Simulations } from './simulations.tsx';

const TONE = { draft: 'quiet', active: 'good', retired: 'quiet' } as const;
const REFRESH = [['/antiscalp/policies']] as const;

/** Versions of release policies; one is switched on only after it was simulated. */
export function Policies() {
  const t = useText();
  const { can } = useSession();
  const [filters, set] = useFilters();
  const [making, setMaking] = useState(false);
  const [picked, setPicked] = useState<PolicyRow>();
  const columns: readonly Column<PolicyRow>[] = [
    {
      key: 'name',
      title: t('slots.policy'),
      least: 200,
      fixed: true,
      render: (row) => <span className="xl-cell-title">{`${row.name} v${String(row.version)}`}</span>,
      csv: (row) => `${row.name} v${String(row.version)}`,
    },
    {
      key: 'status',
      title: t('guard.state'),
      width: 100,
      render: (row) => <StateTag tone={TONE[row.status]}>{t(`slots.status.${row.status}`)}</StateTag>,
      csv: (row) => row.status,
    },
    {
      key: 'release',
      title: t('slots.p.release'),
      least: 220,
      render: (row) => releaseWords(t, (row.policy as unknown as Policy).release),
      csv: (row) => JSON.stringify(row.policy),
    },
    {
      key: 'tenant',
      title: t('slots.tenant'),
      width: 220,
      ellipsis: true,
      render: (row) => <span className="xl-mono">{row.tenant}</span>,
      csv: (row) => row.tenant,
    },
    { key: 'by', title: t('guard.author'), width: 110, render: (row) => row.createdBy, csv: (row) => row.createdBy },
    {
      key: 'activated',
      title: t('slots.activatedAt'),
      width: 172,
      render: (row) => <ExactTime at={row.activatedAt} />,
      csv: (row) => row.activatedAt,
    },
  ];
  return (
    <section className="xl-panel">
      <DataTable<PolicyRow>
        name="slot-policies"
        path="/antiscalp/policies"
        columns={columns}
        limit={500}
        rowKey={(row) => row.id}
        openKey={filters['open']}
        onOpen={(row) => {
          setPicked(row);
          set({ open: row.id });
        }}
        extra={
          can('slot:write') ? (
            <Button size="small" onClick={() => setMaking(true)}>
              {t('slots.newPolicy')}
            </Button>
          ) : null
        }
        empty={
          <EmptyState
            title={t('slots.noPolicies')}
            hint={t('slots.noPoliciesHint')}
            action={
              can('slot:write') ? <Button onClick={() => setMaking(true)}>{t('slots.newPolicy')}</Button> : undefined
            }
          />
        }
      />
      {making ? <NewPolicy onClose={() => setMaking(false)} /> : null}
      <Drawer
        open={picked !== undefined}
        size={860}
        title={picked === undefined ? '' : `${picked.name} v${String(picked.version)}`}
        destroyOnHidden
        onClose={() => {
          setPicked(undefined);
          set({ open: undefined });
        }}
        extra={picked === undefined ? null : <Activate policy={picked} onDone={setPicked} />}
      >
        {picked === undefined ? null : (
          <div className="xl-stack">
            <Panel title={t('slots.policy')}>
              <PolicyFacts policy={picked.policy as unknown as Policy} />
            </Panel>
            <Simulations policy={picked} />
          </div>
        )}
      </Drawer>
    </section>
  );
}

function Activate({ policy, onDone }: { readonly policy: PolicyRow; readonly onDone: (row: PolicyRow) => void }) {
  const t = useText();
  const { can } = useSession();
  const act = useAct<PolicyRow>({ done: t('slots.activated'), refresh: REFRESH, onDone });
  if (policy.status === 'active') return <StateTag tone="good">{t('slots.status.active')}</StateTag>;
  if (!can('slot:write')) return null;
  return (
    <Popconfirm
      title={t('slots.activateAsk')}
      description={t('slots.activateNote')}
      okText={t('ui.confirm')}
      cancelText={t('ui.cancel')}
      onConfirm={() => act.mutate({ path: `/antiscalp/policies/${policy.id}/activate` })}
    >
      <Button type="primary" loading={act.isPending}>
        {t('slots.activate')}
      </Button>
    </Popconfirm>
  );
}

function NewPolicy({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const { actor } = useSession();
  const [tenant, setTenant] = useState(actor.tenant);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Release['kind']>('waitlist');
  const [minutes, setMinutes] = useState(10);
  const [share, setShare] = useState(10);
  const [algorithm, setAlgorithm] = useState<Policy['algorithm']>('sm3');
  const act = useAct({ done: t('slots.policyMade'), refresh: REFRESH, onDone: onClose });
  const release: Release =
    kind === 'random-delay'
      ? { kind, maxSeconds: minutes * 60 }
      : kind === 'window'
        ? { kind, windowSeconds: minutes * 60 }
        : { kind };
  return (
    <Modal
      open
      title={t('slots.newPolicy')}
      okText={t('slots.makeDraft')}
      cancelText={t('ui.cancel')}
      okButtonProps={{ disabled: name.trim() === '', loading: act.isPending }}
      onCancel={onClose}
      onOk={() =>
        act.mutate({
          path: '/antiscalp/policies',
          body: {
            tenant,
            name,
            policy: {
              release,
              algorithm,
              reserved: { channels: share === 0 ? [] : ['phone', 'window', 'kiosk'], share: share / 100 },
            },
          },
        })
      }
    >
      <div className="guard-form">
        <div className="guard-field">
          {t('slots.policyName')}
          <Input
            aria-label={t('slots.policyName')}
            value={name}
            maxLength={80}
            placeholder={t('slots.policyNameHint')}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="guard-field">
          {t('slots.tenant')}
          <Input
            aria-label={t('slots.tenant')}
            className="xl-mono"
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
          />
        </div>
        <div className="guard-field">
          {t('slots.p.release')}
          <Select
            aria-label={t('slots.p.release')}
            value={kind}
            onChange={setKind}
            options={(['waitlist', 'window', 'random-delay', 'immediate'] as const).map((value) => ({
              value,
              label: t(`slots.release.${value}`),
            }))}
          />
        </div>
        {kind === 'window' || kind === 'random-delay' ? (
          <div className="guard-field">
            {t('slots.minutes')}
            <InputNumber
              aria-label={t('slots.minutes')}
              min={1}
              max={1440}
              value={minutes}
              onChange={(value) => setMinutes(value ?? 10)}
            />
          </div>
        ) : null}
        <div className="guard-field">
          {t('slots.reservedShare')}
          <InputNumber
            aria-label={t('slots.reservedShare')}
            min={0}
            max={100}
            value={share}
            onChange={(value) => setShare(value ?? 0)}
          />
        </div>
        <div className="guard-field">
          {t('slots.algorithm')}
          <Select
            aria-label={t('slots.algorithm')}
            value={algorithm}
            onChange={setAlgorithm}
            options={[
              { value: 'sm3', label: 'SM3 (GB/T 32905)' },
              { value: 'sha256', label: 'SHA-256' },
            ]}
          />
        </div>
        <span className="xl-muted">{t('slots.otherDefaults')}</span>
      </div>
    </Modal>
  );
}
