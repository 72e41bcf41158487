import { useSession, useText } from '@xinglin/platform/ui';

/** Whose it is: one's own name, or that it is someone else's. The API tells accounts by id; their names are for those who may read accounts. */
export function Assignee({ id }: { readonly id: string | null }) {
  const t = useText();
  const { actor } = useSession();
  if (id === null) return <span className="xl-muted">–</span>;
  if (id === actor.id || id === actor.name) return <span>{actor.name}</span>;
  // Ids are 26 characters of lower-case base 32; anything else is a name already.
  return <span>{/^[0-9a-z]{26}$/.test(id) ? t('soc.colleague', { id: id.slice(-4) }) : id}</span>;
}
