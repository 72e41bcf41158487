import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { EmptyState, useSession, useText, type ConsoleModule } from '@xinglin/platform/ui';

/** Everyone lands on the first page their role may open: the supervisor on the region, the auditor on the audit trail. */
export function HomePage({ modules }: { readonly modules: readonly ConsoleModule[] }) {
  const t = useText();
  const { can, actor } = useSession();
  const navigate = useNavigate();
  const open = modules
    .flatMap((module) => module.menu)
    .filter((item) => item.external !== true && can(item.permission));
  const first = open.find((item) => item.homeOf?.some((role) => actor.roles.includes(role))) ?? open[0];
  const path = first?.path;
  useEffect(() => {
    if (path !== undefined) void navigate({ to: path, replace: true });
  }, [path, navigate]);
  if (first === undefined)
    return (
      <div className="xl-page">
        <EmptyState title={t('shell.noRole')} hint={t('shell.noRoleHint')} />
      </div>
    );
  return null;
}
