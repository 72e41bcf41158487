import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import {
  api,
  EmptyState,
  ExactTime,
  Loaded,
  RelTime,
  StateTag,
  useAct,
  useLocale,
  useSession,
  useText,
} from '@xinglin/platform/ui';
import type { IncidentDetail } from '@xinglin/soc';

type Stage = 'initial' | 'supplement' | 'closing';
interface Answer {
  readonly grade: IncidentDetail['grade'];
  readonly required: boolean;
  readonly reports: readonly {
    readonly id: string;
    readonly stage: Stage;
    readonly basis: string;
    readonly dueAt: string | null;
    readonly submittedAt: string | null;
    readonly submittedBy: string | null;
    readonly overdue: boolean;
    readonly content: Readonly<Record<string, string>>;
    readonly versions: readonly {
      readonly version: number;
      readonly submittedAt: string;
      readonly submittedBy: string;
      readonly missing: readonly string[];
      readonly sm3: string;
    }[];
  }[];
  readonly items: Readonly<
    Record<
      Stage,
      readonly { readonly key: string; readonly zh: string; readonly en: string; readonly required: boolean }[]
    >
  >;
  readonly prefill: Readonly<Record<string, string>>;
}

/** The clocks of the national reporting rule: what is due when, what it must say, each submission kept as a version. */
export function Statutory({ incident }: { readonly incident: IncidentDetail }) {
  const t = useText();
  const { can } = useSession();
  const [stage, setStage] = useState<Stage>();
  const query = useQuery({
    queryKey: ['/incidents', 'statutory', incident.id, incident.grade],
    queryFn: () => api<Answer>(`/incidents/${incident.id}/statutory`),
  });
  return (
    <Loaded query={query} rows={3}>
      {(answer) => (
        <div className="soc-statutory">
          {answer.required ? null : (
            <EmptyState compact title={t('statutory.notRequired')} hint={t('statutory.notRequiredHint')} />
          )}
          {answer.reports.map((report) => (
            <div key={report.id} className="soc-clock">
              <div className="xl-grow">
                <div className="xl-row-wrap">
                  <b>{t(`statutory.${report.stage}`)}</b>
                  {report.submittedAt !== null ? (
                    <StateTag tone={report.overdue ? 'watch' : 'good'}>
                      {t(report.overdue ? 'statutory.late' : 'statutory.submitted')}
                    </StateTag>
                  ) : (
                    <StateTag tone={report.overdue ? 'bad' : 'watch'}>
                      {t(report.overdue ? 'notice.overdue' : 'statutory.waiting')}
                    </StateTag>
                  )}
                  {report.dueAt === null ? null : (
                    <span className="xl-muted">
                      {t('statutory.due')} <ExactTime at={report.dueAt} /> (<RelTime at={report.dueAt} />)
                    </span>
                  )}
                </div>
                <small>{report.basis}</small>
                {report.versions.map((version) => (
                  <small key={version.version}>
                    v{version.version} · {version.submittedBy} · <ExactTime at={version.submittedAt} />
                    {version.missing.length === 0
                      ? ''
                      : ` · ${t('statutory.missing', { n: version.missing.length })}`}{' '}
                    · SM3 {version.sm3.slice(0, 12)}
                  </small>
                ))}
              </div>
              {can('incident:write') ? (
                <Button onClick={() => setStage(report.stage)}>
                  {t(report.submittedAt === null ? 'statutory.write' : 'statutory.supplementIt')}
                </Button>
              ) : null}
            </div>
          ))}
          {stage === undefined ? null : (
            <ReportDialog answer={answer} stage={stage} id={incident.id} close={() => setStage(undefined)} />
          )}
        </div>
      )}
    </Loaded>
  );
}

function ReportDialog({
  answer,
  stage,
  id,
  close,
}: {
  readonly answer: Answer;
  readonly stage: Stage;
  readonly id: string;
  readonly close: () => void;
}) {
  const t = useText();
  const locale = useLocale();
  const [form] = Form.useForm<Record<string, string>>();
  const act = useAct({ done: t('statutory.saved'), refresh: [['/incidents']], onDone: close });
  const written = answer.reports.find((report) => report.stage === stage)?.content ?? {};
  return (
    <Modal
      open
      width={760}
      title={t(`statutory.${stage}`)}
      onCancel={close}
      onOk={() => form.submit()}
      okText={t('ui.submit')}
      cancelText={t('ui.cancel')}
      confirmLoading={act.isPending}
    >
      <Alert type="info" showIcon title={t('statutory.dialogNote')} className="soc-gap" />
      <Form<Record<string, string>>
        form={form}
        layout="vertical"
        className="soc-gap"
        initialValues={{ ...answer.prefill, ...written }}
        onFinish={(values) =>
          act.mutate({
            path: `/incidents/${id}/statutory`,
            body: {
              stage,
              content: Object.fromEntries(
                Object.entries(values).filter(([, value]) => typeof value === 'string' && value.trim() !== ''),
              ),
            },
          })
        }
      >
        {answer.items[stage].map((item) => (
          <Form.Item
            key={item.key}
            name={item.key}
            label={locale === 'en' ? item.en : item.zh}
            rules={item.required ? [{ required: true, message: t('ui.required') }] : []}
          >
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} />
          </Form.Item>
        ))}
      </Form>
    </Modal>
  );
}
