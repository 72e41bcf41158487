import { DownloadOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { download, useText } from '@xinglin/platform/ui';

export function ExportMenu({ body }: { readonly body: object }) {
  const t = useText();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const run = (format: string) => {
    setBusy(true);
    download('/events/export', { method: 'POST', body: { ...body, format }, name: `events.${format}` })
      .catch((error: unknown) => void message.error(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'csv', label: 'CSV' },
          { key: 'ndjson', label: 'NDJSON' },
        ],
        onClick: ({ key }) => run(key),
      }}
    >
      <Button icon={<DownloadOutlined />} loading={busy}>
        {t('search.export')}
      </Button>
    </Dropdown>
  );
}
