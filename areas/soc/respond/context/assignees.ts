import { defineRoute } from '@xinglin/platform/http';
import type { Platform, RouteSpec } from '@xinglin/platform/http';
import { permissionsOf } from '@xinglin/platform/access';
import type { Role } from '@xinglin/platform/access';
import { XinglinError } from '@xinglin/platform/kernel';
import type { Tx } from '@xinglin/platform/state';
import { sql } from 'kysely';
import { z } from 'zod';
import { Alert, Assignee } from '../../contract.ts';
import '../errors.ts';
import { requireScope } from './query.ts';

interface Account {
  id: string;
  name: string;
  tenant: string;
  roles: Role[];
}

/** Enabled accounts that see the institution and may work on its alerts, nearest institution first. */
export async function assigneesOf(tx: Tx, institution: string): Promise<Account[]> {
  const { rows } = await sql<Account>`
    select id, name, tenant, roles from soc_accounts_of(${institution}) order by length(tenant) desc, name, id`.execute(
    tx,
  );
  return rows.filter((row) => permissionsOf(row.roles).has('alert:write'));
}

/** Name of an account that may be given work of the institution. @throws soc.assignee */
export async function requireAssignee(tx: Tx, id: string, institution: string): Promise<string> {
  const found = (await assigneesOf(tx, institution)).find((account) => account.id === id);
  if (found === undefined) throw new XinglinError('soc.assignee', { id });
  return found.name;
}

export function assigneeRoutes({ state }: Pick<Platform, 'state'>): RouteSpec[] {
  return [
    defineRoute({
      method: 'get',
      path: '/assignees',
      summary: 'Who may be given the alerts and incidents of an institution',
      tag: 'alerts',
      permission: 'alert:write',
      query: z.object({ tenant: Alert.shape.tenant }),
      response: z.object({ items: z.array(Assignee) }),
      handler: async ({ actor, query }) => {
        requireScope(actor, query.tenant);
        const items = await state.read(actor, 'alert:write', (tx) => assigneesOf(tx, query.tenant));
        return { items: items.map(({ id, name, tenant }) => ({ id, name, tenant })) };
      },
    }),
  ];
}
