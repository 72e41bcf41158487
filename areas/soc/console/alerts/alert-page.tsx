import { useParams } from '@tanstack/react-router';
import { PageFrame, useText } from '@xinglin/platform/ui';
import { AlertDetailView } from './alert-detail.tsx';
import '../soc.css';

export function Page() {
  const t = useText();
  const { id } = useParams({ strict: false }) as { readonly id: string };
  return (
    <PageFrame title={t('alert.one')} crumbs={[{ label: t('nav.alerts'), to: '/alerts' }]}>
      <section className="xl-panel">
        <AlertDetailView id={id} />
      </section>
    </PageFrame>
  );
}
