import { useQuery } from '@tanstack/react-query';
import { Modal, Select } from 'antd';
import { useState } from 'react';
import { api, useSession, useText } from '@xinglin/platform/ui';
import type { Assignee as Account } from '@xinglin/soc';
import { useInstitutions } from './institutions.tsx';

/** Whose it is, by name; an account that no longer exists by the end of its id. */
export function Assignee({
  of,
}: {
  readonly of: { readonly assignee: string | null; readonly assigneeName: string | null };
}) {
  const t = useText();
  const { actor } = useSession();
  if (of.assignee === null) return <span className="xl-muted">–</span>;
  if (of.assignee === actor.id) return <span>{actor.name}</span>;
  return <span>{of.assigneeName ?? t('soc.colleague', { id: of.assignee.slice(-4) })}</span>;
}

/** Hands work of one institution to somebody who may do it, or back to nobody. */
export function AssignDialog({
  tenant,
  current,
  pending,
  assign,
  close,
}: {
  readonly tenant: string;
  readonly current: string | null;
  readonly pending: boolean;
  readonly assign: (id: string | null) => void;
  readonly close: () => void;
}) {
  const t = useText();
  const { actor } = useSession();
  const [chosen, choose] = useState<string | null>(current);
  const institutions = useInstitutions();
  const accounts = useQuery({
    queryKey: ['/assignees', tenant],
    queryFn: async () => (await api<{ readonly items: readonly Account[] }>('/assignees', { query: { tenant } })).items,
  });
  const home = (path: string): string =>
    institutions.data?.find((institution) => institution.tenant === path)?.shortName ?? '';
  return (
    <Modal
      open
      title={t('assign.title')}
      onCancel={close}
      onOk={() => assign(chosen)}
      okText={t('ui.submit')}
      cancelText={t('ui.cancel')}
      okButtonProps={{ disabled: chosen === current }}
      confirmLoading={pending}
    >
      <Select<string>
        autoFocus
        showSearch
        allowClear
        optionFilterProp="label"
        style={{ width: '100%' }}
        loading={accounts.isPending}
        aria-label={t('alert.assignee')}
        placeholder={t('assign.nobody')}
        value={chosen as string}
        onChange={(id: string | undefined) => choose(id ?? null)}
        options={(accounts.data ?? []).map(({ id, name, tenant: path }) => ({
          value: id,
          label: [id === actor.id ? t('assign.me', { name }) : name, home(path)]
            .filter((part) => part !== '')
            .join(' · '),
        }))}
      />
    </Modal>
  );
}
