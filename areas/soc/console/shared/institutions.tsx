import { useQuery } from '@tanstack/react-query';
import { TreeSelect } from 'antd';
import { useMemo } from 'react';
import { api, useFilters, useSession, useText } from '@xinglin/platform/ui';
import type { Institution } from '@xinglin/soc';

export interface TreeNode {
  readonly value: string;
  readonly title: string;
  readonly institution: Institution;
  readonly children: TreeNode[];
}

/** Every institution the actor may see; kept for all pages. */
export function useInstitutions() {
  const { can } = useSession();
  return useQuery({
    queryKey: ['/institutions', 'all'],
    queryFn: async () =>
      (await api<{ readonly items: readonly Institution[] }>('/institutions', { query: { limit: 500 } })).items,
    enabled: can('institution:read'),
    staleTime: 60_000,
  });
}

/** Nodes whose parent is outside what the actor sees become roots. */
export function institutionTree(items: readonly Institution[]): readonly TreeNode[] {
  const nodes = new Map(
    items.map((institution): [string, TreeNode] => [
      institution.tenant,
      { value: institution.tenant, title: institution.shortName || institution.name, institution, children: [] },
    ]),
  );
  const roots: TreeNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.institution.parent === null ? undefined : nodes.get(node.institution.parent);
    (parent?.children ?? roots).push(node);
  }
  return roots;
}

/** Institution filter in the URL (`tenant`); hidden for people who see only one. */
export function InstitutionFilter() {
  const t = useText();
  const [filters, set] = useFilters();
  const institutions = useInstitutions();
  const tree = useMemo(() => institutionTree(institutions.data ?? []), [institutions.data]);
  if ((institutions.data?.length ?? 0) < 2) return null;
  return (
    <TreeSelect<string>
      allowClear
      showSearch
      treeNodeFilterProp="title"
      treeDefaultExpandAll
      popupMatchSelectWidth={280}
      style={{ width: 190 }}
      placeholder={t('soc.institution')}
      aria-label={t('soc.institution')}
      treeData={tree as unknown as { value: string; title: string }[]}
      value={filters['tenant'] as never}
      onChange={(value: string | undefined) => set({ tenant: value })}
    />
  );
}

export function InstitutionSelect({
  value,
  onChange,
  multiple = false,
  placeholder,
  disabled,
}: {
  readonly value?: string | string[];
  readonly onChange?: (value: never) => void;
  readonly multiple?: boolean;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}) {
  const t = useText();
  const institutions = useInstitutions();
  const tree = useMemo(() => institutionTree(institutions.data ?? []), [institutions.data]);
  return (
    <TreeSelect
      showSearch
      allowClear
      multiple={multiple}
      treeCheckable={multiple}
      showCheckedStrategy={TreeSelect.SHOW_ALL}
      treeCheckStrictly={false}
      treeNodeFilterProp="title"
      treeDefaultExpandAll
      maxTagCount={8}
      style={{ width: '100%' }}
      placeholder={placeholder ?? t('soc.institution')}
      treeData={tree as unknown as { value: string; title: string }[]}
      value={value as never}
      onChange={(next: unknown) => onChange?.(next as never)}
      disabled={disabled === true}
    />
  );
}
