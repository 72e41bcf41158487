import { Alert, Button, Modal, Tabs } from 'antd';
import { Copyable, useText } from '@xinglin/platform/ui';
import type { Source } from '@xinglin/soc';

export interface WithToken {
  readonly source: Source;
  readonly token: string;
}

/** The token, shown this once, inside configuration that works when pasted. */
export function TokenOnce({ made, close }: { readonly made: WithToken; readonly close: () => void }) {
  const t = useText();
  const host = window.location.hostname;
  const base = window.location.origin;
  const snippets: readonly (readonly [string, string])[] = [
    [
      'curl',
      `curl -X POST ${base}/ingest/v1/logs \\\n  -H 'Authorization: Bearer ${made.token}' \\\n  --data-binary @access.log`,
    ],
    [
      'Filebeat',
      `output.elasticsearch:\n  hosts: ["${base}/ingest/elastic"]\n  headers:\n    Authorization: "Bearer ${made.token}"`,
    ],
    [
      'Fluent Bit',
      `[OUTPUT]\n  Name   http\n  Match  *\n  Host   ${host}\n  Port   ${window.location.port || '443'}\n  URI    /ingest/v1/logs\n  Format json_lines\n  Header Authorization Bearer ${made.token}`,
    ],
    [
      'Splunk HEC',
      `curl ${base}/ingest/splunk/services/collector \\\n  -H 'Authorization: Splunk ${made.token}' \\\n  -d '{"event":"hello"}'`,
    ],
    [
      'OTLP',
      `exporters:\n  otlphttp:\n    endpoint: ${base}/ingest/otlp\n    headers:\n      Authorization: "Bearer ${made.token}"`,
    ],
  ];
  return (
    <Modal
      open
      width={720}
      title={t('source.tokenTitle', { name: made.source.name })}
      closable={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={close}>
          {t('source.tokenKept')}
        </Button>
      }
    >
      <Alert type="warning" showIcon title={t('source.tokenOnce')} />
      <p className="soc-token" data-testid="token">
        <Copyable text={made.token} />
      </p>
      <Tabs
        size="small"
        items={snippets.map(([name, text]) => ({
          key: name,
          label: name,
          children: (
            <>
              <Copyable text={text}>{t('source.copyConfig')}</Copyable>
              <pre className="xl-raw">{text}</pre>
            </>
          ),
        }))}
      />
      <p className="xl-muted">{t('source.syslogHint')}</p>
    </Modal>
  );
}
