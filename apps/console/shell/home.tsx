import { Navigate } from '@tanstack/react-router';
import { EmptyState, useSession, useText, type ConsoleModule } from '@xinglin/platform/ui';

/** Everyone lands on the first page their role may open: the supervisor on the region, the auditor on the audit trail. */
export function HomePage({ modules }: { readonly modules: readonly ConsoleModule[] }) {
  const t = useText();
  const { can } = useSession();
  const first = modules.flatMap((module) => module.menu).find((item) => item.external !== true && can(item.permission));
  if (first === undefined)
    return (
      <div className="xl-page">
        <EmptyState title={t('shell.noRole')} hint={t('shell.noRoleHint')} />
      </div>
    );
  return <Navigate to={first.path} replace />;
}
