import { Link } from '@tanstack/react-router';
import { EmptyState, useText } from '@xinglin/platform/ui';

export function NotFound() {
  const t = useText();
  return (
    <div className="xl-page">
      <EmptyState
        title={t('shell.notFound')}
        hint={t('shell.notFoundHint')}
        action={<Link to="/">{t('shell.backHome')}</Link>}
      />
    </div>
  );
}
