import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { PageFrame, useAct, useFilters, useText, api, Loaded } from '@xinglin/platform/ui';
import type { NoticeDetail } from '@xinglin/soc';
import { NoticeForm, type DraftFields } from './notice-form.tsx';
import '../soc.css';
import './notices.css';

export interface Templates {
  readonly items: readonly (Pick<NoticeDetail, 'type' | 'title' | 'body' | 'basis' | 'requirements' | 'urgency'> & {
    readonly deadlineWorkdays: number;
  })[];
  readonly placeholders: readonly string[];
}

/** A notice from a template: choose the kind, name the recipients, see the deadline as a date before sending. */
export function Page() {
  const t = useText();
  const navigate = useNavigate();
  const [filters, set] = useFilters();
  const templates = useQuery({
    queryKey: ['/notices', 'templates'],
    queryFn: () => api<Templates>('/notices/templates'),
    staleTime: Infinity,
  });
  const type = filters['type'] ?? 'warning';
  const create = useAct<NoticeDetail>({
    done: t('notice.saved'),
    refresh: [['/notices']],
    onDone: (notice) => void navigate({ to: `/notices/${notice.id}` }),
  });
  return (
    <PageFrame
      title={t('notice.compose')}
      crumbs={[{ label: t('nav.notices'), to: '/notices' }]}
      note={t('notice.composeNote')}
    >
      <Loaded query={templates}>
        {(data) => {
          const template = data.items.find((one) => one.type === type) ?? data.items[0];
          const initial: Partial<DraftFields> = {
            type: type as DraftFields['type'],
            urgency: template?.urgency ?? 'normal',
            title: toFill(template?.title ?? ''),
            body: toFill(template?.body ?? ''),
            basis: template?.basis ?? '',
            requirements: (template?.requirements ?? []).map(toFill),
            deadlineWorkdays: template?.deadlineWorkdays ?? 5,
            recipients: filters['to'] === undefined ? [] : filters['to'].split(','),
          };
          return (
            <NoticeForm
              key={type}
              initial={initial}
              busy={create.isPending}
              submitLabel={t('notice.saveDraft')}
              onType={(next) => set({ type: next })}
              onSubmit={(body) => create.mutate({ path: '/notices', body })}
            />
          );
        }}
      </Loaded>
    </PageFrame>
  );
}

/** Without an incident there is nothing to fill a placeholder from: it becomes a blank that a person sees and fills. */
const BLANKS: Readonly<Record<string, string>> = {
  incidentTitle: '事件或风险名称',
  summary: '情况概述',
  indicators: '可供排查的线索',
  institution: '单位',
  incidentNumber: '事件编号',
  grade: '级别',
  time: '时间',
  remediation: '处置建议',
  alerts: '相关告警',
  assets: '涉及资产',
};

function toFill(text: string): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => `【${BLANKS[name] ?? name}】`);
}
