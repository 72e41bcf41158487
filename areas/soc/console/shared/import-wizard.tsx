import { DownloadOutlined, InboxOutlined } from '@ant-design/icons';
import type { QueryKey } from '@tanstack/react-query';
import { Alert, Button, Modal, Radio, Steps, Table, Upload } from 'antd';
import { useState } from 'react';
import { api, ApiError, download, ErrorState, saveText, StateTag, toCsv, useAct, useText } from '@xinglin/platform/ui';
import type { ImportResult } from '@xinglin/soc';

type Mode = 'all-or-nothing' | 'skip-bad';

/** File → what would happen, with every bad cell by its address → import. Nothing is written before the person has seen it. */
export function ImportWizard({
  title,
  path,
  template,
  refresh,
  close,
}: {
  readonly title: string;
  readonly path: string;
  readonly template: string;
  readonly refresh: readonly QueryKey[];
  readonly close: () => void;
}) {
  const t = useText();
  const [file, setFile] = useState<File>();
  const [mode, setMode] = useState<Mode>('all-or-nothing');
  const [preview, setPreview] = useState<ImportResult>();
  const [result, setResult] = useState<ImportResult>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const apply = useAct<ImportResult>({ refresh, onDone: setResult });
  const form = (chosen: File, dryRun: boolean, how: Mode) => {
    const body = new FormData();
    body.set('dryRun', String(dryRun));
    body.set('mode', how);
    body.set('file', chosen, chosen.name);
    return body;
  };
  const check = (chosen: File, how: Mode) => {
    setFile(chosen);
    setBusy(true);
    setError(undefined);
    setPreview(undefined);
    api<ImportResult>(path, { method: 'POST', body: form(chosen, true, how) })
      .then(setPreview, setError)
      .finally(() => setBusy(false));
  };
  const errors = preview?.issues.filter((issue) => issue.level === 'error').length ?? 0;
  const blocked =
    preview === undefined || (mode === 'all-or-nothing' && errors > 0) || preview.created + preview.updated === 0;
  return (
    <Modal open width={880} title={title} onCancel={close} footer={null} destroyOnHidden>
      <Steps
        size="small"
        current={result !== undefined ? 2 : preview !== undefined ? 1 : 0}
        items={[{ title: t('import.choose') }, { title: t('import.check') }, { title: t('import.finish') }]}
      />
      {result !== undefined ? (
        <div className="soc-gap">
          <Alert
            type={result.applied ? 'success' : 'error'}
            showIcon
            title={t(result.applied ? 'import.applied' : 'import.notApplied')}
            description={<Counts result={result} />}
          />
          <Button type="primary" className="soc-gap" onClick={close}>
            {t('ui.close')}
          </Button>
        </div>
      ) : (
        <>
          <Upload.Dragger
            className="soc-gap soc-upload"
            accept=".xlsx,.csv"
            maxCount={1}
            showUploadList={false}
            beforeUpload={(chosen) => {
              check(chosen, mode);
              return false;
            }}
          >
            <p>
              <InboxOutlined /> {file === undefined ? t('import.drop') : file.name}
            </p>
            <small className="xl-muted">{t('import.dropHint')}</small>
          </Upload.Dragger>
          <div className="xl-spread soc-gap">
            <Button
              type="link"
              icon={<DownloadOutlined />}
              onClick={() => void download(template, { name: 'template.xlsx' })}
            >
              {t('import.template')}
            </Button>
            <Radio.Group
              value={mode}
              onChange={(event) => {
                const next = event.target.value as Mode;
                setMode(next);
                if (file !== undefined) check(file, next);
              }}
              options={[
                { value: 'all-or-nothing', label: t('import.allOrNothing') },
                { value: 'skip-bad', label: t('import.skipBad') },
              ]}
            />
          </div>
          {error === undefined ? null : <ErrorState error={error instanceof ApiError ? error : error} />}
          {busy ? <p className="xl-muted">{t('import.checking')}</p> : null}
          {preview === undefined ? null : (
            <>
              <Alert
                type={errors > 0 ? 'warning' : 'success'}
                showIcon
                className="soc-gap"
                title={errors > 0 ? t('import.hasErrors', { n: errors + preview.moreIssues }) : t('import.clean')}
                description={<Counts result={preview} />}
              />
              {preview.issues.length === 0 ? null : <Issues result={preview} />}
              <Button
                type="primary"
                className="soc-gap"
                disabled={blocked}
                loading={apply.isPending}
                onClick={() => file !== undefined && apply.mutate({ path, body: form(file, false, mode) })}
              >
                {t('import.apply', { n: preview.created + preview.updated })}
              </Button>
            </>
          )}
        </>
      )}
    </Modal>
  );
}

function Counts({ result }: { readonly result: ImportResult }) {
  const t = useText();
  return (
    <>
      {t('import.counts', {
        total: result.total,
        created: result.created,
        updated: result.updated,
        unchanged: result.unchanged,
        skipped: result.skipped,
      })}
    </>
  );
}

function Issues({ result }: { readonly result: ImportResult }) {
  const t = useText();
  return (
    <div className="soc-gap">
      <Table
        size="small"
        rowKey={(issue) => `${issue.sheet}${String(issue.row)}${issue.column}${issue.message}`}
        dataSource={[...result.issues]}
        pagination={{ pageSize: 8, size: 'small', showSizeChanger: false }}
        columns={[
          {
            title: t('import.place'),
            width: 130,
            render: (_value, issue) => `${issue.sheet} ${issue.column.split(' ')[0] ?? ''}${String(issue.row)}`,
          },
          {
            title: t('soc.state'),
            width: 80,
            render: (_value, issue) => (
              <StateTag tone={issue.level === 'error' ? 'bad' : 'watch'}>{t(`import.${issue.level}`)}</StateTag>
            ),
          },
          { title: t('import.value'), width: 150, ellipsis: true, dataIndex: 'value' },
          { title: t('import.message'), dataIndex: 'message' },
          { title: t('import.remedy'), dataIndex: 'remedy' },
        ]}
      />
      <Button
        type="link"
        onClick={() =>
          saveText(
            'import-issues.csv',
            toCsv(
              ['sheet', 'row', 'column', 'value', 'message', 'remedy'],
              result.issues.map((issue) => [
                issue.sheet,
                issue.row,
                issue.column,
                issue.value,
                issue.message,
                issue.remedy,
              ]),
            ),
          )
        }
      >
        {t('import.saveIssues')}
      </Button>
    </div>
  );
}
